// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

/**
 * What the sender of random transfers has: two secret keys of 16 bytes for each, of which the
 * receiver has the one that it chose.
 *
 * @param zeros the keys for choice 0, one after the other
 * @param ones those for choice 1
 */
public record KeyPairs(byte[] zeros, byte[] ones) {
  /** Bytes of a key. */
  public static final int KEY_BYTES = BaseOtHash.KEY_BYTES;

  @Override
  public String toString() {
    return "KeyPairs[" + zeros.length / KEY_BYTES + " secret pairs]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import java.math.BigInteger;
import java.util.List;

/**
 * Consecutive plaintexts of one pass, ready to be encrypted or just decrypted. They are secret
 * until encrypted: not {@code Serializable}, and {@link #toString} shows the count only.
 */
public final class PlaintextBlock {
  private final long firstIndex;
  private final BigInteger[] values;

  private PlaintextBlock(long firstIndex, BigInteger[] values) {
    this.firstIndex = firstIndex;
    this.values = values;
  }

  /**
   * Wraps residues.
   *
   * @param firstIndex where the block begins among all plaintexts that share one source of
   *     randomness, 0 to 2^32 - 1: two blocks encrypted with the same source must not overlap
   * @param values each from 0 to the modulus of the key minus one
   */
  public static PlaintextBlock of(long firstIndex, List<BigInteger> values) {
    if (firstIndex < 0 || firstIndex >>> 32 != 0) {
      throw new IllegalArgumentException(
          "Invalid first index " + firstIndex + ": must be 0 to 2^32 - 1");
    }
    for (BigInteger value : values) {
      if (value.signum() < 0) {
        throw new IllegalArgumentException("A plaintext is negative: encode it modulo N first");
      }
    }
    return new PlaintextBlock(firstIndex, values.toArray(BigInteger[]::new));
  }

  /** How many plaintexts. */
  public int size() {
    return values.length;
  }

  /** Where the block begins among all plaintexts that share one source of randomness. */
  public long firstIndex() {
    return firstIndex;
  }

  /** The plaintext at {@code index}, 0 to {@code size() - 1}. */
  public BigInteger get(int index) {
    return values[index];
  }

  @Override
  public String toString() {
    return "PlaintextBlock[" + values.length + " from " + firstIndex + "]";
  }
}

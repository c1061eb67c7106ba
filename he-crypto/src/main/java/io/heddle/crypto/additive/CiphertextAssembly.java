// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import io.heddle.crypto.kernel.Residues;
import io.heddle.error.ProtocolException;

/**
 * Ciphertexts from a peer that come part after part and become one block, without a second copy of
 * it. One thread adds.
 */
public final class CiphertextAssembly {
  private final AdditivePublicKey key;
  private final Residues residues;
  private int size;

  /**
   * Takes place for all of them.
   *
   * @param count how many there will be, at least 0
   */
  public CiphertextAssembly(AdditivePublicKey key, int count) {
    this.key = key;
    residues = key.space().modulus().ones(count);
  }

  /**
   * Checks the next ones as {@link AdditivePublicKey#read} does, and keeps them.
   *
   * @throws ProtocolException if a check fails; names the index among these
   * @throws IllegalArgumentException if there are more than was said
   */
  public void add(byte[] bytes) {
    int width = key.ciphertextBytes();
    int count = bytes.length / width;
    if (count > residues.size() - size) {
      throw new IllegalArgumentException(
          count + " more ciphertexts: must be at most " + (residues.size() - size));
    }
    CiphertextBlock checked = key.read(bytes, count);
    key.space().modulus().put(residues, size, key.space().residues(checked));
    size += count;
  }

  /** How many have come. */
  public int size() {
    return size;
  }

  /**
   * The block that they are in. Those that have come may be used while others still come, also by a
   * thread that was told of them; the places of the others are not to be read.
   */
  public CiphertextBlock block() {
    return key.space().block(residues, key.space().limit());
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;

/**
 * Reads what was encrypted under its public key, and encrypts faster than that can. Not {@code
 * Serializable}: it lives in processes of the party that made it.
 */
public interface AdditivePrivateKey {
  /** The half of the key that others may have. */
  AdditivePublicKey publicKey();

  /** All of it, secret: for a process of the same party, and wiped when that has it. */
  byte[] toBytes();

  /**
   * Encrypts to the very bytes that {@link AdditivePublicKey#encrypt} gives with the same
   * randomness.
   */
  CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness);

  /**
   * Decrypts, in order. The meaning of the plaintexts is the encoding's business.
   *
   * @throws ProtocolException if a ciphertext was not made by this key's encryption; names the
   *     index
   * @throws KeyMismatchException if the block is under another key
   */
  PlaintextBlock decrypt(CiphertextBlock ciphertexts);
}

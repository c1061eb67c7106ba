// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.util.List;

/**
 * Encrypts numbers and adds them without seeing them, in whatever scheme.
 *
 * <p>What takes one of these may send ciphertexts to the key's owner and see nothing come back. A
 * protocol that lets decrypted numbers return to another party asks for a {@code
 * PaillierPublicKey}: a scheme in which an answered decryption gives the key away has no such type.
 */
public interface AdditivePublicKey {
  /** Bits of the modulus N. */
  int keyBits();

  /** Bytes of one ciphertext on the wire. */
  int ciphertextBytes();

  /** SHA-256 over the key's bytes: 32 bytes that name it. */
  byte[] fingerprint();

  /** The key for a peer, in the scheme's own form. */
  byte[] toBytes();

  /** What its ciphertexts are computed with. */
  CiphertextSpace space();

  /**
   * Encrypts every plaintext with the random exponent that {@code randomness} holds at the
   * plaintext's own index, so a pass may be encrypted in pieces of any size.
   *
   * @param randomness used for no other plaintexts: two encryptions with equal randomness show the
   *     difference of what they carry
   * @throws EncodingException if a plaintext does not fit
   */
  CiphertextBlock encrypt(PlaintextBlock plaintexts, Randomness randomness);

  /**
   * Gives each ciphertext fresh randomness, long enough that even the key's owner, who can read the
   * randomness of what went in, sees nothing but the plaintexts.
   *
   * @param randomness used for nothing else
   * @throws KeyMismatchException if the block is under another key
   */
  CiphertextBlock obfuscate(CiphertextBlock ciphertexts, Randomness randomness);

  /**
   * Adds numbers that this party knows, and gives each sum fresh randomness as {@link #obfuscate}
   * does.
   *
   * @param plaintexts one per ciphertext
   * @param randomness used for nothing else
   * @throws EncodingException if a sum may wrap around
   * @throws KeyMismatchException if the block is under another key
   */
  CiphertextBlock addAndObfuscate(
      CiphertextBlock ciphertexts, PlaintextBlock plaintexts, Randomness randomness);

  /**
   * Reads ciphertexts from a peer and checks every one: the block has the expected length, each is
   * in range, has no factor in common with N (one test over the block's product), and does not show
   * its plaintext.
   *
   * @param bytes big-endian numbers of {@link #ciphertextBytes} bytes each
   * @param expectedCount how many the protocol's step asks for
   * @throws ProtocolException if a check fails; names the index
   */
  CiphertextBlock read(byte[] bytes, int expectedCount);

  /**
   * Adds element by element.
   *
   * @throws EncodingException if a sum may be too large, or a bound is unknown
   * @throws KeyMismatchException if a block is under another key
   */
  default CiphertextBlock add(CiphertextBlock left, CiphertextBlock right) {
    return sum(List.of(left, right));
  }

  /**
   * Adds blocks of equal size element by element, in list order. The result shows which ciphertexts
   * went in until it is obfuscated.
   *
   * @param blocks at least one
   * @throws EncodingException if a sum may be too large, or a bound is unknown
   * @throws KeyMismatchException if a block is under another key
   */
  default CiphertextBlock sum(List<CiphertextBlock> blocks) {
    return space().sum(blocks);
  }
}

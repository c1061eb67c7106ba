// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Blobs;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import java.io.Serializable;

/**
 * How a tree's ciphertexts are cut into blobs.
 *
 * @param ciphertexts how many there are
 * @param width bytes of each
 */
record BlobLayout(int ciphertexts, int width) implements Serializable {
  /** In a blob; the last one has fewer. A file costs little against the encryption of so many. */
  static final int CIPHERTEXTS = 1024;

  /** Blobs that a message names; the last one may name fewer. */
  static final int AT_ONCE = 8;

  /** Of a blob's name, its SHA-256. */
  static final int DIGEST_BYTES = 32;

  int blobs() {
    return (int) (((long) ciphertexts + CIPHERTEXTS - 1) / CIPHERTEXTS);
  }

  /** The first ciphertext of a blob. */
  int from(int number) {
    return number * CIPHERTEXTS;
  }

  /** The one behind its last. */
  int to(int number) {
    return (int) Math.min((long) from(number) + CIPHERTEXTS, ciphertexts);
  }

  int bytes(int number) {
    return (to(number) - from(number)) * width;
  }

  /**
   * Gets a blob from this party's store.
   *
   * @throws io.heddle.error.ProtocolException if it is not there or of another length
   */
  byte[] get(Blobs blobs, AdditivePublicKey key, int number, byte[] digest) {
    byte[] body = blobs.get(digest, bytes(number));
    key.space().requireLength(body, to(number) - from(number));
    return body;
  }

  /** Behind the last blob of the message that begins with this one. */
  int groupEnd(int first) {
    return Math.min(first + AT_ONCE, blobs());
  }

  /** The message that names those from one on. */
  GradientBlobs named(int first, byte[][] digests) {
    return new GradientBlobs(first, groupBytes(first), digests);
  }

  /** How long the blobs of a message are together. */
  long groupBytes(int first) {
    return (long) (to(groupEnd(first) - 1) - from(first)) * width;
  }
}

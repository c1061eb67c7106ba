// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Randomness;
import java.nio.ByteBuffer;

/**
 * The names of candidates in one tree: a secret permutation, so that the label holder cannot tell
 * which of another tree they are.
 */
final class SecretNames {
  private final int[] nameOf;
  private final int[] numberOf;

  /**
   * @param randomness used for nothing else
   */
  SecretNames(int size, Randomness randomness) {
    nameOf = new int[size];
    numberOf = new int[size];
    for (int i = 0; i < size; i++) {
      numberOf[i] = i;
    }
    byte[] bytes = new byte[2 * Long.BYTES];
    for (int i = size - 1; i > 0; i--) {
      randomness.fill(i, bytes);
      int k = below(i + 1, bytes);
      int other = numberOf[k];
      numberOf[k] = numberOf[i];
      numberOf[i] = other;
    }
    for (int i = 0; i < size; i++) {
      nameOf[numberOf[i]] = i;
    }
  }

  /** 128 bits modulo a number: uniform but for 2^-97. */
  private static int below(int bound, byte[] bytes) {
    ByteBuffer words = ByteBuffer.wrap(bytes);
    long high = Long.remainderUnsigned(words.getLong(), bound);
    long low = words.getLong();
    // high * 2^64 + low, in two halves of 32 bits.
    long upper = (high << 32 | low >>> 32) % bound;
    return (int) ((upper << 32 | (low & 0xffffffffL)) % bound);
  }

  int nameOf(int number) {
    return nameOf[number];
  }

  int numberOf(int name) {
    return numberOf[name];
  }

  int size() {
    return nameOf.length;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.error.ProtocolException;
import java.security.SecureRandom;
import java.util.BitSet;

/** A secret order of a list: position k of the shuffled list holds item {@code item(k)}. */
final class Shuffle {
  private final int[] items;

  /** A uniformly random order. (Fisher and Yates.) */
  Shuffle(int size, SecureRandom random) {
    items = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      items[i] = items[j];
      items[j] = i;
    }
  }

  int size() {
    return items.length;
  }

  int item(int position) {
    return items[position];
  }

  /** The list of items of {@code width} bytes in the secret order. */
  byte[] apply(byte[] flat, int width) {
    byte[] shuffled = new byte[flat.length];
    for (int i = 0; i < items.length; i++) {
      System.arraycopy(flat, items[i] * width, shuffled, i * width, width);
    }
    return shuffled;
  }

  /**
   * The items at a peer's positions.
   *
   * @throws ProtocolException if a position is outside the list or named twice
   */
  int[] invert(int[] positions) {
    BitSet seen = new BitSet(items.length);
    int[] inverted = new int[positions.length];
    for (int i = 0; i < positions.length; i++) {
      int position = positions[i];
      if (position < 0 || position >= items.length || seen.get(position)) {
        throw new ProtocolException(
            "Invalid position in a list of " + items.length + ": outside it or named twice");
      }
      seen.set(position);
      inverted[i] = items[position];
    }
    return inverted;
  }
}

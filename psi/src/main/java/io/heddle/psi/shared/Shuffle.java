// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.crypto.Randomness;
import io.heddle.error.ProtocolException;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.BitSet;
import java.util.List;

/** A secret order of a list: position k of the shuffled list holds item {@code item(k)}. */
public final class Shuffle {
  private final int[] items;

  /** Each order with the same probability, and the same again from the same bytes. */
  public Shuffle(int size, Randomness randomness) {
    items = new int[size];
    Numbers numbers = new Numbers(randomness);
    // Fisher and Yates, inside out.
    for (int i = 0; i < size; i++) {
      int j = numbers.below(i + 1);
      items[i] = items[j];
      items[j] = i;
    }
  }

  /** Uniform numbers from the words of a stream. */
  private static final class Numbers {
    private static final int BLOCK_BYTES = 4096;

    private final Randomness randomness;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).position(BLOCK_BYTES);
    private long blocks;

    Numbers(Randomness randomness) {
      this.randomness = randomness;
    }

    int below(int bound) {
      // The largest multiple of the bound: words from there on would favour small numbers.
      long limit = (1L << Integer.SIZE) / bound * bound;
      long word;
      do {
        word = nextWord();
      } while (word >= limit);
      return (int) (word % bound);
    }

    private long nextWord() {
      if (!block.hasRemaining()) {
        randomness.fill(blocks++, block.array());
        block.rewind();
      }
      return Integer.toUnsignedLong(block.getInt());
    }
  }

  public int size() {
    return items.length;
  }

  /** The item at a position of the shuffled list. */
  public int item(int position) {
    return items[position];
  }

  /** Items in the secret order, without a copy. */
  public <T> List<T> apply(List<T> list) {
    return new AbstractList<>() {
      @Override
      public T get(int index) {
        return list.get(items[index]);
      }

      @Override
      public int size() {
        return list.size();
      }
    };
  }

  /** The list of items of {@code width} bytes in the secret order. */
  public byte[] apply(byte[] flat, int width) {
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
  public int[] invert(int[] positions) {
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

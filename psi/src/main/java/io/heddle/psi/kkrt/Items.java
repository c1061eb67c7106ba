// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.IdHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;

/**
 * What ids are in one run: 16 bytes for each, and the three bins in which it may lie. Two ids are
 * the same 16 bytes with a probability of 2^-80 for the largest sets.
 *
 * @param flat {@value #BYTES} bytes for each id
 * @param bins three for each id, all different
 */
record Items(byte[] flat, int[] bins) {
  static final int BYTES = 16;

  private static final int HASHES = KkrtSizes.HASHES;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /**
   * @param bins of the receiver's table, at least three
   */
  static Items of(IdList ids, IdHash hash, int bins) {
    int width = BYTES + HASHES * Integer.BYTES;
    int count = ids.size();
    byte[] hashes = hash.of(ids, width);
    byte[] flat = new byte[count * BYTES];
    int[] places = new int[count * HASHES];
    for (int i = 0; i < count; i++) {
      System.arraycopy(hashes, i * width, flat, i * BYTES, BYTES);
      int at = i * width + BYTES;
      int first = below(bins, hashes, at);
      int second = below(bins - 1, hashes, at + Integer.BYTES);
      second += second >= first ? 1 : 0;
      int third = below(bins - 2, hashes, at + 2 * Integer.BYTES);
      third += third >= Math.min(first, second) ? 1 : 0;
      third += third >= Math.max(first, second) ? 1 : 0;
      places[i * HASHES] = first;
      places[i * HASHES + 1] = second;
      places[i * HASHES + 2] = third;
    }
    return new Items(flat, places);
  }

  /**
   * The first bytes of some items.
   *
   * @param flat of the items
   * @param count how many are chosen
   * @param chosen which item is the i-th of them
   */
  static byte[] beginnings(byte[] flat, int count, IntUnaryOperator chosen, int width) {
    byte[] cut = new byte[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(flat, chosen.applyAsInt(i) * BYTES, cut, i * width, width);
    }
    return cut;
  }

  /** The partition of each id, by bytes of its hash that are neither item nor bin. */
  static byte[] partitions(IdList ids, IdHash hash, int partitions) {
    byte[] words = hash.of(ids, BYTES + HASHES * Integer.BYTES, Integer.BYTES);
    byte[] partitionOf = new byte[ids.size()];
    for (int i = 0; i < partitionOf.length; i++) {
      partitionOf[i] = (byte) below(partitions, words, i * Integer.BYTES);
    }
    return partitionOf;
  }

  /** The partition of one id, by its whole hash. */
  static int partition(byte[] hash, int partitions) {
    return below(partitions, hash, BYTES + HASHES * Integer.BYTES);
  }

  private static int below(int bound, byte[] hashes, int at) {
    long word = Integer.toUnsignedLong((int) INTS.get(hashes, at));
    return (int) ((word * bound) >>> Integer.SIZE);
  }
}

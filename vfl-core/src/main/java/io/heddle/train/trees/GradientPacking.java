// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * How derivatives stand in plaintexts. A row's are one number: the second one in the low bits, the
 * first one above, shifted by 2^16 so that nothing is negative. Sums over all rows stay within
 * their bits, so sums of candidates stand side by side, a slot each.
 *
 * @param lowBits of a sum of second derivatives
 * @param slotBits of both
 * @param perPlaintext how many slots there are
 */
record GradientPacking(int lowBits, int slotBits, int perPlaintext) {
  static GradientPacking of(int keyBits, int rows) {
    int low = bits((long) rows << Gradients.BITS);
    int high = bits((long) rows << (Gradients.BITS + 1));
    int slot = low + high;
    // Half of the modulus, at least 2^(keyBits - 2), stays above all slots and as much again: sums
    // and the shifts that are added to them are each bounded by what fills the slots.
    return new GradientPacking(low, slot, (keyBits - 3) / slot);
  }

  private static int bits(long most) {
    return Long.SIZE - Long.numberOfLeadingZeros(most);
  }

  /** No sum over rows is larger. */
  BigInteger bound() {
    return BigInteger.ONE.shiftLeft(slotBits).subtract(BigInteger.ONE);
  }

  /** The plaintexts of consecutive ranks of the sample. */
  PlaintextBlock rows(Gradients gradients, int from, int to) {
    List<BigInteger> values = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      int row = gradients.sample().row(i);
      values.add(
          BigInteger.valueOf(gradients.g(row) + (1L << Gradients.BITS))
              .shiftLeft(lowBits)
              .add(BigInteger.valueOf(gradients.h(row))));
    }
    return PlaintextBlock.of(from, values);
  }

  /**
   * What makes sums with one shift per row on the left into sums with one shift per row of the
   * node: how many rows there are on the left is not to be seen.
   *
   * @param missingShifts per slot, rows of the node that are not on the left
   */
  PlaintextBlock shifts(int[] missingShifts) {
    List<BigInteger> values = new ArrayList<>();
    for (int from = 0; from < missingShifts.length; from += perPlaintext) {
      BigInteger value = BigInteger.ZERO;
      for (int k = Math.min(from + perPlaintext, missingShifts.length) - 1; k >= from; k--) {
        value =
            value
                .shiftLeft(slotBits)
                .add(
                    BigInteger.valueOf((long) missingShifts[k] << Gradients.BITS)
                        .shiftLeft(lowBits));
      }
      values.add(value);
    }
    return PlaintextBlock.of(0, values);
  }

  int plaintexts(int slots) {
    return (slots + perPlaintext - 1) / perPlaintext;
  }

  /** Sums of both derivatives; arrays as they are. */
  record Sums(long[] g, long[] h) {}

  /**
   * Takes sums apart.
   *
   * @param rows per slot, of its node
   * @throws ProtocolException if a sum is beyond what so many rows can have
   */
  Sums unpack(PlaintextBlock plaintexts, int[] rows) {
    long[] g = new long[rows.length];
    long[] h = new long[rows.length];
    for (int i = 0; i < plaintexts.size(); i++) {
      BigInteger rest = plaintexts.get(i);
      for (int k = 0; k < perPlaintext; k++) {
        int at = i * perPlaintext + k;
        long low = rest.longValue() & ((1L << lowBits) - 1);
        rest = rest.shiftRight(lowBits);
        long high = rest.longValue() & ((1L << (slotBits - lowBits)) - 1);
        rest = rest.shiftRight(slotBits - lowBits);
        if (at < rows.length) {
          long most = (long) rows[at] << Gradients.BITS;
          require(low <= most && high <= 2 * most);
          g[at] = high - most;
          h[at] = low;
        } else {
          require(low == 0 && high == 0);
        }
      }
      require(rest.signum() == 0);
    }
    return new Sums(g, h);
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new ProtocolException("A sum of a candidate is beyond what its node's rows can sum to");
    }
  }
}

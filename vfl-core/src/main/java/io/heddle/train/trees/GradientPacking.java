// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * How derivatives stand in plaintexts. The two by one score of a row are one number: the second one
 * in the low bits, the first one above, shifted by 2^16 so that nothing is negative. Sums over all
 * rows stay within their bits, so those by all scores stand side by side, a slot each, and so do
 * sums of candidates.
 *
 * @param lowBits of a sum of second derivatives
 * @param slotBits of both
 * @param outputs how many scores a row has, which is how many slots a candidate has
 * @param perPlaintext how many candidates there are
 */
record GradientPacking(int lowBits, int slotBits, int outputs, int perPlaintext)
    implements Serializable {
  // The most that a number of one row has: a first derivative and what is added to it are each up
  // to 2^16.
  private static final int BITS_OF_ROW = Gradients.BITS + 2;

  /** Of rows that fit, by {@link #requireFits}. */
  static GradientPacking of(TreeTerms terms, int rows) {
    return of(terms.scheme().plaintextBits(terms.keyBits()), rows, terms.outputs());
  }

  static GradientPacking of(int plaintextBits, int rows, int outputs) {
    int low = bits((long) rows << Gradients.BITS);
    int high = bits((long) rows << (Gradients.BITS + 1));
    int slot = low + high;
    // Half of what plaintexts stay below, at least 2^(plaintextBits - 2), stays above all slots and
    // as much again: sums and the shifts that are added to them are each bounded by what fills the
    // slots.
    return new GradientPacking(low, slot, outputs, (plaintextBits - 3) / (slot * outputs));
  }

  private static int bits(long most) {
    return Long.SIZE - Long.numberOfLeadingZeros(most);
  }

  /**
   * Requires that all derivatives of a row fit one ciphertext.
   *
   * @throws ConfigurationException if there are too many classes for that
   */
  static void requireFits(TreeTerms terms, int rows) {
    int most = of(terms.scheme().plaintextBits(terms.keyBits()), rows, 1).perPlaintext();
    if (terms.outputs() > most) {
      throw new ConfigurationException(
          "Invalid number of classes "
              + terms.outputs()
              + " for "
              + rows
              + " training rows: must be at most "
              + most
              + ", which a ciphertext under a key of "
              + terms.keyBits()
              + " bits has room for"
              + (terms.keyBits() < TreeTerms.MAX_KEY_BITS ? ". A longer key has more" : ""));
    }
  }

  /** Bits of what a candidate has. */
  int candidateBits() {
    return outputs * slotBits;
  }

  /** No sum over rows is larger. */
  BigInteger bound() {
    return BigInteger.ONE.shiftLeft(candidateBits()).subtract(BigInteger.ONE);
  }

  /** No sum over so many rows is larger. */
  BigInteger bound(int rows) {
    BigInteger most = pair((long) rows << (Gradients.BITS + 1), (long) rows << Gradients.BITS);
    BigInteger bound = BigInteger.ZERO;
    for (int c = 0; c < outputs; c++) {
      bound = bound.shiftLeft(slotBits).add(most);
    }
    return bound;
  }

  private BigInteger pair(long high, long low) {
    return BigInteger.valueOf(high).shiftLeft(lowBits).add(BigInteger.valueOf(low));
  }

  /**
   * Puts the derivatives of the row of a rank of the sample into a number.
   *
   * @param words of the number, the lowest first
   * @param bit where the row begins; no bit is set from there on
   */
  void put(Gradients gradients, int rank, long[] words, int bit) {
    int row = gradients.sample().row(rank);
    for (int c = 0; c < outputs; c++) {
      int at = bit + c * slotBits;
      put(gradients.h(c, row), words, at);
      put(gradients.g(c, row) + (1L << Gradients.BITS), words, at + lowBits);
    }
  }

  private static void put(long value, long[] words, int bit) {
    int word = bit / Long.SIZE;
    int below = bit % Long.SIZE;
    words[word] |= value << below;
    if (below > Long.SIZE - BITS_OF_ROW) {
      words[word + 1] |= value >>> (Long.SIZE - below);
    }
  }

  /**
   * What makes sums with one shift per row on the left into sums with one shift per row of the
   * node: shifts do not tell how many rows there are on the left.
   *
   * @param missingShifts per candidate, rows of the node that are not on the left
   */
  PlaintextBlock shifts(int[] missingShifts) {
    List<BigInteger> values = new ArrayList<>();
    for (int from = 0; from < missingShifts.length; from += perPlaintext) {
      BigInteger value = BigInteger.ZERO;
      for (int k = Math.min(from + perPlaintext, missingShifts.length) - 1; k >= from; k--) {
        value = value.shiftLeft(candidateBits()).add(shift(missingShifts[k]));
      }
      values.add(value);
    }
    return PlaintextBlock.of(0, values);
  }

  /** Of one candidate. */
  BigInteger shift(int missingShifts) {
    BigInteger ofScore = pair((long) missingShifts << Gradients.BITS, 0);
    BigInteger shift = BigInteger.ZERO;
    for (int c = 0; c < outputs; c++) {
      shift = shift.shiftLeft(slotBits).add(ofScore);
    }
    return shift;
  }

  int plaintexts(int candidates) {
    return (candidates + perPlaintext - 1) / perPlaintext;
  }

  /**
   * Takes sums apart.
   *
   * @param rows per candidate, of its node
   * @return candidate after candidate
   * @throws ProtocolException if a sum is beyond what so many rows can have
   */
  Sums unpack(PlaintextBlock plaintexts, int[] rows) {
    Sums sums = Sums.of(rows.length, outputs);
    int slots = perPlaintext * outputs;
    for (int i = 0; i < plaintexts.size(); i++) {
      BigInteger rest = plaintexts.get(i);
      for (int k = 0; k < slots; k++) {
        int at = i * slots + k;
        long low = rest.longValue() & ((1L << lowBits) - 1);
        rest = rest.shiftRight(lowBits);
        long high = rest.longValue() & ((1L << (slotBits - lowBits)) - 1);
        rest = rest.shiftRight(slotBits - lowBits);
        if (at < sums.g().length) {
          long most = (long) rows[at / outputs] << Gradients.BITS;
          require(low <= most && high <= 2 * most);
          sums.g()[at] = high - most;
          sums.h()[at] = low;
        } else {
          require(low == 0 && high == 0);
        }
      }
      require(rest.signum() == 0);
    }
    return sums;
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new ProtocolException("A sum of a candidate is beyond what its node's rows can sum to");
    }
  }
}

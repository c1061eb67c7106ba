// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of {@link LaneModulus}: products of numbers cut into limbs of 50 bits, one number
 * per lane, in double precision.
 *
 * <p>A product of two limbs below 2^50 is cut in two without error: {@code h = fma(a, b, C)} with C
 * = 1.5 * 2^102 rounds it to a multiple of 2^50, and {@code fma(a, b, C - h)} is what was rounded
 * away. Doubles between two powers of two are evenly spaced, so their bits, taken as whole numbers,
 * are the two parts plus a constant; they are added up as such, and the constants are taken out of
 * each column beforehand ({@link LaneBias}). Up to four products share one h. (Emmart, Zheng and
 * Weems, "Faster Modular Exponentiation Using Double Precision Floating Point Arithmetic on the
 * GPU", ARITH 2018.)
 *
 * <p>Limb k of lane l stands at {@code k * LANES + l}; {@code y} has {@link #PAD} zero limbs before
 * and after, so that no loop has special ends.
 *
 * <p>These methods are cut for the just-in-time compiler: vectors stay in registers only while a
 * method has few array accesses, and none of them may be inlined into another one, which the length
 * of their bytecode prevents. Whoever changes one measures afterwards.
 */
final class VectorLanes {
  private static final VectorSpecies<Double> D = VectorShapes.doubles();
  private static final VectorSpecies<Long> Q = D.withLanes(long.class);

  /** Numbers side by side: 8 or 4, on some processors 2. */
  static final int LANES = D.length();

  /** Zero limbs before and after the limbs of a factor. */
  static final int PAD = 4;

  static final int LIMB_BITS = 50;
  static final long LIMB_MASK = (1L << LIMB_BITS) - 1;
  static final long HALF_LIMB = 1L << (LIMB_BITS - 1);
  // Adding these to a double puts its multiples of 2^50 and of 1 into the low bits.
  private static final double HIGH = 0x1.8p102;
  private static final double LOW = 0x1.8p52;
  static final long HIGH_BITS = Double.doubleToRawLongBits(HIGH);
  static final long LOW_BITS = Double.doubleToRawLongBits(LOW);
  private static final long UNIT_BITS = Double.doubleToRawLongBits(0x1p52);
  private static final double BALANCE = 0x1p52 + HALF_LIMB;

  private VectorLanes() {}

  /**
   * Adds {@code (x[0] + x[1] B + x[2] B^2 + x[3] B^3) * y}, B = 2^50, to the columns from {@code
   * column} on: what falls into y's columns {@code from} to {@code to - 1}, and their upper parts.
   *
   * @param firstX the first of the four limbs of x, counted with its padding if it has one
   */
  static void accumulate(
      double[] x, int firstX, double[] y, long[] columns, int column, int from, int to) {
    if (firstX < 0
        || (firstX + 4) * LANES > x.length
        || from < 0
        || (to + PAD) * LANES > y.length
        || (column + to + 1) * LANES > columns.length) {
      throw new IndexOutOfBoundsException("Columns " + from + " to " + to + " at " + column);
    }
    DoubleVector x0 = DoubleVector.fromArray(D, x, firstX * LANES);
    DoubleVector x1 = DoubleVector.fromArray(D, x, (firstX + 1) * LANES);
    DoubleVector x2 = DoubleVector.fromArray(D, x, (firstX + 2) * LANES);
    DoubleVector x3 = DoubleVector.fromArray(D, x, (firstX + 3) * LANES);
    DoubleVector high = DoubleVector.broadcast(D, HIGH);
    DoubleVector both = DoubleVector.broadcast(D, HIGH + LOW);
    LongVector above = LongVector.broadcast(Q, 0L);
    DoubleVector y1 = DoubleVector.fromArray(D, y, (from + PAD - 1) * LANES);
    DoubleVector y2 = DoubleVector.fromArray(D, y, (from + PAD - 2) * LANES);
    DoubleVector y3 = DoubleVector.fromArray(D, y, (from + PAD - 3) * LANES);
    for (int j = from; j < to; j++) {
      DoubleVector y0 = DoubleVector.fromArray(D, y, (j + PAD) * LANES);
      DoubleVector h0 = x0.fma(y0, high);
      DoubleVector low = x0.fma(y0, both.sub(h0));
      DoubleVector h1 = x1.fma(y1, h0);
      low = low.add(x1.fma(y1, h0.sub(h1)));
      DoubleVector h2 = x2.fma(y2, h1);
      low = low.add(x2.fma(y2, h1.sub(h2)));
      DoubleVector h3 = x3.fma(y3, h2);
      low = low.add(x3.fma(y3, h2.sub(h3)));
      LongVector.fromArray(Q, columns, (column + j) * LANES)
          .add(above)
          .add(low.reinterpretAsLongs())
          .intoArray(columns, (column + j) * LANES);
      above = h3.reinterpretAsLongs();
      y3 = y2;
      y2 = y1;
      y1 = y0;
    }
    LongVector.fromArray(Q, columns, (column + to) * LANES)
        .add(above)
        .intoArray(columns, (column + to) * LANES);
  }

  /**
   * The same for two limbs of x, two columns per turn.
   *
   * @param to an even number of columns after {@code from}
   */
  static void accumulateTwo(
      double[] x, int firstX, double[] y, long[] columns, int column, int from, int to) {
    if (firstX < 0
        || (firstX + 2) * LANES > x.length
        || from < 0
        || (to - from) % 2 != 0
        || (to + PAD) * LANES > y.length
        || (column + to + 1) * LANES > columns.length) {
      throw new IndexOutOfBoundsException("Columns " + from + " to " + to + " at " + column);
    }
    DoubleVector x0 = DoubleVector.fromArray(D, x, firstX * LANES);
    DoubleVector x1 = DoubleVector.fromArray(D, x, (firstX + 1) * LANES);
    DoubleVector high = DoubleVector.broadcast(D, HIGH);
    DoubleVector both = DoubleVector.broadcast(D, HIGH + LOW);
    LongVector above = LongVector.broadcast(Q, 0L);
    DoubleVector y2 = DoubleVector.fromArray(D, y, (from + PAD - 1) * LANES);
    for (int j = from; j < to; j += 2) {
      DoubleVector y1 = DoubleVector.fromArray(D, y, (j + PAD) * LANES);
      DoubleVector y0 = DoubleVector.fromArray(D, y, (j + PAD + 1) * LANES);
      DoubleVector g0 = x0.fma(y1, high);
      DoubleVector lowG = x0.fma(y1, both.sub(g0));
      DoubleVector g1 = x1.fma(y2, g0);
      lowG = lowG.add(x1.fma(y2, g0.sub(g1)));
      DoubleVector h0 = x0.fma(y0, high);
      DoubleVector lowH = x0.fma(y0, both.sub(h0));
      DoubleVector h1 = x1.fma(y1, h0);
      lowH = lowH.add(x1.fma(y1, h0.sub(h1)));
      LongVector.fromArray(Q, columns, (column + j) * LANES)
          .add(above)
          .add(lowG.reinterpretAsLongs())
          .intoArray(columns, (column + j) * LANES);
      LongVector.fromArray(Q, columns, (column + j + 1) * LANES)
          .add(g1.reinterpretAsLongs())
          .add(lowH.reinterpretAsLongs())
          .intoArray(columns, (column + j + 1) * LANES);
      above = h1.reinterpretAsLongs();
      y2 = y0;
    }
    LongVector.fromArray(Q, columns, (column + to) * LANES)
        .add(above)
        .intoArray(columns, (column + to) * LANES);
  }

  /**
   * The four quotient limbs that make the columns {@code column} to {@code column + 3} vanish when
   * quotient times modulus is added, and the carry out of them: Montgomery's step for a modulus
   * that is -1 modulo B, so that a quotient limb is the column's own low limb.
   */
  static void quotients(double[] modulus, long[] columns, int column, double[] quotients) {
    if ((column + 4) * LANES > quotients.length || (column + 5) * LANES > columns.length) {
      throw new IndexOutOfBoundsException("Quotients at column " + column);
    }
    DoubleVector high = DoubleVector.broadcast(D, HIGH);
    DoubleVector both = DoubleVector.broadcast(D, HIGH + LOW);
    DoubleVector balance = DoubleVector.broadcast(D, BALANCE);
    LongVector mask = LongVector.broadcast(Q, LIMB_MASK);
    LongVector unit = LongVector.broadcast(Q, UNIT_BITS);
    DoubleVector n1 = DoubleVector.fromArray(D, modulus, (PAD + 1) * LANES);
    DoubleVector n2 = DoubleVector.fromArray(D, modulus, (PAD + 2) * LANES);
    DoubleVector n3 = DoubleVector.fromArray(D, modulus, (PAD + 3) * LANES);

    LongVector c = LongVector.fromArray(Q, columns, column * LANES);
    DoubleVector q0 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    DoubleVector h0 = q0.fma(n1, high);
    DoubleVector low = q0.fma(n1, both.sub(h0));
    LongVector above = h0.reinterpretAsLongs();
    c =
        LongVector.fromArray(Q, columns, (column + 1) * LANES)
            .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .add(low.reinterpretAsLongs());
    DoubleVector q1 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    h0 = q0.fma(n2, high);
    low = q0.fma(n2, both.sub(h0));
    DoubleVector h1 = q1.fma(n1, h0);
    low = low.add(q1.fma(n1, h0.sub(h1)));
    c =
        LongVector.fromArray(Q, columns, (column + 2) * LANES)
            .add(above)
            .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .add(low.reinterpretAsLongs());
    above = h1.reinterpretAsLongs();
    DoubleVector q2 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    h0 = q0.fma(n3, high);
    low = q0.fma(n3, both.sub(h0));
    h1 = q1.fma(n2, h0);
    low = low.add(q1.fma(n2, h0.sub(h1)));
    DoubleVector h2 = q2.fma(n1, h1);
    low = low.add(q2.fma(n1, h1.sub(h2)));
    c =
        LongVector.fromArray(Q, columns, (column + 3) * LANES)
            .add(above)
            .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .add(low.reinterpretAsLongs());
    DoubleVector q3 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    LongVector.fromArray(Q, columns, (column + 4) * LANES)
        .add(h2.reinterpretAsLongs())
        .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
        .intoArray(columns, (column + 4) * LANES);
    q0.intoArray(quotients, column * LANES);
    q1.intoArray(quotients, (column + 1) * LANES);
    q2.intoArray(quotients, (column + 2) * LANES);
    q3.intoArray(quotients, (column + 3) * LANES);
  }

  /** The same for two limbs: the columns {@code column} and {@code column + 1}. */
  static void twoQuotients(double[] modulus, long[] columns, int column, double[] quotients) {
    if ((column + 2) * LANES > quotients.length || (column + 3) * LANES > columns.length) {
      throw new IndexOutOfBoundsException("Quotients at column " + column);
    }
    DoubleVector high = DoubleVector.broadcast(D, HIGH);
    DoubleVector both = DoubleVector.broadcast(D, HIGH + LOW);
    DoubleVector balance = DoubleVector.broadcast(D, BALANCE);
    LongVector mask = LongVector.broadcast(Q, LIMB_MASK);
    LongVector unit = LongVector.broadcast(Q, UNIT_BITS);
    DoubleVector n1 = DoubleVector.fromArray(D, modulus, (PAD + 1) * LANES);

    LongVector c = LongVector.fromArray(Q, columns, column * LANES);
    DoubleVector q0 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    DoubleVector h0 = q0.fma(n1, high);
    DoubleVector low = q0.fma(n1, both.sub(h0));
    c =
        LongVector.fromArray(Q, columns, (column + 1) * LANES)
            .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .add(low.reinterpretAsLongs());
    DoubleVector q1 = c.and(mask).or(unit).reinterpretAsDoubles().sub(balance);
    LongVector.fromArray(Q, columns, (column + 2) * LANES)
        .add(h0.reinterpretAsLongs())
        .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS))
        .intoArray(columns, (column + 2) * LANES);
    q0.intoArray(quotients, column * LANES);
    q1.intoArray(quotients, (column + 1) * LANES);
  }

  /**
   * Carries the columns from {@code column} on into limbs between -2^49 and 2^49; the last one
   * keeps the sign.
   *
   * @param excess what {@link LaneBias} has added to the last column
   * @param first where the first limb goes, counted with the padding
   */
  static void carry(long[] columns, int column, int limbs, long excess, double[] out, int first) {
    if (column < 0
        || first < 0
        || (column + limbs) * LANES > columns.length
        || (first + limbs) * LANES > out.length) {
      throw new IndexOutOfBoundsException("Carry from column " + column);
    }
    LongVector mask = LongVector.broadcast(Q, LIMB_MASK);
    LongVector unit = LongVector.broadcast(Q, UNIT_BITS);
    DoubleVector balance = DoubleVector.broadcast(D, BALANCE);
    LongVector c = LongVector.fromArray(Q, columns, column * LANES);
    for (int j = 0; j < limbs - 1; j++) {
      c.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(out, (j + first) * LANES);
      c =
          LongVector.fromArray(Q, columns, (column + j + 1) * LANES)
              .add(c.lanewise(VectorOperators.LSHR, LIMB_BITS));
    }
    c.add(LOW_BITS - excess)
        .reinterpretAsDoubles()
        .sub(LOW)
        .intoArray(out, (limbs - 1 + first) * LANES);
  }

  /** Adds limbs to the columns from {@code column} on, as doubles' bits: see {@link LaneBias}. */
  static void add(double[] x, int firstX, int limbs, long[] columns, int column) {
    DoubleVector low = DoubleVector.broadcast(D, LOW);
    for (int j = 0; j < limbs; j++) {
      LongVector.fromArray(Q, columns, (column + j) * LANES)
          .add(DoubleVector.fromArray(D, x, (firstX + j) * LANES).add(low).reinterpretAsLongs())
          .intoArray(columns, (column + j) * LANES);
    }
  }

  /** Twice each limb. */
  static void twice(double[] x, double[] out) {
    for (int i = 0; i < x.length; i += LANES) {
      DoubleVector limb = DoubleVector.fromArray(D, x, i);
      limb.add(limb).intoArray(out, i);
    }
  }

  /** Copies the limbs from {@code first} on, and clears the four before them. */
  static void copyAndClearBelow(double[] x, int first, int limbs, double[] out) {
    DoubleVector zero = DoubleVector.zero(D);
    for (int i = first - 4; i < first; i++) {
      zero.intoArray(out, i * LANES);
    }
    for (int i = first; i < first + limbs; i++) {
      DoubleVector.fromArray(D, x, i * LANES).intoArray(out, i * LANES);
    }
  }
}

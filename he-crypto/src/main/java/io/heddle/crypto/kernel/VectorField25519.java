// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic modulo p = 2^255 - 19 in double precision, one number per lane: five limbs of 51 bits,
 * the sum of limb k times 2^(51 k). Every operation runs through the same instructions and
 * addresses for all values.
 *
 * <p>A number is <em>carried</em> if its limbs lie in [-2^50, 2^50], and <em>loose</em> if they lie
 * in [-2^51, 2^51]. The sum and the difference of two carried numbers are loose. Products take
 * loose numbers and give carried ones.
 *
 * <p>A product of two loose limbs lies in [-2^102, 2^102]. {@code h = fma(a, b, HIGH)} with HIGH =
 * 1.5 * 2^103 lies in [2^103, 2^104], where doubles are 2^51 apart, so h - HIGH is the product
 * rounded to a multiple of 2^51. {@code HIGH + LOW - h} with LOW = 1.5 * 2^52 is a multiple of 2^51
 * below 2^103 and so exact, and {@code fma(a, b, HIGH + LOW - h)} is LOW plus the remaining part,
 * at most 2^50 either way, exact too. The bits of both, read as whole numbers, are a constant plus
 * the part in units of 2^51 and of 1; they are added up as such. The constants are taken out once
 * for each column. ({@link VectorLanes} does the same with limbs of 50 bits.)
 *
 * <p>Column k takes five lower parts and five upper parts at most, column k + 5 joins it times 19,
 * for 2^255 = 19: at most (1 + 19 (4 + 2 * 5)) 2^50 = 267 * 2^50 in column 0, less in the others.
 * With {@link #SURPLUS} times 2^51 on top, which is taken off the next column again, each column is
 * positive and far below 2^63.
 *
 * <p>All numbers stand in one array, limb k of lane l of a number at its offset + k LANES + l. The
 * first {@link #WIDTH} doubles are for intermediate results: writing into the same array keeps the
 * just-in-time compiler from reading everything at once into registers, of which there are too few.
 *
 * <p>These methods are cut for the just-in-time compiler as those of {@link VectorLanes} are: few
 * array accesses, no helper methods (calls of the Vector API inside them are compiled to objects),
 * and more than 325 bytes of bytecode each, so that none is inlined. Whoever changes one measures
 * afterwards.
 */
final class VectorField25519 {
  private static final VectorSpecies<Double> D = VectorShapes.doubles();
  private static final VectorSpecies<Long> Q = D.withLanes(long.class);

  static final int LANES = D.length();
  static final int LIMBS = 5;
  static final int LIMB_BITS = 51;

  /** Doubles of a number in all lanes. */
  static final int WIDTH = LIMBS * LANES;

  private static final double HIGH = 0x1.8p103;
  private static final double LOW = 0x1.8p52;
  private static final long HIGH_BITS = Double.doubleToRawLongBits(HIGH);
  private static final long LOW_BITS = Double.doubleToRawLongBits(LOW);
  private static final long SURPLUS = 256;
  // (A - 2) / 4 for the curve's A = 486662.
  private static final double A24 = 121665;

  // The words that the operations begin with, each in all lanes: read from memory they cost less
  // than a broadcast.
  private static final long[] WORDS = words();
  private static final int MASK = 5 * LANES;
  private static final int UNIT = 6 * LANES;
  private static final int BALANCE = 7 * LANES;
  private static final int HIGHS = 8 * LANES;
  private static final int BOTH = 9 * LANES;

  private VectorField25519() {}

  /** What columns 0 to 4 start with, and the constants after them. */
  private static long[] words() {
    long[] word = new long[10];
    for (int column = 0; column < 2 * LIMBS; column++) {
      long lows = Math.max(0, Math.min(column + 1, 9 - column));
      long highs = Math.min(column, 10 - column);
      long weight = column < LIMBS ? 1 : 19;
      word[column % LIMBS] -= weight * (lows * LOW_BITS + highs * HIGH_BITS);
    }
    for (int k = 0; k < LIMBS; k++) {
      // Half a limb makes limbs that are cut from 0 to 2^51 lie around zero.
      long borrowed = k == 0 ? 19 * SURPLUS : SURPLUS;
      word[k] += (SURPLUS << LIMB_BITS) - borrowed + (1L << (LIMB_BITS - 1));
    }
    word[5] = (1L << LIMB_BITS) - 1;
    word[6] = Double.doubleToRawLongBits(0x1p52);
    word[7] = Double.doubleToRawLongBits(0x1p52 + 0x1p50);
    word[8] = HIGH_BITS;
    word[9] = Double.doubleToRawLongBits(HIGH + LOW);
    long[] words = new long[word.length * LANES];
    for (int i = 0; i < words.length; i++) {
      words[i] = word[i / LANES];
    }
    return words;
  }

  /** out = a b. One row of products after the other; column i is complete after row i. */
  static void multiply(double[] w, int a, int b, int out) {
    DoubleVector high = LongVector.fromArray(Q, WORDS, HIGHS).reinterpretAsDoubles();
    DoubleVector both = LongVector.fromArray(Q, WORDS, BOTH).reinterpretAsDoubles();
    LongVector c0 = LongVector.fromArray(Q, WORDS, 0);
    LongVector c1 = LongVector.fromArray(Q, WORDS, LANES);
    LongVector c2 = LongVector.fromArray(Q, WORDS, 2 * LANES);
    LongVector c3 = LongVector.fromArray(Q, WORDS, 3 * LANES);
    LongVector c4 = LongVector.fromArray(Q, WORDS, 4 * LANES);
    for (int i = 0; i < WIDTH; i += LANES) {
      DoubleVector x = DoubleVector.fromArray(D, w, a + i);
      DoubleVector b0 = DoubleVector.fromArray(D, w, b);
      DoubleVector h = x.fma(b0, high);
      c0.add(x.fma(b0, both.sub(h)).reinterpretAsLongs()).reinterpretAsDoubles().intoArray(w, i);
      c0 = c1.add(h.reinterpretAsLongs());
      DoubleVector b1 = DoubleVector.fromArray(D, w, b + LANES);
      h = x.fma(b1, high);
      c0 = c0.add(x.fma(b1, both.sub(h)).reinterpretAsLongs());
      c1 = c2.add(h.reinterpretAsLongs());
      DoubleVector b2 = DoubleVector.fromArray(D, w, b + 2 * LANES);
      h = x.fma(b2, high);
      c1 = c1.add(x.fma(b2, both.sub(h)).reinterpretAsLongs());
      c2 = c3.add(h.reinterpretAsLongs());
      DoubleVector b3 = DoubleVector.fromArray(D, w, b + 3 * LANES);
      h = x.fma(b3, high);
      c2 = c2.add(x.fma(b3, both.sub(h)).reinterpretAsLongs());
      c3 = c4.add(h.reinterpretAsLongs());
      DoubleVector b4 = DoubleVector.fromArray(D, w, b + 4 * LANES);
      h = x.fma(b4, high);
      c3 = c3.add(x.fma(b4, both.sub(h)).reinterpretAsLongs());
      c4 = h.reinterpretAsLongs();
    }
    LongVector r3 =
        c3.lanewise(VectorOperators.LSHL, 4)
            .add(c3.add(c3))
            .add(c3)
            .add(DoubleVector.fromArray(D, w, 3 * LANES).reinterpretAsLongs());
    LongVector r4 =
        c4.lanewise(VectorOperators.LSHL, 4)
            .add(c4.add(c4))
            .add(c4)
            .add(DoubleVector.fromArray(D, w, 4 * LANES).reinterpretAsLongs());
    LongVector mask = LongVector.fromArray(Q, WORDS, MASK);
    LongVector unit = LongVector.fromArray(Q, WORDS, UNIT);
    DoubleVector balance = LongVector.fromArray(Q, WORDS, BALANCE).reinterpretAsDoubles();

    // Limb 4 is cut here, before all others, with the carry of column 3 as it is by now. What the
    // carries add to it in the end is one more at most, so limb 4 gets no larger than 2^50.
    LongVector c =
        r4.add(r3.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .lanewise(VectorOperators.LSHR, LIMB_BITS);
    r4 = r4.sub(c.lanewise(VectorOperators.LSHL, LIMB_BITS));
    c0 = c0.add(c);
    LongVector r0 =
        c0.lanewise(VectorOperators.LSHL, 4)
            .add(c0.add(c0))
            .add(c0)
            .add(DoubleVector.fromArray(D, w, 0).reinterpretAsLongs());
    r0.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out);
    LongVector r1 =
        c1.lanewise(VectorOperators.LSHL, 4)
            .add(c1.add(c1))
            .add(c1)
            .add(DoubleVector.fromArray(D, w, LANES).reinterpretAsLongs())
            .add(r0.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r1.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + LANES);
    LongVector r2 =
        c2.lanewise(VectorOperators.LSHL, 4)
            .add(c2.add(c2))
            .add(c2)
            .add(DoubleVector.fromArray(D, w, 2 * LANES).reinterpretAsLongs())
            .add(r1.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r2.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 2 * LANES);
    r3 = r3.add(r2.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r3.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 3 * LANES);
    r4 = r4.add(r3.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r4.or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 4 * LANES);
  }

  /** out = a^2, from 15 products. Columns 4 to 8 are summed up first. */
  static void square(double[] w, int a, int out) {
    squareUpper(w, a);
    squareLower(w, a, out);
  }

  /**
   * Products of different limbs count twice; s(k) and d(k) are their sum in column k and the sum of
   * the squares' parts.
   */
  private static void squareUpper(double[] w, int a) {
    DoubleVector high = LongVector.fromArray(Q, WORDS, HIGHS).reinterpretAsDoubles();
    DoubleVector both = LongVector.fromArray(Q, WORDS, BOTH).reinterpretAsDoubles();
    DoubleVector a0 = DoubleVector.fromArray(D, w, a);
    DoubleVector a1 = DoubleVector.fromArray(D, w, a + LANES);
    DoubleVector a2 = DoubleVector.fromArray(D, w, a + 2 * LANES);
    DoubleVector a3 = DoubleVector.fromArray(D, w, a + 3 * LANES);
    DoubleVector a4 = DoubleVector.fromArray(D, w, a + 4 * LANES);
    DoubleVector h = a4.fma(a4, high);
    LongVector d8 = a4.fma(a4, both.sub(h)).reinterpretAsLongs();
    LongVector d9 = h.reinterpretAsLongs();
    h = a3.fma(a4, high);
    LongVector s7 = a3.fma(a4, both.sub(h)).reinterpretAsLongs();
    LongVector s8 = h.reinterpretAsLongs();
    h = a3.fma(a3, high);
    LongVector d6 = a3.fma(a3, both.sub(h)).reinterpretAsLongs();
    LongVector d7 = h.reinterpretAsLongs();
    h = a2.fma(a4, high);
    LongVector s6 = a2.fma(a4, both.sub(h)).reinterpretAsLongs();
    s7 = s7.add(h.reinterpretAsLongs());
    h = a2.fma(a3, high);
    LongVector s5 = a2.fma(a3, both.sub(h)).reinterpretAsLongs();
    s6 = s6.add(h.reinterpretAsLongs());
    h = a1.fma(a4, high);
    s5 = s5.add(a1.fma(a4, both.sub(h)).reinterpretAsLongs());
    s6 = s6.add(h.reinterpretAsLongs());
    h = a2.fma(a2, high);
    LongVector d4 = a2.fma(a2, both.sub(h)).reinterpretAsLongs();
    LongVector d5 = h.reinterpretAsLongs();
    h = a1.fma(a3, high);
    LongVector s4 = a1.fma(a3, both.sub(h)).reinterpretAsLongs();
    s5 = s5.add(h.reinterpretAsLongs());
    h = a0.fma(a4, high);
    s4 = s4.add(a0.fma(a4, both.sub(h)).reinterpretAsLongs());
    s5 = s5.add(h.reinterpretAsLongs());
    d9.lanewise(VectorOperators.LSHL, 4)
        .add(d9.add(d9))
        .add(d9)
        .add(s4.add(s4))
        .add(d4)
        .add(LongVector.fromArray(Q, WORDS, 4 * LANES))
        .reinterpretAsDoubles()
        .intoArray(w, 4 * LANES);
    s8 = s8.add(s8).add(d8);
    s8.lanewise(VectorOperators.LSHL, 4)
        .add(s8.add(s8))
        .add(s8)
        .add(LongVector.fromArray(Q, WORDS, 3 * LANES))
        .reinterpretAsDoubles()
        .intoArray(w, 3 * LANES);
    s7 = s7.add(s7).add(d7);
    s7.lanewise(VectorOperators.LSHL, 4)
        .add(s7.add(s7))
        .add(s7)
        .add(LongVector.fromArray(Q, WORDS, 2 * LANES))
        .reinterpretAsDoubles()
        .intoArray(w, 2 * LANES);
    s6 = s6.add(s6).add(d6);
    s6.lanewise(VectorOperators.LSHL, 4)
        .add(s6.add(s6))
        .add(s6)
        .add(LongVector.fromArray(Q, WORDS, LANES))
        .reinterpretAsDoubles()
        .intoArray(w, LANES);
    s5 = s5.add(s5).add(d5);
    s5.lanewise(VectorOperators.LSHL, 4)
        .add(s5.add(s5))
        .add(s5)
        .add(LongVector.fromArray(Q, WORDS, 0))
        .reinterpretAsDoubles()
        .intoArray(w, 0);
  }

  private static void squareLower(double[] w, int a, int out) {
    DoubleVector high = LongVector.fromArray(Q, WORDS, HIGHS).reinterpretAsDoubles();
    DoubleVector both = LongVector.fromArray(Q, WORDS, BOTH).reinterpretAsDoubles();
    DoubleVector a0 = DoubleVector.fromArray(D, w, a);
    DoubleVector a1 = DoubleVector.fromArray(D, w, a + LANES);
    DoubleVector a2 = DoubleVector.fromArray(D, w, a + 2 * LANES);
    DoubleVector a3 = DoubleVector.fromArray(D, w, a + 3 * LANES);
    DoubleVector h = a0.fma(a3, high);
    LongVector s3 = a0.fma(a3, both.sub(h)).reinterpretAsLongs();
    LongVector s4 = h.reinterpretAsLongs();
    h = a1.fma(a2, high);
    s3 = s3.add(a1.fma(a2, both.sub(h)).reinterpretAsLongs());
    s4 = s4.add(h.reinterpretAsLongs());
    h = a1.fma(a1, high);
    LongVector d2 = a1.fma(a1, both.sub(h)).reinterpretAsLongs();
    LongVector d3 = h.reinterpretAsLongs();
    h = a0.fma(a2, high);
    LongVector s2 = a0.fma(a2, both.sub(h)).reinterpretAsLongs();
    s3 = s3.add(h.reinterpretAsLongs());
    h = a0.fma(a1, high);
    LongVector s1 = a0.fma(a1, both.sub(h)).reinterpretAsLongs();
    s2 = s2.add(h.reinterpretAsLongs());
    h = a0.fma(a0, high);
    LongVector d0 = a0.fma(a0, both.sub(h)).reinterpretAsLongs();
    LongVector d1 = h.reinterpretAsLongs();

    // Carries as in multiply.
    LongVector r3 =
        s3.add(s3).add(d3).add(DoubleVector.fromArray(D, w, 3 * LANES).reinterpretAsLongs());
    LongVector r4 = s4.add(s4).add(DoubleVector.fromArray(D, w, 4 * LANES).reinterpretAsLongs());
    LongVector mask = LongVector.fromArray(Q, WORDS, MASK);
    LongVector unit = LongVector.fromArray(Q, WORDS, UNIT);
    DoubleVector balance = LongVector.fromArray(Q, WORDS, BALANCE).reinterpretAsDoubles();
    LongVector c =
        r4.add(r3.lanewise(VectorOperators.LSHR, LIMB_BITS))
            .lanewise(VectorOperators.LSHR, LIMB_BITS);
    r4 = r4.sub(c.lanewise(VectorOperators.LSHL, LIMB_BITS));
    LongVector r0 =
        c.lanewise(VectorOperators.LSHL, 4)
            .add(c.add(c))
            .add(c)
            .add(d0)
            .add(DoubleVector.fromArray(D, w, 0).reinterpretAsLongs());
    r0.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out);
    LongVector r1 =
        s1.add(s1)
            .add(d1)
            .add(DoubleVector.fromArray(D, w, LANES).reinterpretAsLongs())
            .add(r0.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r1.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + LANES);
    LongVector r2 =
        s2.add(s2)
            .add(d2)
            .add(DoubleVector.fromArray(D, w, 2 * LANES).reinterpretAsLongs())
            .add(r1.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r2.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 2 * LANES);
    r3 = r3.add(r2.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r3.and(mask).or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 3 * LANES);
    r4 = r4.add(r3.lanewise(VectorOperators.LSHR, LIMB_BITS));
    r4.or(unit).reinterpretAsDoubles().sub(balance).intoArray(w, out + 4 * LANES);
  }

  /** sum = a + b and difference = a - b, loose, of carried numbers. */
  static void addSubtract(double[] w, int a, int b, int sum, int difference) {
    if (Math.min(Math.min(a, b), Math.min(sum, difference)) < 0
        || Math.max(Math.max(a, b), Math.max(sum, difference)) + WIDTH > w.length) {
      throw new IndexOutOfBoundsException("Terms " + a + ", " + b + ", " + sum + ", " + difference);
    }
    DoubleVector x0 = DoubleVector.fromArray(D, w, a);
    DoubleVector y0 = DoubleVector.fromArray(D, w, b);
    DoubleVector x1 = DoubleVector.fromArray(D, w, a + LANES);
    DoubleVector y1 = DoubleVector.fromArray(D, w, b + LANES);
    DoubleVector x2 = DoubleVector.fromArray(D, w, a + 2 * LANES);
    DoubleVector y2 = DoubleVector.fromArray(D, w, b + 2 * LANES);
    DoubleVector x3 = DoubleVector.fromArray(D, w, a + 3 * LANES);
    DoubleVector y3 = DoubleVector.fromArray(D, w, b + 3 * LANES);
    DoubleVector x4 = DoubleVector.fromArray(D, w, a + 4 * LANES);
    DoubleVector y4 = DoubleVector.fromArray(D, w, b + 4 * LANES);
    x0.add(y0).intoArray(w, sum);
    x0.sub(y0).intoArray(w, difference);
    x1.add(y1).intoArray(w, sum + LANES);
    x1.sub(y1).intoArray(w, difference + LANES);
    x2.add(y2).intoArray(w, sum + 2 * LANES);
    x2.sub(y2).intoArray(w, difference + 2 * LANES);
    x3.add(y3).intoArray(w, sum + 3 * LANES);
    x3.sub(y3).intoArray(w, difference + 3 * LANES);
    x4.add(y4).intoArray(w, sum + 4 * LANES);
    x4.sub(y4).intoArray(w, difference + 4 * LANES);
  }

  /**
   * What a step of the ladder begins with: swaps (x2, z2) and (x3, z3), carried, where mask is -1
   * and not where it is 0, then writes x2 + z2, x2 - z2, x3 + z3 and x3 - z3, one after the other
   * from {@code out} on.
   *
   * @param points the offset of x2, z2, x3 and z3, one after the other
   */
  static void swapAddSubtract(double[] w, long mask, int points, int out) {
    if (points < 0 || points + 4 * WIDTH > w.length || out < 0 || out + 4 * WIDTH > w.length) {
      throw new IndexOutOfBoundsException("Points at " + points + ", sums at " + out);
    }
    LongVector chosen = LongVector.broadcast(Q, mask);
    for (int i = 0; i < WIDTH; i += LANES) {
      LongVector x2 = DoubleVector.fromArray(D, w, points + i).reinterpretAsLongs();
      LongVector z2 = DoubleVector.fromArray(D, w, points + WIDTH + i).reinterpretAsLongs();
      LongVector x3 = DoubleVector.fromArray(D, w, points + 2 * WIDTH + i).reinterpretAsLongs();
      LongVector z3 = DoubleVector.fromArray(D, w, points + 3 * WIDTH + i).reinterpretAsLongs();
      LongVector dx = x2.lanewise(VectorOperators.XOR, x3).and(chosen);
      LongVector dz = z2.lanewise(VectorOperators.XOR, z3).and(chosen);
      DoubleVector a = x2.lanewise(VectorOperators.XOR, dx).reinterpretAsDoubles();
      DoubleVector b = z2.lanewise(VectorOperators.XOR, dz).reinterpretAsDoubles();
      DoubleVector c = x3.lanewise(VectorOperators.XOR, dx).reinterpretAsDoubles();
      DoubleVector d = z3.lanewise(VectorOperators.XOR, dz).reinterpretAsDoubles();
      a.add(b).intoArray(w, out + i);
      a.sub(b).intoArray(w, out + WIDTH + i);
      c.add(d).intoArray(w, out + 2 * WIDTH + i);
      c.sub(d).intoArray(w, out + 3 * WIDTH + i);
    }
  }

  /**
   * e = a - b and g = a + 121665 e, loose, of carried a and b: what doubling a point needs.
   *
   * <p>121665 e is below 2^68. Its upper part, a multiple of 2^51, is chosen near 121665 e + a,
   * whose rounding errs by 2^15 at most, so that the lower part and a are together at most 2^50 +
   * 2^15; the upper part of the limb before adds 19 * 2^17 at most. All sums are below 2^53: exact.
   */
  static void doublingTerms(double[] w, int a, int b, int e, int g) {
    if (Math.min(Math.min(a, b), Math.min(e, g)) < 0
        || Math.max(Math.max(a, b), Math.max(e, g)) + WIDTH > w.length) {
      throw new IndexOutOfBoundsException("Terms " + a + ", " + b + ", " + e + ", " + g);
    }
    DoubleVector high = LongVector.fromArray(Q, WORDS, HIGHS).reinterpretAsDoubles();
    DoubleVector a24 = DoubleVector.broadcast(D, A24);
    DoubleVector down = DoubleVector.broadcast(D, -0x1p-51);
    DoubleVector a4 = DoubleVector.fromArray(D, w, a + 4 * LANES);
    DoubleVector e4 = a4.sub(DoubleVector.fromArray(D, w, b + 4 * LANES));
    e4.intoArray(w, e + 4 * LANES);
    DoubleVector n4 = high.sub(e4.fma(a24, a4).add(high));
    DoubleVector low4 = e4.fma(a24, n4).add(a4);
    DoubleVector above = n4.mul(19);
    for (int i = 0; i < 4 * LANES; i += LANES) {
      DoubleVector ai = DoubleVector.fromArray(D, w, a + i);
      DoubleVector ei = ai.sub(DoubleVector.fromArray(D, w, b + i));
      ei.intoArray(w, e + i);
      // The upper part, negated.
      DoubleVector n = high.sub(ei.fma(a24, ai).add(high));
      above.fma(down, ei.fma(a24, n).add(ai)).intoArray(w, g + i);
      above = n;
    }
    above.fma(down, low4).intoArray(w, g + 4 * LANES);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import io.heddle.crypto.kernel.Kernel;
import io.heddle.crypto.kernel.LaneField25519;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A batch of points, as many side by side as the processor has lanes: the same as the scalar code
 * of {@link Curve25519} and {@link HashToCurve} does one by one. The last row is filled up with
 * copies of the last point.
 */
final class LaneCurve {
  private static final long[] ONE = Field.of(1);
  private static final long[] TWO = Field.of(2);
  private static final long[] MINUS_A = minusA();
  private static final long[] MINUS_HALF_A = product(MINUS_A, half());
  private static final long[] A_SQUARED = product(MINUS_A, MINUS_A);

  // Where a process that has just started breaks even: compiling vectors takes it seconds, and one
  // by one these points take as long.
  private static final int WORTH_COMPILING = 1 << 16;

  // A full chunk: more of them follow as a rule.
  private static final int MANY_AT_ONCE = 1 << 14;

  // All points that this process was asked for, in whatever portions.
  private static final AtomicLong ASKED = new AtomicLong();

  // Elements that every step may write over; those behind them are x, z and a product for each row.
  private static final int FREE = LaneField25519.LADDER;

  private final LaneField25519 field;
  private final int count;
  private final int rows;

  /** For so many points, at least one. */
  LaneCurve(int count) {
    this.count = count;
    this.rows = (count + Kernel.lanes() - 1) / Kernel.lanes();
    this.field = new LaneField25519(FREE + 3 * rows);
  }

  /**
   * Whether lanes are worth it for so many points more. Until the just-in-time compiler has
   * compiled them, operations on vectors take thousands of times as long, so the first points of a
   * process are done one by one unless there are many at once.
   */
  static boolean pays(int count) {
    // The kernel is asked last: the first question makes it test itself, before it is compiled.
    return (ASKED.addAndGet(count) >= WORTH_COMPILING || count >= MANY_AT_ONCE)
        && Kernel.lanes() > 1
        && count >= Kernel.lanes();
  }

  private static long[] minusA() {
    long[] a = Field.zero();
    Field.subtract(Field.zero(), Field.of(HashToCurve.A), a);
    return product(a, Field.of(1));
  }

  /** 1/2 = (p + 1) / 2 = 2^254 - 9. */
  private static long[] half() {
    long limb = (1L << 51) - 1;
    return new long[] {limb - 8, limb, limb, limb, limb >>> 1};
  }

  private static long[] product(long[] a, long[] b) {
    long[] out = Field.zero();
    Field.multiply(a, b, out);
    return out;
  }

  private int x(int row) {
    return FREE + 3 * row;
  }

  private int z(int row) {
    return FREE + 3 * row + 1;
  }

  private int before(int row) {
    return FREE + 3 * row + 2;
  }

  private void load(long[][] numbers, int row, int element) {
    for (int lane = 0; lane < Kernel.lanes(); lane++) {
      field.load(element, lane, numbers[Math.min(count - 1, row * Kernel.lanes() + lane)]);
    }
  }

  /** Leaves the scalar times each of the points, given by their u coordinates, as x : z. */
  void multiply(byte[] clamped, long[][] u) {
    for (int row = 0; row < rows; row++) {
      load(u, row, 0);
      field.ladder(clamped, 0);
      field.copy(0, x(row));
      field.copy(1, z(row));
    }
  }

  /**
   * The scalar times each of the points, given by their u coordinates, as x : z, and the sum of
   * product and point as nextX : nextZ. All are carried.
   */
  void multiply(
      byte[] clamped, long[][] u, long[][] x, long[][] z, long[][] nextX, long[][] nextZ) {
    for (int row = 0; row < rows; row++) {
      load(u, row, 0);
      field.ladder(clamped, 0);
      unload(0, row, x);
      unload(1, row, z);
      unload(3, row, nextX);
      unload(4, row, nextZ);
    }
  }

  private void unload(int element, int row, long[][] numbers) {
    int from = row * Kernel.lanes();
    for (int i = from; i < Math.min(count, from + Kernel.lanes()); i++) {
      field.store(element, i - from, numbers[i]);
      Field.multiply(numbers[i], ONE, numbers[i]);
    }
  }

  /** Leaves the points on which Elligator 2 maps the numbers, times 8, as x : z. */
  void map(long[][] u) {
    for (int row = 0; row < rows; row++) {
      load(u, row, 0);
      map(x(row), z(row));
      for (int i = 0; i < 3; i++) {
        field.twice(x(row), z(row), 0);
      }
    }
  }

  /**
   * Maps element 0 as {@link HashToCurve#map} does. With t = 2 u^2 and z = 1 + t, x1 = -A / z is on
   * the curve iff g = -A z (z^2 - A^2 t) is a square; g is never 0, as A^2 - 4 is no square. With s
   * = 1 for a square and -1 for another number, x = -A/2 ((1 + s) + t (1 - s)) / z.
   */
  private void map(int x, int z) {
    int t = 1;
    int one = 2;
    int s = 3;
    int plus = 4;
    int minus = 5;
    int constant = 6;
    field.loadAll(one, ONE);
    field.loadAll(constant, TWO);
    field.square(0, t);
    field.multiply(t, constant, t);
    field.addSubtract(t, one, z, s);
    // From loose to carried.
    field.multiply(z, one, z);

    field.loadAll(constant, A_SQUARED);
    field.multiply(t, constant, plus);
    field.square(z, s);
    field.addSubtract(s, plus, minus, s);
    field.multiply(s, z, s);
    field.loadAll(constant, MINUS_A);
    field.multiply(s, constant, 0);
    power250(0, 6, s);
    // Euler: g^((p - 1) / 2), and (p - 1) / 2 = 16 (2^250 - 1) + 6.
    field.square(s, 4, s);
    field.square(0, plus);
    field.multiply(plus, 0, plus);
    field.square(plus, plus);
    field.multiply(s, plus, s);

    field.addSubtract(one, s, plus, minus);
    field.loadAll(constant, MINUS_HALF_A);
    field.multiply(plus, constant, plus);
    field.multiply(minus, constant, minus);
    field.multiply(minus, t, minus);
    field.addSubtract(plus, minus, x, s);
    field.multiply(x, one, x);
  }

  /** out = a^(2^250 - 1), and element {@code free} = a^11; writes over the four behind it too. */
  private void power250(int a, int free, int out) {
    int a11 = free;
    int t = free + 1;
    int a9 = free + 2;
    int p10 = free + 3;
    int p50 = free + 4;
    field.square(a, a11); // 2
    field.square(a11, 2, t); // 8
    field.multiply(t, a, a9);
    field.multiply(a9, a11, a11); // 11
    field.square(a11, t); // 22
    field.multiply(t, a9, out); // 2^5 - 1
    field.square(out, 5, t);
    field.multiply(t, out, p10); // 2^10 - 1
    field.square(p10, 10, t);
    field.multiply(t, p10, out); // 2^20 - 1
    field.square(out, 20, t);
    field.multiply(t, out, t); // 2^40 - 1
    field.square(t, 10, t);
    field.multiply(t, p10, p50); // 2^50 - 1
    field.square(p50, 50, t);
    field.multiply(t, p50, out); // 2^100 - 1
    field.square(out, 100, t);
    field.multiply(t, out, t); // 2^200 - 1
    field.square(t, 50, t);
    field.multiply(t, p50, out);
  }

  /**
   * Writes x/z of each point as bytes, the first at point {@code from}, with one exponentiation for
   * all (Montgomery's trick in each lane).
   *
   * @return the index of the first point whose z is 0, and nothing is written then; else -1
   */
  int affine(byte[] points, int from) {
    long[] limbs = Field.zero();
    for (int i = 0; i < count; i++) {
      field.store(z(i / Kernel.lanes()), i % Kernel.lanes(), limbs);
      if (Field.zeroMask(limbs) != 0) {
        return i;
      }
    }
    int product = 0;
    int power = 1;
    field.loadAll(product, ONE);
    for (int row = 0; row < rows; row++) {
      field.copy(product, before(row));
      field.multiply(product, z(row), product);
    }
    // a^(p - 2), and p - 2 = 32 (2^250 - 1) + 11.
    power250(product, 2, power);
    field.square(power, 5, power);
    field.multiply(power, 2, power);
    for (int row = rows - 1; row >= 0; row--) {
      field.multiply(before(row), power, before(row));
      field.multiply(power, z(row), power);
      field.multiply(x(row), before(row), x(row));
    }
    for (int i = 0; i < count; i++) {
      field.store(x(i / Kernel.lanes()), i % Kernel.lanes(), limbs);
      System.arraycopy(
          Field.toBytes(limbs),
          0,
          points,
          (from + i) * Curve25519.POINT_BYTES,
          Curve25519.POINT_BYTES);
    }
    Arrays.fill(limbs, 0);
    return -1;
  }
}

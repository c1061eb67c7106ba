// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

/** The working numbers of a Montgomery ladder, kept for the next one. (RFC 7748, section 5.) */
final class Ladder {
  private final long[] x1 = Field.zero();
  private final long[] x2 = Field.zero();
  private final long[] z2 = Field.zero();
  private final long[] x3 = Field.zero();
  private final long[] z3 = Field.zero();
  private final long[] a = Field.zero();
  private final long[] b = Field.zero();
  private final long[] c = Field.zero();
  private final long[] d = Field.zero();
  private final long[] e = Field.zero();

  /**
   * Takes the point's u coordinate in x and leaves the product with the scalar of 255 bits that
   * begins at a byte as x : z.
   */
  void multiply(byte[] scalars, int at, long[] x, long[] z) {
    Field.copy(x, x1);
    Field.copy(Field.of(1), x2);
    Field.copy(Field.zero(), z2);
    Field.copy(x, x3);
    Field.copy(Field.of(1), z3);
    long last = 0;
    for (int i = 254; i >= 0; i--) {
      long bit = ((scalars[at + (i >>> 3)] & 0xffL) >>> (i & 7)) & 1;
      Field.swap(-(last ^ bit), x2, x3);
      Field.swap(-(last ^ bit), z2, z3);
      last = bit;
      step();
    }
    Field.swap(-last, x2, x3);
    Field.swap(-last, z2, z3);
    Field.copy(x2, x);
    Field.copy(z2, z);
  }

  /** Of the last product, by an even scalar: the sum of it and the point, as x : z. */
  void neighbour(long[] x, long[] z) {
    Field.copy(x3, x);
    Field.copy(z3, z);
  }

  private void step() {
    Field.add(x2, z2, a);
    Field.subtract(x2, z2, b);
    Field.add(x3, z3, c);
    Field.subtract(x3, z3, d);
    Field.multiply(d, a, d);
    Field.multiply(c, b, c);
    Field.square(a, a);
    Field.square(b, b);
    Field.add(d, c, x3);
    Field.square(x3, x3);
    Field.subtract(d, c, d);
    Field.square(d, d);
    Field.multiply(x1, d, z3);
    Field.multiply(a, b, x2);
    Field.subtract(a, b, e);
    Field.multiplySmall(e, Curve25519.A24, b);
    Field.add(b, a, b);
    Field.multiply(e, b, z2);
  }
}

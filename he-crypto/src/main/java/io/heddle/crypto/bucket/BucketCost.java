// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

/** What a plan is chosen by, in multiplications. */
public final class BucketCost {
  /**
   * Beginning and storing one more product, as measured: 350 to 450 ns beside 2,300 for a
   * multiplication modulo 4096 bits.
   */
  public static final double LIST = 0.17;

  /** One inversion modulo 4096 bits: 2.4 ms. */
  static final int INVERSION = 1000;

  /** Joint buckets have to save this share of the rows, to be worth planning and memory. */
  static final double LEAST_SAVING = 0.05;

  private BucketCost() {}

  /** Making so many products out of so many factors. */
  public static double products(double factors, double products) {
    return factors - products * (1 - LIST);
  }

  /** A column whose most frequent bin is the total divided by the others; without the inversion. */
  static double withoutLargest(double rows, double bins, double largest) {
    return rows - largest + 3 + LIST * bins;
  }
}

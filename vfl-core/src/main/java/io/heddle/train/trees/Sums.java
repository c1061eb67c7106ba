// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Arrays;

/**
 * Rounded sums of both derivatives over some sets of rows: set after set, within one score after
 * score.
 *
 * @param outputs how many scores a row has
 * @param g of first derivatives; arrays as they are
 * @param h of second ones
 */
record Sums(int outputs, long[] g, long[] h) {
  /** Zeros. */
  static Sums of(int sets, int outputs) {
    return new Sums(outputs, new long[sets * outputs], new long[sets * outputs]);
  }

  /** Of one set. */
  static Sums of(int[] rows, Gradients gradients) {
    Sums sums = of(1, gradients.outputs());
    for (int c = 0; c < sums.outputs; c++) {
      long sumG = 0;
      long sumH = 0;
      for (int row : rows) {
        sumG += gradients.g(c, row);
        sumH += gradients.h(c, row);
      }
      sums.g[c] = sumG;
      sums.h[c] = sumH;
    }
    return sums;
  }

  /** Those of some sets, one after another. */
  Sums part(int from, int to) {
    return new Sums(
        outputs,
        Arrays.copyOfRange(g, from * outputs, to * outputs),
        Arrays.copyOfRange(h, from * outputs, to * outputs));
  }

  /** Of a set's second derivatives by all scores. */
  long totalH(int set) {
    long total = 0;
    for (int c = 0; c < outputs; c++) {
      total += h[set * outputs + c];
    }
    return total;
  }

  /** Whether a set has the same sums as another one's. */
  boolean isSame(int set, Sums other, int otherSet) {
    for (int c = 0; c < outputs; c++) {
      if (g[set * outputs + c] != other.g[otherSet * outputs + c]
          || h[set * outputs + c] != other.h[otherSet * outputs + c]) {
        return false;
      }
    }
    return true;
  }
}

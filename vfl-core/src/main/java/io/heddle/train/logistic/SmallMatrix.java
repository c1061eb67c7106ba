// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.Arrays;

/** Dense linear algebra for one party's columns: a few hundred at most. */
final class SmallMatrix {
  private static final double SMALLEST_PIVOT = 1e-10;
  private static final double FIRST_RIDGE = 1e-9;

  private SmallMatrix() {}

  /**
   * The inverse of the lower Cholesky factor of a positive semidefinite matrix. A singular one gets
   * the smallest ridge, relative to its diagonal, that lets the factor exist.
   */
  static double[][] inverseCholesky(double[][] matrix) {
    for (double ridge = 0; ; ridge = ridge == 0 ? FIRST_RIDGE : ridge * 10) {
      double[][] factor = cholesky(matrix, ridge);
      if (factor.length == matrix.length) {
        return inverseOfLower(factor);
      }
      if (ridge > 1) {
        throw new AssertionError("A Gram matrix is not positive semidefinite");
      }
    }
  }

  /** The factor, or as many of its rows as exist. */
  private static double[][] cholesky(double[][] matrix, double ridge) {
    int size = matrix.length;
    double[][] factor = new double[size][];
    for (int i = 0; i < size; i++) {
      double[] row = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j] * (i == j ? 1 + ridge : 1);
        double[] other = j == i ? row : factor[j];
        for (int k = 0; k < j; k++) {
          sum -= row[k] * other[k];
        }
        if (i == j) {
          if (!(sum > SMALLEST_PIVOT * matrix[i][i])) {
            return Arrays.copyOf(factor, i);
          }
          row[i] = Math.sqrt(sum);
        } else {
          row[j] = sum / other[j];
        }
      }
      factor[i] = row;
    }
    return factor;
  }

  private static double[][] inverseOfLower(double[][] factor) {
    int size = factor.length;
    double[][] inverse = new double[size][];
    for (int i = 0; i < size; i++) {
      inverse[i] = new double[i + 1];
      for (int j = 0; j < i; j++) {
        double sum = 0;
        for (int k = j; k < i; k++) {
          sum -= factor[i][k] * inverse[k][j];
        }
        inverse[i][j] = sum / factor[i][i];
      }
      inverse[i][i] = 1 / factor[i][i];
    }
    return inverse;
  }

  /** A lower triangular matrix times a vector. */
  static double[] lowerTimes(double[][] lower, double[] vector) {
    double[] product = new double[vector.length];
    for (int i = 0; i < product.length; i++) {
      for (int j = 0; j <= i; j++) {
        product[i] += lower[i][j] * vector[j];
      }
    }
    return product;
  }

  /** The transpose of a lower triangular matrix times a vector. */
  static double[] transposedLowerTimes(double[][] lower, double[] vector) {
    double[] product = new double[vector.length];
    for (int i = 0; i < product.length; i++) {
      for (int j = 0; j <= i; j++) {
        product[j] += lower[i][j] * vector[i];
      }
    }
    return product;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Adds a multiple of one vector to another, in place. */
  static void addScaled(double[] into, double factor, double[] vector) {
    for (int i = 0; i < into.length; i++) {
      into[i] += factor * vector[i];
    }
  }
}

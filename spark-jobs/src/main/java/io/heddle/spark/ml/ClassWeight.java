// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import java.util.Arrays;
import scala.Function1;

/**
 * How much more a row of label 1 weighs than one of label 0, or that all classes weigh as much, as
 * it is written in a Param.
 */
final class ClassWeight {
  static final String NONE = "none";
  static final String BALANCED = "balanced";
  static final String DOC =
      "how much more a row of label 1 weighs than one of label 0 at the label holder: none,"
          + " balanced (all classes weigh as much in all), or with two classes a number above 0";

  /** Params travel with their stages. */
  interface Rule extends Function1<String, Object>, java.io.Serializable {}

  private ClassWeight() {}

  static boolean isAllowed(String text) {
    if (text.equals(NONE) || text.equals(BALANCED)) {
      return true;
    }
    try {
      double weight = Double.parseDouble(text);
      return weight > 0 && Double.isFinite(weight);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** A number says nothing about more than two classes. */
  static boolean isAllowed(String text, int classes) {
    return classes == 2 || text.equals(NONE) || text.equals(BALANCED);
  }

  /**
   * The same labels, each row's weight times that of its class.
   *
   * @param classes labels of other ones keep their weight
   */
  static LabelColumns weighed(LabelColumns columns, String text, int classes) {
    if (text.equals(NONE)) {
      return columns;
    }
    double[] labels = columns.labels();
    double[] given = columns.weights();
    double[] weights = given == null ? new double[labels.length] : given.clone();
    if (given == null) {
      Arrays.fill(weights, 1);
    }
    double[] factors = new double[classes];
    Arrays.fill(factors, 1);
    if (text.equals(BALANCED)) {
      balance(labels, weights, factors);
    } else {
      factors[1] = Double.parseDouble(text);
    }
    for (int i = 0; i < labels.length; i++) {
      weights[i] *= labels[i] < classes ? factors[(int) labels[i]] : 1;
    }
    return new LabelColumns(labels, weights);
  }

  private static void balance(double[] labels, double[] weights, double[] factors) {
    double[] sums = new double[factors.length];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < sums.length) {
        sums[(int) labels[i]] += weights[i];
      }
    }
    double total = Arrays.stream(sums).sum();
    for (int c = 0; c < sums.length; c++) {
      if (!(sums[c] > 0)) {
        throw new DataException(
            factors.length == 2
                ? "All rows of weight above 0 have one label: nothing to train on"
                : "No row of weight above 0 is of class " + c);
      }
      factors[c] = total / (factors.length * sums[c]);
    }
  }
}

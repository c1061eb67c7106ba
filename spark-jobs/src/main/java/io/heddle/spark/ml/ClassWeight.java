// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.DataException;
import java.util.Arrays;
import scala.Function1;

/** How much more a row of label 1 weighs than one of label 0, as it is written in a Param. */
final class ClassWeight {
  static final String NONE = "none";
  static final String BALANCED = "balanced";
  static final String DOC =
      "how much more a row of label 1 weighs than one of label 0 at the label holder: none,"
          + " balanced (both classes weigh as much in all), or a number above 0";

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

  /** The same labels, each row's weight times that of its class. */
  static LabelColumns weighed(LabelColumns columns, String text) {
    if (text.equals(NONE)) {
      return columns;
    }
    double[] labels = columns.labels();
    double[] given = columns.weights();
    double[] weights = given == null ? new double[labels.length] : given.clone();
    if (given == null) {
      Arrays.fill(weights, 1);
    }
    double zeros = 1;
    double ones;
    if (text.equals(BALANCED)) {
      double ofZeros = 0;
      double ofOnes = 0;
      for (int i = 0; i < labels.length; i++) {
        ofZeros += labels[i] == 1 ? 0 : weights[i];
        ofOnes += labels[i] == 1 ? weights[i] : 0;
      }
      if (!(ofZeros > 0 && ofOnes > 0)) {
        throw new DataException("All rows of weight above 0 have one label: nothing to train on");
      }
      zeros = (ofZeros + ofOnes) / (2 * ofZeros);
      ones = (ofZeros + ofOnes) / (2 * ofOnes);
    } else {
      ones = Double.parseDouble(text);
    }
    for (int i = 0; i < labels.length; i++) {
      weights[i] *= labels[i] == 1 ? ones : zeros;
    }
    return new LabelColumns(labels, weights);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.List;

/**
 * One party's part of a fitted model: what it needs to compute its share of the linear predictor,
 * and nothing of the others. A value x of column j counts as {@code centres[j] + steps[j] * q},
 * where q is x within its bounds on the grid of the fixed-point columns that were trained on.
 *
 * @param fitId 16 bytes in hex, equal in all parts of one fit
 * @param columnNames this party's columns in the order of the arrays
 * @param coefficients in units of the columns; 0 for a column that was constant
 * @param intercept this party's share of the joint intercept: minus the sum of coefficient times
 *     centre, at the label holder with the fitted intercept added
 * @param centres the fixed-point zero of each column
 * @param steps the fixed-point unit of each column; 0 for a column that was constant
 * @param lower values below count as this
 * @param upper values above count as this
 */
public record LogisticModelPart(
    String fitId,
    List<String> columnNames,
    double[] coefficients,
    double intercept,
    double[] centres,
    double[] steps,
    double[] lower,
    double[] upper) {

  public LogisticModelPart {
    columnNames = List.copyOf(columnNames);
    int columns = columnNames.size();
    if (coefficients.length != columns
        || centres.length != columns
        || steps.length != columns
        || lower.length != columns
        || upper.length != columns) {
      throw new IllegalArgumentException(
          "A model part of " + columns + " columns needs as many of each of its numbers");
    }
    if (!fitId.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("Invalid fit id: must be 32 hexadecimal digits");
    }
    coefficients = coefficients.clone();
    centres = centres.clone();
    steps = steps.clone();
    lower = lower.clone();
    upper = upper.clone();
  }

  /** Tells sizes only: coefficients are this party's secret. */
  @Override
  public String toString() {
    return "LogisticModelPart[" + fitId + ", " + columnNames.size() + " columns]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.train.logistic.QuantisedBlock.Counted;

/** The rules that a fit must keep before anything of it leaves a party. */
final class PrivacyChecks {
  private static final int LEAST_ROWS = 128;
  private static final int LEAST_PASSES = 3;
  private static final int LEAST_OFF_MODE = 10;

  // A column's histogram takes 16 KiB, and the driver gets one from every partition.
  private static final int COLUMNS_PER_COUNT = 64;

  /** Mean leverage at the row floor is 1 / rowsPerColumn; a row may have five times as much. */
  private static final double LEVERAGE_FACTOR = 5;

  private PrivacyChecks() {}

  /**
   * A gradient over few rows per column gives labels away: attack accuracy .94 to 1.0 at two.
   *
   * @param effectiveRows how many rows of equal weight the weights leave; only the label holder
   *     knows them, elsewhere the rows
   */
  static void requireRows(
      PartyId featureHolder, int rows, int effectiveRows, int columns, int rowsPerColumn) {
    long needed = Math.max(LEAST_ROWS, (long) rowsPerColumn * columns);
    if (effectiveRows >= needed) {
      return;
    }
    long lowest = Math.max(LEAST_ROWS, (long) PrivacyRules.LOWEST_ROWS_PER_COLUMN * columns);
    throw new PrivacyException(
        "Too few rows for the "
            + columns
            + " columns of "
            + featureHolder
            + ": "
            + rows
            + " training rows"
            + (effectiveRows < rows ? ", by their weights worth " + effectiveRows : "")
            + ", at least "
            + needed
            + " needed (128, and "
            + rowsPerColumn
            + " per column), or its gradients show labels. "
            + (effectiveRows >= lowest
                ? "The label holder may allow 10 rows per column by privacy.consent.labels = 10 in"
                    + " its own file"
                : "Even with the label holder's consent to 10 rows per column (privacy.consent.labels"
                    + " = 10) it takes "
                    + lowest));
  }

  /**
   * How often the linear predictor may be opened to the label holder.
   *
   * @param columns of this party if it is the only feature holder, else of all
   * @param openedBefore in earlier fits on these columns
   */
  static int passLimit(PrivacyRules rules, int columns, boolean alone, int openedBefore) {
    if (rules.predictorConsent() == PredictorConsent.FULL) {
      return Integer.MAX_VALUE;
    }
    if (alone) {
      requirePredictorConsent(rules);
    }
    int left = Math.max(0, columns - 1 - openedBefore);
    if (left < LEAST_PASSES) {
      throw new PrivacyException(
          "Too few columns to open their linear predictor: at most "
              + (columns - 1)
              + " passes over "
              + columns
              + " columns"
              + (openedBefore > 0 ? ", " + openedBefore + " of them opened by earlier fits" : "")
              + ", at least "
              + LEAST_PASSES
              + (openedBefore > 0 ? " left" : "")
              + " needed. The feature holder may allow more by privacy.consent.predictor = full in"
              + " its own file");
    }
    return left;
  }

  /** A lone feature holder's predictor is seen row by row. */
  static void requirePredictorConsent(PrivacyRules rules) {
    if (rules.predictorConsent() == PredictorConsent.NO) {
      throw new PrivacyException(
          "The label holder would see this party's linear predictor row by row, for there is no"
              + " other feature holder to hide it among, and privacy.consent.predictor is no: this"
              + " party may set limited or full in its own file");
    }
  }

  /** A column that is not constant in a few rows only shows the labels of those rows. */
  static void requireSpread(PreparedColumns columns) {
    for (int from = 0; from < columns.count(); from += COLUMNS_PER_COUNT) {
      int to = Math.min(from + COLUMNS_PER_COUNT, columns.count());
      requireSpread(columns, from, to);
    }
  }

  private static void requireSpread(PreparedColumns columns, int from, int to) {
    int[][] counts = new int[to - from][2 * columns.maximum() + 1];
    for (int[][] part :
        columns.rows().map(new Counted(from, to, columns.maximum()), QuantisedBlock::counts)) {
      for (int j = 0; j < counts.length; j++) {
        for (int value = 0; value < counts[j].length; value++) {
          counts[j][value] += part[j][value];
        }
      }
    }
    for (int j = 0; j < counts.length; j++) {
      int mode = 0;
      for (int count : counts[j]) {
        mode = Math.max(mode, count);
      }
      int others = columns.rows().rows() - mode;
      if (others < LEAST_OFF_MODE) {
        throw new PrivacyException(
            "Column "
                + columns.name(from + j)
                + " differs from its most frequent value in "
                + others
                + " rows: at least "
                + LEAST_OFF_MODE
                + " needed, or its gradient shows their labels. Drop or merge it");
      }
    }
  }

  /** The most leverage that a row may have in a feature holder's columns. */
  static double leverageLimit(int rowsPerColumn) {
    return LEVERAGE_FACTOR / rowsPerColumn;
  }

  /** A row that stands almost alone in some combination of columns shows its label. */
  static PrivacyException tooMuchLeverage(int rows, double limit) {
    return new PrivacyException(
        rows
            + " rows have a leverage above "
            + limit
            + " in this party's columns after clipping outliers: a gradient would show their"
            + " labels. Drop or merge columns that single out a few rows");
  }

  static double[] withOne(double[] units) {
    double[] worth = new double[units.length + 1];
    worth[0] = 1;
    System.arraycopy(units, 0, worth, 1, units.length);
    return worth;
  }
}

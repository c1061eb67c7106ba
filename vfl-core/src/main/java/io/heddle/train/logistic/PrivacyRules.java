// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.party.PredictorConsent;

/**
 * What one party's own file allows, whatever the job says.
 *
 * @param rowsPerColumn training rows per column of a feature holder below which its gradient would
 *     show labels: 10 or more; only the label holder's value counts, for the labels are its own
 *     ({@code privacy.consent.labels})
 * @param predictorConsent counts at a feature holder only
 */
public record PrivacyRules(int rowsPerColumn, PredictorConsent predictorConsent) {
  /** 50 rows per column; the predictor opened less often than there are columns. */
  public static final PrivacyRules DEFAULT = new PrivacyRules(50, PredictorConsent.LIMITED);

  static final int LOWEST_ROWS_PER_COLUMN = 10;

  public PrivacyRules {
    if (rowsPerColumn < LOWEST_ROWS_PER_COLUMN) {
      throw new IllegalArgumentException(
          "Invalid privacy.consent.labels "
              + rowsPerColumn
              + ": must be at least "
              + LOWEST_ROWS_PER_COLUMN
              + " rows per column");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.Locale;

/**
 * How often a lone feature holder lets the label holder see its linear predictor, one number per
 * row ({@code privacy.consent.predictor}). R opened predictors explain R/d of the variance of its d
 * columns.
 */
public enum PredictorConsent {
  /** Never: a job with one feature holder is refused. */
  NO,
  /**
   * At most d - 1 times; a warning above d/2. With several feature holders d counts all columns.
   */
  LIMITED,
  /** As often as the job asks. */
  FULL;

  /**
   * Reads {@code no}, {@code limited} or {@code full}.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static PredictorConsent parse(String text) {
    for (PredictorConsent consent : values()) {
      if (consent.text().equals(text)) {
        return consent;
      }
    }
    throw new IllegalArgumentException("Invalid consent " + text + ": must be no, limited or full");
  }

  /** The word of the configuration file. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}

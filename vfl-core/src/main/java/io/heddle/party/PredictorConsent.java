// SPDX-License-Identifier: Apache-2.0
package io.heddle.party;

/**
 * How often a lone feature holder lets the label holder see its linear predictor, one number per
 * row ({@code privacy.consent.predictor}). R opened predictors explain R/d of the variance of its d
 * columns.
 */
public enum PredictorConsent {
  /** Never: a job with one feature holder is refused. */
  NO,
  /**
   * At most d - 1 times over all fits that this party counts; a warning above d/2. With several
   * feature holders d counts all columns.
   */
  LIMITED,
  /** As often as the job asks. */
  FULL
}

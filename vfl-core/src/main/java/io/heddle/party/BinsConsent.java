// SPDX-License-Identifier: Apache-2.0
package io.heddle.party;

/**
 * In how many nodes of boosted trees a feature holder lets sums over its bins be asked for ({@code
 * privacy.consent.bins}). Exact sums over many nodes are equations on the bins.
 */
public enum BinsConsent {
  /** Over all fits that this party counts, one node on the last level for each 30 rows. */
  LIMITED,
  /** In as many as the job asks. */
  FULL
}

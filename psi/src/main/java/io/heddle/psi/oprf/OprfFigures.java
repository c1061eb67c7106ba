// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

/**
 * What one run took at this party, from the moment when both had begun its step.
 *
 * @param cacheUsed whether the receiver had the sender's tags from an earlier run
 * @param onlineSeconds without sending the tags
 * @param offlineSeconds of evaluating the sender's set and sending its tags; 0 if the cache was
 *     used
 */
public record OprfFigures(boolean cacheUsed, double onlineSeconds, double offlineSeconds) {
  static OprfFigures of(boolean cacheUsed, long nanos, long offlineNanos) {
    return new OprfFigures(cacheUsed, (nanos - offlineNanos) / 1e9, offlineNanos / 1e9);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;

/** A feature holder of a vertical logistic regression. */
public final class LogisticFeatureHolder {
  public LogisticFeatureHolder(
      LogisticTerms terms, PrivacyRules rules, PrivateRandomness randomness) {}

  public LogisticFit fit(
      Channel step,
      PartyId labelHolder,
      LogisticTable table,
      PassListener listener,
      Progress progress) {
    throw new AssertionError("not yet");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;

/** A feature holder's side of joint scoring. */
public final class ScoringFeatureHolder {
  public ScoringFeatureHolder(
      LogisticModelPart part, PrivacyRules rules, PrivateRandomness randomness) {}

  public void score(Channel step, PartyId labelHolder, LogisticTable table, Progress progress) {
    throw new AssertionError("not yet");
  }
}

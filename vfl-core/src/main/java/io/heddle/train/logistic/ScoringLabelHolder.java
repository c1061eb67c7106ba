// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.progress.Progress;

/** The label holder's side of joint scoring: it alone learns the scores. */
public final class ScoringLabelHolder {
  public ScoringLabelHolder(LogisticModelPart part) {}

  public Scores score(Channel step, LogisticTable table, Progress progress) {
    throw new AssertionError("not yet");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * The label holder of a vertical logistic regression, who also holds the Paillier key. All peers of
 * the channel are feature holders.
 */
public final class LogisticLabelHolder {
  public LogisticLabelHolder(
      LogisticTerms terms,
      PrivacyRules rules,
      PaillierPrivateKey key,
      PrivateRandomness randomness,
      byte[] roundingSeed) {}

  public LogisticFit fit(
      Channel step,
      LogisticTable table,
      double[] labels,
      double @Nullable [] weights,
      PassListener listener,
      Progress progress) {
    throw new AssertionError("not yet");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The label holder of a vertical logistic regression, who also holds the Paillier key. All peers of
 * the channel are feature holders. Trains on all rows in each pass by L-BFGS with an exact line
 * search; the model equals that of training on the joined columns up to fixed point.
 *
 * <p>It learns the feature holder's linear predictor of every pass row by row if there is one
 * feature holder, else the sum of theirs; the step lengths; and dot products of the L-BFGS basis.
 * Labels are safe against feature holders that follow the protocol, within the row floor; one that
 * does not can have chosen sums of residuals decrypted, one per column and pass. A forward pass
 * that shows nobody the predictor would replace the predictor message of a pass.
 *
 * <p>Executors prepare the columns, which come back in fixed point, two bytes a value, and encrypt
 * the residuals of a large pass ({@link io.heddle.channel.Channel#blobs(long)}); all else, such as
 * sums with residuals and coefficients, stays in this JVM. Safe for one fit at a time. (Hardy et
 * al., arXiv 1711.10677, for the split; Chen et al., NIPS 2014, for the vector-free optimiser.)
 */
public final class LogisticLabelHolder {
  private static final int SEED_BYTES = 32;

  private final LogisticTerms terms;
  private final PrivacyRules rules;
  private final PaillierPrivateKey key;
  private final PrivateRandomness randomness;
  private final byte[] roundingSeed;

  /**
   * @param key other ones for each fit, of {@code terms.keyBits()} bits, such as {@link #key}
   * @param randomness from this party's own session secret
   * @param roundingSeed 32 secret bytes, other ones for each fit, such as {@link #roundingSeed};
   *     what {@link JoinedReference} needs to repeat it
   */
  public LogisticLabelHolder(
      LogisticTerms terms,
      PrivacyRules rules,
      PaillierPrivateKey key,
      PrivateRandomness randomness,
      byte[] roundingSeed) {
    if (key.publicKey().keyBits() != terms.keyBits()) {
      throw new IllegalArgumentException(
          "Invalid key of "
              + key.publicKey().keyBits()
              + " bits: the terms say "
              + terms.keyBits());
    }
    if (roundingSeed.length != SEED_BYTES) {
      throw new IllegalArgumentException(
          "Invalid rounding seed of " + roundingSeed.length + " bytes: must be " + SEED_BYTES);
    }
    this.terms = terms;
    this.rules = rules;
    this.key = key;
    this.randomness = randomness;
    this.roundingSeed = roundingSeed.clone();
  }

  /**
   * The seed of a fit's rounding noise, by HKDF from this party's own session secret and the step's
   * path: the same again if the step is repeated, unrelated in another step or session. Who knows
   * it cannot find the session secret.
   */
  public static byte[] roundingSeed(PrivateRandomness randomness, Channel step) {
    byte[] seed = new byte[SEED_BYTES];
    randomness
        .derive("logistic/rounding", step.path().getBytes(StandardCharsets.UTF_8))
        .fill(0, seed);
    return seed;
  }

  /**
   * The Paillier key of a fit, by HKDF from this party's own session secret and the step's path: a
   * party that repeats the step has the same key again, another step or session an unrelated one.
   * Takes a second or a few.
   */
  public static PaillierPrivateKey key(
      PrivateRandomness randomness, Channel step, LogisticTerms terms) {
    return PaillierPrivateKey.derive(
        terms.keyBits(),
        randomness.derive("logistic/paillier key", step.path().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Trains. Every feature holder must call its own {@code fit} on the same step.
   *
   * <p>Where the step was broken off it goes on after the last pass, with the same data; where it
   * has ended it gives the same result at once. Neither sends anything again.
   *
   * @param table this party's columns; may have none
   * @param labels 0 or 1, by aligned row
   * @param weights of the rows, not negative; null for equal ones
   * @throws io.heddle.error.DataException if labels, weights or columns cannot be used
   * @throws io.heddle.error.CheckpointException if labels, weights or columns have changed since
   *     the step was broken off, or what was kept of it is of another version or under another key
   * @throws io.heddle.error.PrivacyException if a row floor forbids the fit
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws io.heddle.error.ProtocolException if a peer sends what the protocol does not allow
   */
  public LogisticFit fit(
      Channel step,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights,
      PassListener listener,
      Progress progress) {
    if (labels.length != table.rows().rows()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + table.rows().rows() + " rows: must be as many");
    }
    FitState restored = FitState.of(step.restored());
    LogisticLoss loss = LogisticLoss.of(labels, weights, terms.fitIntercept());
    try (PreparedColumns columns =
        PreparedColumns.of(table.rows(), table.columnNames(), terms, rules.rowsPerColumn())) {
      OwnData data = LogisticData.of(table, columns, labels, weights);
      if (restored != null) {
        restored.data().requireSame(data, table.columnNames(), "The labels or their weights have");
        if (restored.result() != null) {
          return restored.result();
        }
      }
      return new LabelHolderFit(
              step,
              terms,
              rules,
              key,
              randomness,
              roundingSeed,
              listener,
              progress,
              table,
              columns,
              data,
              loss)
          .run(restored == null ? null : restored.progress());
    }
  }
}

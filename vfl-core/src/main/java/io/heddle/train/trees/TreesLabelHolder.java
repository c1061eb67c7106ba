// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.config.MonotoneConstraints;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.error.ConfigurationException;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The label holder of vertically boosted trees, who also holds the Paillier key. All peers of the
 * channel are feature holders. The trees equal those of training on the joined columns with the
 * same rounding and the same rules ({@link JoinedTrees}).
 *
 * <p>It learns, in each node in which it asks, the sums of its own derivatives to the left of each
 * of a feature holder's candidates, under names that are secret and fresh for each tree, and which
 * rows go left where a feature holder's column splits. Where second derivatives are alike, which
 * they are with {@link TreeObjective#SQUARED} and before a first tree, the sums tell how many rows
 * lie left of a candidate. Between two candidates lie no rows or at least ten of the node, of its
 * sibling likewise. Feature holders that follow the protocol see ciphertexts, and which rows are in
 * which node of all but nearly pure ones and their siblings; labels of rows in one node are alike,
 * by which rows can be told apart (docs/adr/0035-trees-rules.md).
 *
 * <p>Executors cut columns into bins; all sums with derivatives are taken in this JVM. Safe for one
 * fit at a time. (Cheng et al., SecureBoost, arXiv 1901.08755; Chen et al., SecureBoost+, arXiv
 * 2110.10927.)
 */
public final class TreesLabelHolder {
  private static final int SEED_BYTES = 32;

  private final TreeTerms terms;
  private final AdditivePrivateKey key;
  private final PrivateRandomness randomness;
  private final byte[] roundingSeed;
  private final MonotoneConstraints constraints;

  /** With no column constrained. */
  public TreesLabelHolder(
      TreeTerms terms, AdditivePrivateKey key, PrivateRandomness randomness, byte[] roundingSeed) {
    this(terms, key, randomness, roundingSeed, MonotoneConstraints.NONE);
  }

  /**
   * @param key other ones for each fit, of {@code terms.keyBits()} bits, such as {@link #key}
   * @param randomness from this party's own session secret
   * @param roundingSeed 32 secret bytes, other ones for each fit, such as {@link #roundingSeed};
   *     what {@link JoinedTrees} needs to repeat it
   * @param constraints of this party's own columns; peers learn nothing of them
   */
  public TreesLabelHolder(
      TreeTerms terms,
      AdditivePrivateKey key,
      PrivateRandomness randomness,
      byte[] roundingSeed,
      MonotoneConstraints constraints) {
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
    this.key = key;
    this.randomness = randomness;
    this.roundingSeed = roundingSeed.clone();
    this.constraints = constraints;
  }

  /** The seed of a fit's rounding noise: the same again if the step is repeated. */
  public static byte[] roundingSeed(PrivateRandomness randomness, Channel step) {
    byte[] seed = new byte[SEED_BYTES];
    randomness.derive("trees/rounding", step.path().getBytes(StandardCharsets.UTF_8)).fill(0, seed);
    return seed;
  }

  /** The key of a fit: the same again if the step is repeated. Takes a second or a few. */
  public static AdditivePrivateKey key(
      PrivateRandomness randomness, Channel step, TreeTerms terms) {
    TreeScheme scheme = terms.scheme();
    return scheme.derive(
        terms.keyBits(),
        randomness.derive(scheme.purpose(), step.path().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Trains. Every feature holder must call its own {@code fit} on the same step.
   *
   * <p>Where the step was broken off it goes on after the last tree, with the same data; where it
   * has ended it gives the same result at once. Neither sends anything again.
   *
   * @param table this party's columns; may have none; NaN is a missing value
   * @param labels by aligned row, as the objective wants them
   * @param weights of the rows, not negative; null for equal ones
   * @throws io.heddle.error.DataException if labels, weights or columns cannot be used
   * @throws ConfigurationException if there are more classes than a ciphertext has room for, or a
   *     column is constrained that the table does not have, or any with several classes
   * @throws io.heddle.error.CheckpointException if labels, weights or columns have changed since
   *     the step was broken off, or what was kept of it is of another version or under another key
   * @throws io.heddle.error.PrivacyException if there are too few rows, or they are worth too few
   *     by their weights; nothing has been sent then, unless trees are grown on some rows and those
   *     of one tree are worth much less than they are on average
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws io.heddle.error.ProtocolException if a peer sends what the protocol does not allow
   */
  public TreesFit fit(
      Channel step,
      PartyTable table,
      double[] labels,
      double @Nullable [] weights,
      Progress progress) {
    if (labels.length != table.rows().rows()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + table.rows().rows() + " rows: must be as many");
    }
    int[] directions = constraints.of(table.columnNames());
    if (terms.outputs() > 1 && !constraints.isEmpty()) {
      throw new ConfigurationException(
          "Invalid monotoneConstraints "
              + constraints
              + ": must be none with several classes, for each has a score of its own");
    }
    GradientPacking.requireFits(terms, labels.length);
    TreeRules.requireRows(labels.length, terms);
    TreesState restored = TreesState.of(step.restored());
    TrainingRows rows =
        TrainingRows.of(
            terms.objective(),
            terms.classes(),
            labels,
            weights,
            new RowSampler(terms, roundingSeed).heldOut(labels.length));
    TreeRules.requireRows(labels.length, terms, rows.worth(terms.sampleRows(labels.length)));
    try (BinnedColumns columns = BinnedColumns.of(table, terms.maxBins())) {
      OwnData data =
          new OwnData(
              table.alignmentDigest(), columns.digests(), digest(labels, weights, directions));
      if (restored != null) {
        restored
            .data()
            .requireSame(
                data, table.columnNames(), "The labels, their weights or the constraints have");
        if (restored.result() != null) {
          return restored.result();
        }
      }
      return new LabelHolderTrees(
              step,
              terms,
              key,
              randomness,
              roundingSeed,
              progress,
              table,
              columns,
              rows,
              directions,
              data)
          .run(restored == null ? null : restored.progress());
    }
  }

  /** Of all but the columns that decides what the trees are. */
  private static byte[] digest(double[] labels, double @Nullable [] weights, int[] directions) {
    byte[] digest = OwnData.digest(labels, weights);
    if (Arrays.stream(directions).allMatch(direction -> direction == 0)) {
      return digest;
    }
    byte[] constrained = new byte[directions.length];
    for (int j = 0; j < constrained.length; j++) {
      constrained[j] = (byte) directions[j];
    }
    return Sha256.of(digest, constrained);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.DataException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;

/**
 * A feature holder of vertically boosted trees. Its columns and thresholds never leave it.
 *
 * <p>It learns which rows are in the nodes in which it is asked for splits, which child of a node
 * is the smaller one, and by which of its own candidates nodes are split. What the label holder
 * learns of it is said at {@link TreesLabelHolder}.
 *
 * <p>Executors get columns, rows of nodes, ciphertexts and the public key. Safe for one fit at a
 * time.
 */
public final class TreesFeatureHolder {
  private final TreeTerms terms;
  private final TreeRules rules;
  private final PrivateRandomness randomness;

  /**
   * @param randomness from this party's own session secret
   */
  public TreesFeatureHolder(TreeTerms terms, TreeRules rules, PrivateRandomness randomness) {
    this.terms = terms;
    this.rules = rules;
    this.randomness = randomness;
  }

  /**
   * Trains together with the label holder and all other peers of the channel.
   *
   * <p>Where the step was broken off it goes on after the last tree, with the same data; where it
   * has ended it gives the same result at once. Neither sends anything again.
   *
   * @param table this party's columns; NaN is a missing value
   * @param nodesBefore what earlier fits on these columns count for against this party's limit, at
   *     least 0: the sum of their {@link TreeRules#nodesCounted}
   * @throws DataException if no column varies, or one has infinite values
   * @throws io.heddle.error.ConfigurationException if there are more classes than a ciphertext has
   *     room for
   * @throws PrivacyException if there are too few rows to hide this party's bins in even one tree;
   *     nothing of the columns has been sent then
   * @throws io.heddle.error.CheckpointException if the columns have changed since the step was
   *     broken off, or what was kept of it is of another version
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws io.heddle.error.ProtocolException if a peer sends what the protocol does not allow
   */
  public TreesFit fit(
      Channel step, PartyId labelHolder, PartyTable table, long nodesBefore, Progress progress) {
    if (nodesBefore < 0) {
      throw new IllegalArgumentException(
          "Invalid number of nodes before " + nodesBefore + ": must be at least 0");
    }
    if (!step.peers().contains(labelHolder)) {
      throw new IllegalArgumentException("The label holder " + labelHolder + " is no peer");
    }
    GradientPacking.requireFits(terms, table.rows().rows());
    TreeRules.requireRows(table.rows().rows(), terms);
    TreesState restored = TreesState.of(step.restored());
    int treeLimit = rules.treeLimit(table.rows().rows(), terms, nodesBefore);
    if (treeLimit < 1) {
      throw tooFewRows(table.rows().rows(), nodesBefore);
    }
    try (BinnedColumns columns = BinnedColumns.of(table, terms.maxBins())) {
      if (columns.constantColumns().size() == columns.count()) {
        throw new DataException(
            "None of the " + columns.count() + " columns varies: nothing to train on");
      }
      OwnData data = new OwnData(table.alignmentDigest(), columns.digests(), Sha256.of());
      if (restored != null) {
        restored.data().requireSame(data, table.columnNames(), "The columns have");
        if (restored.result() != null) {
          return restored.result();
        }
      }
      return new FeatureHolderTrees(
              step, labelHolder, terms, treeLimit, randomness, progress, table, columns, data)
          .run(restored == null ? null : restored.progress());
    }
  }

  private PrivacyException tooFewRows(int rows, long nodesBefore) {
    return new PrivacyException(
        "Too few rows for trees of depth "
            + terms.maxDepth()
            + ": "
            + terms.trainingRows(rows)
            + " training rows, and each tree may ask about "
            + TreeRules.lastNodes(terms)
            + " nodes on the last level, each worth "
            + TreeRules.rowsPerLastNode(terms)
            + " rows, or its sums begin to show this"
            + " party's bins"
            + (nodesBefore > 0 ? "; " + nodesBefore + " such nodes of earlier fits count too" : "")
            + ". Take less depth, or allow it by privacy.consent.bins = full in this party's own"
            + " file");
  }
}

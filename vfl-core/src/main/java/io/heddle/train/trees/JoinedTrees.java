// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fit comes to, on the joined columns and in the clear: the same bins, rounding and rules,
 * and none of the protocol. For tests and demonstrations.
 *
 * <p>Of two splits of equal gain it takes the label holder's, then the first of a party's, where
 * the protocol takes the one with the smaller secret name; both put the same rows aside but by rare
 * chance.
 */
public final class JoinedTrees {
  private final TreeTerms terms;
  private final byte[] roundingSeed;
  private final double[] labels;
  private final double @Nullable [] weights;
  private final List<double[][]> columns;
  private final int[] directions;
  private final ColumnChoice choice;

  /** Which of its columns a feature holder takes for a tree. */
  interface ColumnChoice {
    /**
     * @param holder from 1 on
     * @param tree from 1 on
     * @return ascending
     */
    int[] of(int holder, int tree);
  }

  private JoinedTrees(
      TreeTerms terms,
      byte[] roundingSeed,
      double[] labels,
      double @Nullable [] weights,
      List<double[][]> columns,
      int[] directions,
      ColumnChoice choice) {
    this.terms = terms;
    this.roundingSeed = roundingSeed;
    this.labels = labels;
    this.weights = weights;
    this.columns = columns;
    this.directions = directions;
    this.choice = choice;
  }

  /**
   * Of rows that all weigh the same, with no column constrained, where feature holders take all
   * columns for each tree.
   *
   * @param roundingSeed that of the fit
   * @param columns of each party, the label holder's first, then in name order
   */
  public static JoinedTrees of(
      TreeTerms terms, byte[] roundingSeed, double[] labels, List<double[][]> columns) {
    return new JoinedTrees(
        terms,
        roundingSeed,
        labels,
        null,
        columns,
        new int[columns.get(0).length],
        (holder, tree) -> RowSets.all(columns.get(holder).length));
  }

  /**
   * The same with rows that weigh this.
   *
   * @param value null if all weigh the same
   */
  public JoinedTrees withWeights(double @Nullable [] value) {
    return new JoinedTrees(terms, roundingSeed, labels, value, columns, directions, choice);
  }

  /**
   * The same with constrained columns of the label holder.
   *
   * @param value of each of its columns, 1 where no score may fall as it rises, -1 where none may
   *     rise, 0 where both may be; of one score per row only
   */
  public JoinedTrees withDirections(int[] value) {
    return new JoinedTrees(terms, roundingSeed, labels, weights, columns, value, choice);
  }

  /** The same where feature holders take these columns. */
  JoinedTrees withChoice(ColumnChoice value) {
    return new JoinedTrees(terms, roundingSeed, labels, weights, columns, directions, value);
  }

  /**
   * Trains.
   *
   * @param trees how many, as the parties agreed, or fewer if early stopping kept these
   * @return the trees; splits are numbered by party in the order in which they were found
   * @throws IllegalArgumentException if the label holder is to grow trees alone and no column of
   *     its own can split
   */
  public TreeEnsemble fit(int trees) {
    return grown(trees).ensemble();
  }

  /**
   * For tests: the scores of the rows after all trees.
   *
   * @return {@code [output][row]}
   */
  double[][] scores() {
    return grown(terms.maxIter()).scores();
  }

  private JoinedGrowth grown(int trees) {
    boolean[] heldOut = new RowSampler(terms, roundingSeed).heldOut(labels.length);
    JoinedGrowth growth =
        new JoinedGrowth(
            terms,
            TrainingRows.of(terms.objective(), terms.classes(), labels, weights, heldOut),
            roundingSeed,
            columns,
            choice,
            directions);
    growth.grow(trees);
    return growth;
  }
}

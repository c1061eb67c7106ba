// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One fit on the joined columns as it goes on. */
final class JoinedGrowth {
  private final TreeTerms terms;
  private final TrainingRows rows;
  private final byte[] roundingSeed;
  private final JoinedTrees.ColumnChoice choice;
  private final List<Holder> holders = new ArrayList<>();
  private final double[][] scores;
  private final List<List<TreeNode>> trees = new ArrayList<>();
  private final List<Double> heldOutLosses = new ArrayList<>();
  private final int leastRows;
  private final int leastBinRows;
  private final SharedTrees turns;
  private final int[] directions;

  /** One party's columns. */
  private record Holder(
      ColumnBins[] columns, byte[][] bins, Candidates candidates, List<Threshold> thresholds) {

    static Holder of(double[][] values, int maxBins) {
      ColumnBins[] columns = new ColumnBins[values.length];
      byte[][] bins = new byte[values.length][];
      for (int j = 0; j < values.length; j++) {
        int rows = values[j].length;
        int stride = ColumnBins.stride(rows);
        double[] sample = new double[(rows + stride - 1) / stride];
        for (int i = 0; i < sample.length; i++) {
          sample[i] = values[j][i * stride];
        }
        boolean missing = Arrays.stream(values[j]).anyMatch(Double::isNaN);
        columns[j] = ColumnBins.of(sample, missing, maxBins);
        bins[j] = new byte[rows];
        for (int i = 0; i < rows; i++) {
          bins[j][i] = (byte) columns[j].bin(values[j][i]);
        }
      }
      return new Holder(columns, bins, new Candidates(columns), new ArrayList<>());
    }

    boolean canSplit() {
      return !candidates.of(NodeCuts.all(columns)).isEmpty();
    }

    int[] counts(int[] of) {
      int[] counts = new int[candidates.bins()];
      for (int j = 0; j < columns.length; j++) {
        for (int row : of) {
          counts[candidates.start(j) + (bins[j][row] & 0xff)]++;
        }
      }
      return counts;
    }

    boolean[] left(Candidate candidate, int[] of) {
      boolean[] left = new boolean[of.length];
      for (int i = 0; i < of.length; i++) {
        left[i] = candidates.goesLeft(candidate, bins[candidate.column()][of[i]] & 0xff);
      }
      return left;
    }
  }

  /**
   * A node to be split.
   *
   * @param sampled those of the rows that the tree is grown on
   * @param bounds of the values of leaves below it
   * @param cuts by feature holder; null where they are not asked
   */
  private record Open(
      int[] rows,
      int[] sampled,
      int depth,
      int at,
      ValueBounds bounds,
      NodeCuts @Nullable [] cuts) {
    Open with(NodeCuts @Nullable [] others) {
      return new Open(rows, sampled, depth, at, bounds, others);
    }
  }

  JoinedGrowth(
      TreeTerms terms,
      TrainingRows rows,
      byte[] roundingSeed,
      List<double[][]> columns,
      JoinedTrees.ColumnChoice choice,
      int[] directions) {
    this.directions = directions.clone();
    this.terms = terms;
    this.rows = rows;
    this.roundingSeed = roundingSeed;
    this.choice = choice;
    columns.forEach(each -> holders.add(Holder.of(each, terms.maxBins())));
    scores = rows.startScores();
    leastRows = TreeRules.leastSideRows(terms);
    leastBinRows = TreeRules.leastBinRows(terms);
    boolean canSplit = holders.get(0).canSplit();
    if (terms.alternate() && !canSplit) {
      throw new IllegalArgumentException("No column of the label holder can split");
    }
    turns =
        SharedTrees.of(
            new TreeMessage.TreesAgreed(
                terms.firstTreeAlone() && canSplit ? 2 : 1, terms.maxIter(), 1),
            terms);
  }

  /** Grows so many trees, unless early stopping ends it before. */
  void grow(int most) {
    heldOutLosses.add(rows.heldOutLoss(scores));
    while (trees.size() < most && !EarlyStopping.isOver(terms, heldOutLosses)) {
      growOne(trees.size() + 1);
      heldOutLosses.add(rows.heldOutLoss(scores));
    }
  }

  /** The trees that early stopping keeps. */
  TreeEnsemble ensemble() {
    return new TreeEnsemble(
        terms.objective(),
        rows.start(),
        trees.subList(0, EarlyStopping.kept(terms, trees.size(), heldOutLosses)));
  }

  /** Of all rows after all trees, {@code [output][row]}; not copied. */
  double[][] scores() {
    return scores;
  }

  private void growOne(int number) {
    Gradients gradients = Gradients.of(rows, scores, terms, roundingSeed, number);
    SplitGain gain = new SplitGain(gradients, terms);
    SampledRows sample = gradients.sample();
    NodeCuts ownCuts = ownCuts(number);
    List<TreeNode> tree = new ArrayList<>();
    List<Searched> open = new ArrayList<>();
    int[] all = RowSets.all(rows.count());
    tree.add(TreeNode.leaf(List.of(), all.length));
    NodeCuts[] cutsOfRoot = turns.isShared(number) ? rootCuts(sample.rows(), number) : null;
    Open root = new Open(all, sample.rows(), 0, 0, ValueBounds.NONE, cutsOfRoot);
    open.add(searched(root, ownCuts, gradients, gain));
    int leaves = 1;
    double[][] added = new double[scores.length][rows.count()];
    while (!open.isEmpty()) {
      Searched next = open.remove(terms.isLeafWise() ? first(open) : 0);
      Open node = next.node();
      Found found = terms.isLeafWise() && leaves == terms.maxLeaves() ? null : next.found();
      if (found == null) {
        List<Double> values = gradients.leaf(node.rows(), terms, node.bounds());
        tree.set(node.at(), TreeNode.leaf(values, node.rows().length));
        for (int c = 0; c < added.length; c++) {
          for (int row : node.rows()) {
            added[c][row] = values.get(c);
          }
        }
        continue;
      }
      Holder holder = holders.get(found.owner());
      boolean[] bits = holder.left(found.candidate(), node.rows());
      int[] left = RowSets.part(node.rows(), bits, true);
      int[] right = RowSets.part(node.rows(), bits, false);
      tree.set(
          node.at(),
          new TreeNode(
              found.owner(),
              holder.thresholds.size(),
              tree.size(),
              tree.size() + 1,
              List.of(),
              found.gain(),
              gradients.sumH(Sums.of(node.rows(), gradients).totalH(0)),
              node.rows().length));
      holder.thresholds.add(holder.candidates.threshold(found.candidate()));
      int[] sampledLeft = sample.among(left);
      int[] sampledRight = sample.among(right);
      int direction = direction(found.owner(), found.candidate());
      double middle =
          (gain.value(Sums.of(sampledLeft, gradients), node.bounds())
                  + gain.value(Sums.of(sampledRight, gradients), node.bounds()))
              / 2;
      int depth = node.depth() + 1;
      ValueBounds bounds = node.bounds();
      Open one =
          new Open(left, sampledLeft, depth, tree.size(), bounds.left(direction, middle), null);
      Open other =
          new Open(
              right, sampledRight, depth, tree.size() + 1, bounds.right(direction, middle), null);
      NodeCuts[] cuts = childCuts(node, one, other);
      open.add(searched(one.with(cuts), ownCuts, gradients, gain));
      tree.add(TreeNode.leaf(List.of(), left.length));
      open.add(searched(other.with(cuts), ownCuts, gradients, gain));
      leaves++;
      tree.add(TreeNode.leaf(List.of(), right.length));
    }
    for (int c = 0; c < scores.length; c++) {
      for (int i = 0; i < scores[c].length; i++) {
        scores[c][i] += added[c][i];
      }
    }
    trees.add(tree);
  }

  /** A node with its best split; null if there is none. */
  private record Searched(Open node, @Nullable Found found) {}

  private Searched searched(Open node, NodeCuts own, Gradients gradients, SplitGain gain) {
    return new Searched(
        node, node.depth() == terms.maxDepth() ? null : best(node, own, gradients, gain));
  }

  /** The place of the node that gains most, the first of several. */
  private static int first(List<Searched> open) {
    int first = 0;
    double most = 0;
    for (int i = 0; i < open.size(); i++) {
      Found found = open.get(i).found();
      if (found != null && found.gain() > most) {
        first = i;
        most = found.gain();
      }
    }
    return first;
  }

  private NodeCuts ownCuts(int tree) {
    Holder own = holders.get(0);
    return NodeCuts.all(own.columns)
        .of(
            ColumnSampler.ofLabelHolder(
                terms.featureSubsetStrategy(), own.columns.length, roundingSeed, tree));
  }

  private NodeCuts[] rootCuts(int[] sampled, int tree) {
    NodeCuts[] cuts = new NodeCuts[holders.size()];
    for (int k = 1; k < cuts.length; k++) {
      Holder holder = holders.get(k);
      cuts[k] =
          NodeCuts.all(holder.columns)
              .of(choice.of(k, tree))
              .coarsened(holder.candidates, leastBinRows, holder.counts(sampled));
    }
    return cuts;
  }

  private NodeCuts @Nullable [] childCuts(Open parent, Open left, Open right) {
    NodeCuts[] above = parent.cuts();
    int least = TreeRules.leastNodeRows(rows.count(), terms);
    if (above == null
        || rows.worth(left.sampled()) < least
        || rows.worth(right.sampled()) < least
        || rows.isPure(left.rows())
        || rows.isPure(right.rows())) {
      return null;
    }
    NodeCuts[] cuts = new NodeCuts[above.length];
    for (int k = 1; k < cuts.length; k++) {
      Holder holder = holders.get(k);
      cuts[k] =
          above[k].coarsened(
              holder.candidates,
              leastBinRows,
              holder.counts(left.sampled()),
              holder.counts(right.sampled()));
    }
    return cuts;
  }

  /** Of a split by a column of one of the parties. */
  private int direction(int holder, Candidate candidate) {
    return holder == 0 ? holders.get(0).candidates.direction(candidate, directions) : 0;
  }

  private record Found(int owner, Candidate candidate, double gain) {}

  private @Nullable Found best(Open node, NodeCuts own, Gradients gradients, SplitGain gain) {
    Found best = null;
    Sums all = Sums.of(node.sampled(), gradients);
    for (int k = 0; k < holders.size(); k++) {
      Holder holder = holders.get(k);
      NodeCuts[] cuts = node.cuts();
      if (k > 0 && cuts == null) {
        break;
      }
      NodeCuts allowed = k == 0 || cuts == null ? own : cuts[k];
      for (Candidate candidate : holder.candidates.of(allowed)) {
        boolean[] left = holder.left(candidate, node.sampled());
        int[] side = RowSets.part(node.sampled(), left, true);
        if (side.length >= leastRows && left.length - side.length >= leastRows) {
          double gained =
              gain.of(all, Sums.of(side, gradients), 0, node.bounds(), direction(k, candidate));
          if (gained > (best == null ? 0 : best.gain())) {
            best = new Found(k, candidate, gained);
          }
        }
      }
    }
    return best;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import io.heddle.train.shared.StateFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/** Collects what a fit has to tell: losses, warnings, and the lines of the privacy ledger. */
final class TreesReport {
  /** Of all rows, which few outliers do not make less. */
  private static final double LEAST_SHARE = 0.01;

  private final List<Double> losses = new ArrayList<>();
  private final List<Double> heldOutLosses = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> ledger = new ArrayList<>();
  private int rowsPerCiphertext = 1;
  private int trees;
  private int sharedTrees;
  private int sharedNodes;
  private int keptTrees;
  private long addedRows;
  private long additions;
  private long sums;
  private long bits;

  /** How many rows' derivatives stand in a ciphertext. */
  void rowsPerCiphertext(int count) {
    rowsPerCiphertext = count;
  }

  void treeDone(boolean shared) {
    trees++;
    sharedTrees += shared ? 1 : 0;
  }

  void nodesAsked(int nodes) {
    sharedNodes += nodes;
  }

  void addedRows(long count) {
    addedRows += count;
  }

  void additions(long count) {
    additions += count;
  }

  /** Sums of candidates that have crossed. */
  void sums(long count) {
    sums += count;
  }

  /** Bits about rows that the other side has learned. */
  void bits(long count) {
    bits += count;
  }

  void loss(double value) {
    losses.add(value);
  }

  void heldOutLoss(double value) {
    heldOutLosses.add(value);
  }

  /** Before the first tree and after each; none if no rows are held out. */
  List<Double> heldOutLosses() {
    return heldOutLosses;
  }

  /** What feature holders are told besides nodes. */
  private void learned(String holders, TreeTerms terms) {
    if (terms.isLeafWise()) {
      ledger.add(
          holders
              + " learned in which order nodes were split, and so which of those that were known"
              + " gained most");
    }
    if (terms.samplesRows()) {
      ledger.add(
          holders
              + " learned which rows each of these trees was grown on"
              + (terms.gossTopRate() > 0
                  ? "; rows of large derivatives are among them more often"
                  : ""));
    }
    if (terms.earlyStoppingRounds() > 0) {
      ledger.add(
          holders
              + " learned that "
              + trees
              + " trees were grown, and that the loss of the rows held out was smallest after the"
              + " first "
              + (keptTrees == 1
                  ? "one, which is kept, or before it"
                  : keptTrees + ", which are kept"));
    }
  }

  /**
   * Sums of second derivatives that are alike are counts, which no shift of the first ones hides.
   *
   * @param count what they tell
   */
  private void counts(TreeTerms terms, boolean firstShared, String count) {
    boolean inAllTrees = terms.objective() == TreeObjective.SQUARED && sharedTrees > 0;
    if (terms.gossTopRate() > 0) {
      if (inAllTrees || firstShared) {
        ledger.add(
            "Second derivatives of all rows were alike"
                + (inAllTrees ? "" : " before the first tree")
                + " but for weights and the factor of rows that were drawn beside those of large first"
                + " derivatives, so these sums told "
                + count
                + " left of each candidate, the drawn ones as many times as that factor");
      }
    } else if (inAllTrees) {
      boolean sameRows = terms.subsamplingRate() == 1;
      ledger.add(
          "Second derivatives of all rows were alike but for weights, so these sums told "
              + count
              + " left of each candidate"
              + (sharedTrees > 1
                  ? ", in the roots "
                      + (sameRows ? "" : "nearly ")
                      + "the same in all trees: by that a candidate of one tree can be known again in"
                      + " the others, in spite of its names, where few candidates have as many"
                  : ""));
    } else if (firstShared) {
      ledger.add(
          "Second derivatives of all rows were alike but for weights before the first tree, so its"
              + " sums told "
              + count
              + " left of each candidate");
    }
  }

  /** Of a fit that may stop early: where it did, and whether its last trees are dropped. */
  void kept(int last, int grown, int kept) {
    keptTrees = kept;
    if (grown < last) {
      warnings.add(
          "Stopped after "
              + grown
              + " trees: the loss of the rows held out was smallest after "
              + (kept == 1
                  ? "the first one, which is kept, or before it"
                  : kept + ", which are kept"));
    } else if (kept < grown) {
      warnings.add(
          "The first "
              + kept
              + " of "
              + grown
              + " trees are kept: the loss of the rows held out was smallest after these");
    }
  }

  /** Of a fit whose trees are one leaf each. */
  void nothingSplits(TreeTerms terms) {
    warnings.add(
        "No tree has a split: no column gains enough, or every split leaves fewer than "
            + TreeRules.leastSideRows(terms)
            + " rows on a side (minInstancesPerNode, and what hides single rows), less than"
            + " minChildWeight "
            + terms.minChildWeight()
            + " there, or gains less than gamma "
            + terms.gamma());
  }

  void constantColumns(List<String> names) {
    if (!names.isEmpty()) {
      warnings.add("Constant columns split nothing: " + String.join(", ", names));
    }
  }

  /**
   * Few rows of large derivatives are most of every sum.
   *
   * @param worth how many rows of equal derivatives they are worth; 0 if all are 0
   */
  void outliers(int trainingRows, int worth) {
    if (worth > 0 && worth < LEAST_SHARE * trainingRows) {
      warnings.add(
          "By their first derivatives, weights included, all "
              + trainingRows
              + " training rows are worth "
              + worth
              + ": sums show on which side of a feature holder's splits the few large ones are, and all"
              + " others are rounded by the largest. Clip outlying labels or take their logarithm,"
              + " or weigh rows more evenly");
    }
  }

  void stoppedAtLimit(int reached, int maxIter) {
    warnings.add(
        "Stopped after "
            + reached
            + " trees of "
            + maxIter
            + ": more would show a feature holder's bins. It may allow them by privacy.consent.bins"
            + " = full in its own file");
  }

  /**
   * What the sums of all trees tell about a column that splits nothing, to one who can tell which
   * candidates of different trees are the same: the two sums of each node that is not known from
   * its parent's, or two for each class, are equations on it, and the nearest solution tells so
   * many rows ({@link #told}).
   */
  private String equations(TreeTerms terms, int rows) {
    int equations = (sharedNodes + sharedTrees) * terms.outputs();
    return "To one who finds the same candidates in all trees, in spite of their names, these sums"
        + " are "
        + equations
        + " equations on "
        + rows
        + " rows: enough to tell which side of such a candidate a row is on in about "
        + Math.round(100 * told(equations, rows))
        + " % of the rows, where half are on either side and guessing tells 50 %";
  }

  /**
   * The share of bits that the nearest solution of random linear equations tells, at most. It is
   * the projection of the bits, as -1/2 and 1/2, on the space of the equations; of each bit that is
   * k / n of it and, of all others, noise of variance k / n (1 - k / n) / 4. So Phi(sqrt(k / (n -
   * k))) of them come out right, Phi the normal distribution; fewer where the equations say more of
   * some rows than of others.
   *
   * @param equations k
   * @param rows n, each of a bit
   */
  static double told(int equations, int rows) {
    if (equations >= rows) {
      return 1;
    }
    double x = Math.sqrt(equations / (double) (rows - equations));
    if (x > 8) {
      return 1;
    }
    // Marsaglia, Evaluating the normal distribution, 2004: all terms are positive.
    double term = x;
    double sum = x;
    for (int i = 3; term > 1e-17 * sum; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  void labelHolderLedger(
      SortedMap<PartyId, Integer> candidates,
      TreeTerms terms,
      TrainingRows rows,
      boolean firstShared) {
    candidates.forEach(
        (party, count) ->
            ledger.add(
                "The label holder learned of feature holder "
                    + party
                    + " the sums of its own derivatives left of up to "
                    + count
                    + " candidates, under secret names, in "
                    + sharedNodes
                    + " nodes of "
                    + sharedTrees
                    + " trees; every bin between two of them had at least "
                    + TreeRules.leastBinRows(terms)
                    + " rows, or none, by which it may know the candidates of a column that has"
                    + " split an earlier node"));
    counts(
        terms,
        firstShared,
        rows.areWeighted() ? "how much the rows weigh that are" : "how many rows are");
    int worth = rows.worth(rows.training());
    if (rows.areWeighted()) {
      weights(terms, rows, worth);
    }
    ledger.add(equations(terms, worth));
    rowsInCiphertexts();
    ledger.add(
        "The label holder learned "
            + bits
            + " bits about rows from feature holders' splits; the names hide columns and thresholds,"
            + " not which sums contain which");
    ledger.add(
        "Rows of one node have labels that are alike: by these nodes, and no label known, rows can"
            + " be told apart by their labels, not as well as the trees do it, but often better than"
            + " by a feature holder's own columns; a first tree by the label holder alone changes"
            + " little of that");
    ledger.add(
        "Feature holders learned which rows are in these nodes and which child of a node is the"
            + " smaller one; "
            + (terms.hasClasses()
                ? "the children of a split of which in one more than "
                    + TreeRules.MOST_PURE
                    + " of the rows have one label were finished by the label holder alone, both"
                : "rows of one node have labels that are near to each other, and no node was kept"
                    + " from them for that"));
    if (terms.alternate()) {
      ledger.add(
          "In "
              + (trees - sharedTrees)
              + " of "
              + trees
              + " trees feature holders were not asked, and nothing of these trees was sent");
    }
    learned("Feature holders", terms);
    if (terms.outputs() > 1) {
      ledger.add(
          "Feature holders know that labels are of "
              + terms.outputs()
              + " classes: all derivatives of a row are in one ciphertext, and each sum is one for each"
              + " class");
    }
  }

  /** What floors count where rows have weights. */
  private void weights(TreeTerms terms, TrainingRows rows, int worth) {
    int training = rows.training().length;
    ledger.add(
        "Rows have weights w, by which rows are worth (sum w)^2 / sum w^2 of them: all "
            + training
            + " training rows "
            + worth
            + ", and those of each of these nodes "
            + TreeRules.leastNodeRows(rows.count(), terms)
            + " or more. Rows between two candidates were counted whatever they weigh, those of no"
            + " weight too, for feature holders do not know weights: "
            + TreeRules.leastBinRows(terms)
            + " of them are worth "
            + String.format(
                Locale.ROOT, "%.2f", TreeRules.leastBinRows(terms) * (double) worth / training)
            + " on average. In the next figure the training rows are as many as they are worth");
  }

  /** What else than the sums asked for is in a ciphertext, if rows share it. */
  private void rowsInCiphertexts() {
    if (rowsPerCiphertext > 1) {
      ledger.add(
          "The derivatives of "
              + rowsPerCiphertext
              + " rows stood in one ciphertext; sums over other rows that came with those of a"
              + " candidate were under masks, which hide them to a statistical distance of 2^-"
              + (RowSlots.HIDING_BITS - 1));
    }
  }

  void featureHolderLedger(TreeTerms terms, int rows, boolean firstShared) {
    ledger.add(
        "This party learned which rows are in "
            + sharedNodes
            + " nodes of "
            + sharedTrees
            + " trees, which child of a node is the smaller one, below which nodes it was asked no"
            + " more, and which of its columns split them; rows of one node have labels that are"
            + " near to each other");
    learned("This party", terms);
    ledger.add(
        "The label holder learned sums of its own derivatives left of this party's candidates in"
            + " these nodes, and "
            + bits
            + " bits about rows from this party's splits");
    counts(terms, firstShared, "how many rows are (or, if they have weights, how much they weigh)");
    ledger.add(equations(terms, terms.trainingRows(rows)));
    ledger.add(
        "These figures take rows as alike. Where the label holder weighs them, which this party does"
            + " not see, more is told of those that weigh much; that each of these nodes is worth at"
            + " least "
            + TreeRules.leastNodeRows(rows, terms)
            + " rows by weight only the label holder can check");
    rowsInCiphertexts();
  }

  /** Writes what was collected before the end; lines of the ledger come at the end only. */
  void write(WireWriter out) {
    out.writeInts(new int[] {trees, sharedTrees, sharedNodes});
    out.writeLongs(new long[] {addedRows, additions, sums, bits});
    out.writeDoubles(losses.stream().mapToDouble(Double::doubleValue).toArray());
    out.writeDoubles(heldOutLosses.stream().mapToDouble(Double::doubleValue).toArray());
    StateFormat.writeTexts(out, warnings);
  }

  /** Goes on from what another one has written. */
  void read(WireReader in) {
    int[] counts = in.readInts(3);
    long[] amounts = in.readLongs(4);
    StateFormat.require(counts.length == 3 && amounts.length == 4, "counts of a fit");
    trees = counts[0];
    sharedTrees = counts[1];
    sharedNodes = counts[2];
    addedRows = amounts[0];
    additions = amounts[1];
    sums = amounts[2];
    bits = amounts[3];
    losses.addAll(StateFormat.readNumbers(in));
    heldOutLosses.addAll(StateFormat.readNumbers(in));
    // Those that the start of a fit gives are among them.
    warnings.clear();
    warnings.addAll(StateFormat.readTexts(in));
  }

  TreesSummary summary(boolean complete) {
    return new TreesSummary(
        trees,
        sharedTrees,
        sharedNodes,
        rowsPerCiphertext,
        addedRows,
        additions,
        sums,
        complete,
        losses,
        heldOutLosses,
        warnings,
        ledger);
  }

  static void write(TreesSummary summary, WireWriter out) {
    out.writeInts(
        new int[] {
          summary.trees(), summary.sharedTrees(), summary.sharedNodes(), summary.rowsPerCiphertext()
        });
    out.writeLong(summary.addedRows());
    out.writeLong(summary.additions());
    out.writeLong(summary.sums());
    out.writeBoolean(summary.complete());
    out.writeDoubles(summary.losses().stream().mapToDouble(Double::doubleValue).toArray());
    out.writeDoubles(summary.heldOutLosses().stream().mapToDouble(Double::doubleValue).toArray());
    StateFormat.writeTexts(out, summary.warnings());
    StateFormat.writeTexts(out, summary.ledger());
  }

  static TreesSummary readSummary(WireReader in) {
    int[] counts = in.readInts(4);
    StateFormat.require(counts.length == 4, "counts of a fit");
    return new TreesSummary(
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        StateFormat.readNumbers(in),
        StateFormat.readNumbers(in),
        StateFormat.readTexts(in),
        StateFormat.readTexts(in));
  }
}

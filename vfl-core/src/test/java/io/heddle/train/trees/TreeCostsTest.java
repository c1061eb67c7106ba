// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.crypto.bucket.Histogram;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.TreeRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What a fit costs, by formulas that know nothing of the engine but the nodes that messages tell:
 * with everything that saves work, and without each of it in turn.
 */
class TreeCostsTest {
  private static final int ROWS = 2500;
  private static final int CIPHERTEXT_BYTES = 512;

  private static TreeTerms.Builder terms() {
    return TreeTerms.builder()
        .maxIter(2)
        .maxDepth(4)
        .maxBins(8)
        .rowPacking(TreesRowPacking.OFF)
        .firstTreeAlone(false);
  }

  /** What a fit took, as the engine tells it. */
  private record Costs(long additions, long encryptions, long answers, TreeEnsemble trees) {}

  private static final Joined JOINED = Forests.generate(ROWS, 8, true, 2, 6);

  /** Fits, and compares additions, encryptions and bytes with the formulas. */
  private static Costs requireAsFormula(TreeTerms terms) {
    List<Message> received = Forests.tap();
    List<Message> sent = Forests.tap();
    List<TreesFit> fits =
        Forests.fit(
            terms,
            JOINED,
            null,
            UnaryOperator.identity(),
            channel ->
                TappedChannel.keepingSent(TappedChannel.recording(received).apply(channel), sent));
    Formula formula = new Formula(terms);
    formula.read(received);
    Costs costs =
        new Costs(
            fits.get(1).summary().additions(),
            ciphertexts(received),
            answers(sent),
            Forests.ensemble(fits));
    assertThat(costs.additions()).isEqualTo(formula.additions);
    assertThat(fits.get(1).summary().addedRows()).isEqualTo(formula.addedRows);
    assertThat(costs.encryptions()).isEqualTo(formula.encryptions);
    int perPlaintext = GradientPacking.of(terms, ROWS).perPlaintext();
    List<NodeSums> answers = Forests.sent(NodeSums.class, sent);
    assertThat(costs.answers())
        .isEqualTo(
            answers.stream()
                .mapToLong(sums -> (sums.candidates().length + perPlaintext - 1) / perPlaintext)
                .sum());
    assertThat(answers.stream().mapToInt(sums -> sums.counts().length).sum())
        .isEqualTo(formula.built);
    assertThat(fits.get(1).summary().sums())
        .isEqualTo(answers.stream().mapToLong(sums -> sums.candidates().length).sum());
    return costs;
  }

  private static long ciphertexts(List<Message> received) {
    return Forests.sent(GradientChunk.class, received).stream()
            .mapToLong(chunk -> chunk.ciphertexts().length)
            .sum()
        / CIPHERTEXT_BYTES;
  }

  private static long answers(List<Message> sent) {
    return Forests.sent(NodeSums.class, sent).stream()
            .mapToLong(sums -> sums.ciphertexts().length)
            .sum()
        / CIPHERTEXT_BYTES;
  }

  @Test
  void costs_withoutEachOption_areThoseOfTheFormulas() {
    Costs all = requireAsFormula(terms().build());
    Costs apart = requireAsFormula(terms().jointBuckets(false).build());
    Costs both = requireAsFormula(terms().smallerChild(false).build());
    Costs goss = requireAsFormula(terms().goss(0.2, 0.1).build());

    assertThat(apart.trees().trees()).isEqualTo(all.trees().trees());
    assertThat(both.trees().trees()).isEqualTo(all.trees().trees());
    assertThat(apart.additions()).isGreaterThan(all.additions());
    assertThat(both.additions()).isGreaterThan(all.additions());
    assertThat(both.answers()).isGreaterThan(all.answers());
    assertThat(goss.additions()).isLessThan(all.additions());
    assertThat(goss.encryptions()).isEqualTo(2L * terms().goss(0.2, 0.1).build().sampleRows(ROWS));
  }

  /** Counts from the nodes that a feature holder is told. */
  private static final class Formula {
    private final TreeTerms terms;
    private final int[][] bins;
    private final int[] sizes;
    private boolean[] sampled = {};
    private List<int[]> level = List.of();
    private long addedRows;
    private long additions;
    private long encryptions;
    private int built;

    Formula(TreeTerms terms) {
      this.terms = terms;
      double[][] columns = JOINED.holders().get(1);
      bins = new int[columns.length][];
      sizes = new int[columns.length];
      for (int j = 0; j < columns.length; j++) {
        boolean missing = Arrays.stream(columns[j]).anyMatch(Double::isNaN);
        ColumnBins of = ColumnBins.of(columns[j].clone(), missing, terms.maxBins());
        bins[j] = Arrays.stream(columns[j]).mapToInt(of::bin).toArray();
        sizes[j] = of.size();
      }
    }

    void read(List<Message> received) {
      boolean[] drawn = null;
      for (Message message : received) {
        if (message instanceof TreeRows rows) {
          drawn = RowSets.read(rows.bits(), 0, ROWS);
        } else if (message instanceof GradientChunk chunk && chunk.number() == 0) {
          sampled = drawn == null ? new boolean[ROWS] : drawn;
          if (drawn == null) {
            Arrays.fill(sampled, true);
          }
          int[] all = RowSets.all(ROWS);
          encryptions += RowSets.part(all, sampled, true).length;
          level = List.of(all);
          add(all);
        } else if (message instanceof Descent descent) {
          descend(descent);
        }
      }
    }

    private void descend(Descent descent) {
      List<int[]> below = new ArrayList<>();
      int at = 0;
      for (int i = 0; i < level.size(); i++) {
        int[] rows = level.get(i);
        if (descent.fates()[i] == Descent.ENDED) {
          continue;
        }
        boolean[] bits = RowSets.read(descent.bits(), at, rows.length);
        at += RowSets.bytes(rows.length);
        int[] left = RowSets.part(rows, bits, true);
        int[] right = RowSets.part(rows, bits, false);
        boolean leftIsSmaller = descent.fates()[i] == Descent.LEFT_IS_SMALLER;
        add(leftIsSmaller ? left : right);
        if (!terms.smallerChild()) {
          add(leftIsSmaller ? right : left);
        }
        below.add(left);
        below.add(right);
      }
      level = below;
    }

    /** A node whose sums are sent: the rows are in this JVM, and so few that they are one piece. */
    private void add(int[] node) {
      int[] rows = Arrays.stream(node).filter(row -> sampled[row]).toArray();
      built++;
      addedRows += rows.length;
      additions += of(rows);
    }

    /** The first row of a bin costs nothing, each other one a multiplication. */
    private long of(int[] rows) {
      long count = 0;
      for (List<Integer> group : groups(rows)) {
        count += joint(rows, group);
      }
      return count;
    }

    private List<List<Integer>> groups(int[] rows) {
      if (!terms.jointBuckets()) {
        return IntStream.range(0, bins.length).mapToObj(List::of).toList();
      }
      byte[][] chosen = new byte[bins.length][rows.length];
      for (int j = 0; j < bins.length; j++) {
        for (int i = 0; i < rows.length; i++) {
          chosen[j][i] = (byte) bins[j][rows[i]];
        }
      }
      Histogram plan = Histogram.plan(chosen, sizes);
      // One by division has another formula, which HistogramTest has.
      assertThat(plan.divided()).isZero();
      return plan.groups();
    }

    /** Buckets of several columns, and how many multiplications it takes from them to bins. */
    private record Table(Set<List<Integer>> tuples, List<Integer> columns, List<Table> parts) {
      long below() {
        return parts.stream()
            .mapToLong(part -> tuples.size() - part.tuples.size() + part.below())
            .sum();
      }
    }

    /** The two tables of the fewest buckets are joined until one is left. */
    private long joint(int[] rows, List<Integer> group) {
      PriorityQueue<Table> tables =
          new PriorityQueue<>(Comparator.comparingInt(table -> table.tuples().size()));
      group.forEach(j -> tables.add(table(rows, List.of(j), List.of())));
      while (tables.size() > 1) {
        List<Table> two = List.of(tables.remove(), tables.remove());
        List<Integer> columns = new ArrayList<>(two.get(0).columns());
        columns.addAll(two.get(1).columns());
        tables.add(table(rows, columns, two));
      }
      Table all = tables.remove();
      return rows.length - all.tuples().size() + all.below();
    }

    private Table table(int[] rows, List<Integer> columns, List<Table> parts) {
      Set<List<Integer>> tuples = new HashSet<>();
      for (int row : rows) {
        tuples.add(columns.stream().map(j -> bins[j][row]).toList());
      }
      return new Table(tuples, columns, parts);
    }
  }
}

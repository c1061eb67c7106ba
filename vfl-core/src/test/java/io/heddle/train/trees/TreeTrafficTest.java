// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is planned of a tree, beside what is sent. */
class TreeTrafficTest {
  private static final int ROWS = 2500;
  private static final int CIPHERTEXT_BYTES = 512;

  @Test
  void sums_ofOneNode_areInAsManyCiphertextsAsItsAnswers() {
    for (TreesRowPacking packing : List.of(TreesRowPacking.OFF, TreesRowPacking.ON)) {
      TreeTerms terms = TreeTerms.builder().maxDepth(1).maxBins(2).rowPacking(packing).build();
      boolean isApart = packing == TreesRowPacking.OFF;
      RowSlots slots = RowSlots.of(terms, ROWS, isApart ? 1 : RowSlots.most(terms, ROWS));
      int most = slots.packing().perPlaintext();
      assertThat(most).isGreaterThan(2);
      // A column of two bins has one candidate.
      for (int columns : new int[] {1, most - 1, most, most + 1, 2 * most, 2 * most + 1}) {
        long sums = new TreeTraffic(terms, ROWS, 1, columns).sums();
        int ciphertexts = isApart ? (int) Math.ceil((double) columns / most) : columns;
        assertThat(slots.answers(columns)).isEqualTo(ciphertexts);
        assertThat(sums).isEqualTo(4L * columns + (long) CIPHERTEXT_BYTES * ciphertexts);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6})
  void sums_ofAFit_areNoMore(int maxLeaves) {
    Joined joined = Forests.generate(ROWS, 8, false, 2, 6);
    TreeTerms.Builder terms =
        TreeTerms.builder().maxIter(2).maxDepth(4).maxBins(8).firstTreeAlone(false);
    for (TreesRowPacking packing : List.of(TreesRowPacking.OFF, TreesRowPacking.ON)) {
      TreeTerms of = terms.maxLeaves(maxLeaves).rowPacking(packing).build();
      List<Message> sent = Forests.tap();
      List<TreesFit> fits =
          Forests.fit(
              of,
              joined,
              null,
              UnaryOperator.identity(),
              channel -> TappedChannel.keepingSent(channel, sent));
      long bytes =
          Forests.sent(NodeSums.class, sent).stream()
              .mapToLong(sums -> 4L * sums.candidates().length + sums.ciphertexts().length)
              .sum();
      assertThat(bytes)
          .isPositive()
          .isLessThanOrEqualTo(
              fits.get(1).summary().sharedTrees() * new TreeTraffic(of, ROWS, 1, 6).sums());
    }
  }
}

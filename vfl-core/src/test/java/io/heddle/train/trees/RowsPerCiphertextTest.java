// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowsPerCiphertextTest {
  /** Of ten columns of 32 bins. */
  private static final int DECLARED = 2 * 32 * 10;

  private static int best(TreeTerms.Builder terms, int rows, Integer... declared) {
    return new RowsPerCiphertext(terms.build(), rows, List.of(declared)).best();
  }

  @Test
  void auto_byRowsAndColumns_takesMoreRowsTheMoreThereAre() {
    assertThat(best(TreeTerms.builder(), 20_000, DECLARED)).isEqualTo(1);
    assertThat(best(TreeTerms.builder(), 300_000, DECLARED)).isBetween(3, 6);
    int before = 1;
    for (int rows = 10_000; rows <= 100_000_000; rows *= 10) {
      int best = best(TreeTerms.builder(), rows, DECLARED);
      assertThat(best)
          .isBetween(Math.min(before, RowSlots.most(TreeTerms.builder().build(), rows)), 10);
      before = best;
    }
    assertThat(before).isEqualTo(RowSlots.most(TreeTerms.builder().build(), 100_000_000));
    // A hundred columns, or deep trees, have too many candidates.
    assertThat(best(TreeTerms.builder(), 300_000, 10 * DECLARED)).isEqualTo(1);
    assertThat(best(TreeTerms.builder().maxDepth(10), 300_000, DECLARED)).isEqualTo(1);
    // A sample of the rows is what is encrypted.
    assertThat(best(TreeTerms.builder().subsamplingRate(0.05), 300_000, DECLARED)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(TreeScheme.class)
  void auto_whateverItTakes_isNoDearerThanAnyOther(TreeScheme scheme) {
    for (int rows : new int[] {1000, 60_000, 400_000, 5_000_000}) {
      for (int keyBits : new int[] {2048, 3072, 4096}) {
        TreeTerms terms = TreeTerms.builder().scheme(scheme).keyBits(keyBits).build();
        RowsPerCiphertext choice =
            new RowsPerCiphertext(terms, rows, List.of(DECLARED, 10, DECLARED / 2));
        for (int count = 1; count <= RowSlots.most(terms, rows); count++) {
          assertThat(choice.cost(choice.best())).isLessThanOrEqualTo(choice.cost(count));
        }
      }
    }
  }

  @Test
  void onAndOff_takeAsManyAsFitAndOne() {
    TreeTerms.Builder terms = TreeTerms.builder();
    assertThat(best(terms.rowPacking(TreesRowPacking.ON), 300, DECLARED)).isEqualTo(11);
    assertThat(best(terms.rowPacking(TreesRowPacking.OFF), 10_000_000, 10)).isEqualTo(1);
    // Where two do not fit there is nothing to be taken.
    TreeTerms.Builder classes =
        TreeTerms.builder().objective(TreeObjective.MULTI_CLASS).classes(27);
    assertThat(best(classes.rowPacking(TreesRowPacking.ON), 1_000_000, DECLARED)).isEqualTo(1);
  }

  /** Very many columns: a ciphertext for each candidate of a node is too much. */
  @Test
  void sums_thatWouldNotFitAMessage_areNotMaskedOneByOne() {
    TreeTerms.Builder terms = TreeTerms.builder().maxDepth(1);
    int declared = 200_000;
    assertThat(best(terms, 1_000_000_000, 160_000)).isGreaterThan(1);
    assertThat(best(terms, 1_000_000_000, declared)).isEqualTo(1);
    assertThatThrownBy(
            () -> best(terms.rowPacking(TreesRowPacking.ON), 1_000_000_000, 10, declared))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Invalid rowPacking on: must be auto or off")
        .hasMessageContaining(200_000 * 517L + " bytes");
  }
}

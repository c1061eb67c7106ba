// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowSamplerTest {
  private static final int ROWS = 500;

  private static TrainingRows rows(RowSampler sampler) {
    double[] labels = new double[ROWS];
    Arrays.setAll(labels, i -> i % 2);
    return TrainingRows.of(TreeObjective.LOGISTIC, 0, labels, null, sampler.heldOut(ROWS));
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  @Test
  void draw_goss_takesTheLargestDerivativesAndTheFirstOfEqualOnes() {
    TreeTerms terms = TreeTerms.builder().goss(0.2, 0.1).earlyStopping(0.3, 2).build();
    RowSampler sampler = new RowSampler(terms, Forests.seed());
    TrainingRows rows = rows(sampler);
    SplittableRandom random = new SplittableRandom(2);
    for (int tree = 1; tree <= 20; tree++) {
      // Few values: there are always equal ones at the border.
      double[] g = new double[ROWS];
      Arrays.setAll(g, i -> random.nextInt(-6, 7) / 8.0);
      RowSampler.Sample sample = sampler.draw(rows, new double[][] {g}, tree);
      double[] factors = Objects.requireNonNull(sample.factors());

      assertThat(sample.rows().size()).isEqualTo(terms.sampleRows(ROWS)).isEqualTo(70 + 35);
      assertThat(sample.rows().rows()).isSorted().doesNotHaveDuplicates();
      assertThat(boxed(sample.rows().rows())).noneMatch(rows::isHeldOut);
      List<Integer> largest =
          boxed(rows.training()).stream()
              .sorted(Comparator.comparingDouble(row -> -Math.abs(g[row])))
              .limit(70)
              .sorted()
              .toList();
      assertThat(
              IntStream.range(0, factors.length)
                  .filter(rank -> factors[rank] == 1)
                  .mapToObj(rank -> sample.rows().row(rank)))
          .isEqualTo(largest);
      assertThat(Arrays.stream(factors).sum()).isEqualTo(350);
    }
  }

  @Test
  void draw_ofSomeRows_isAnotherOneForEachTreeAndTheSameForOne() {
    TreeTerms terms = TreeTerms.builder().subsamplingRate(0.5).build();
    RowSampler sampler = new RowSampler(terms, Forests.seed());
    TrainingRows rows = rows(sampler);
    int[] one = sampler.draw(rows, new double[1][ROWS], 1).rows().rows();

    assertThat(one).hasSize(ROWS / 2).isSorted().doesNotHaveDuplicates();
    assertThat(sampler.draw(rows, new double[1][ROWS], 1).rows().rows()).isEqualTo(one);
    assertThat(sampler.draw(rows, new double[1][ROWS], 2).rows().rows()).isNotEqualTo(one);
  }
}

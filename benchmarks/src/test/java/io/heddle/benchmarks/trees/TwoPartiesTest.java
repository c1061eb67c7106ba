// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The benchmark of boosted trees still runs, and measures trees that are right. */
class TwoPartiesTest {
  @Test
  void twoParties_inHaste_growTheTreesOfTheJoinedColumns() throws Exception {
    Map<String, Object> figures =
        TwoParties.measure(
            Settings.parse(
                "--rows 600 --label-columns 2 --feature-columns 3 --trees 2 --depth 2 --bins 8 --row-packing off --xmx 256m --reference yes"
                    .split(" ", -1)));

    assertThat(figures)
        .containsEntry("trees", 2)
        .containsEntry("sharedTrees", 2)
        .containsEntry("encryptions", 1200L)
        .containsEntry("largestLeafDifferenceToPlaintext", 0.0);
    assertThat((Double) figures.get("auc")).isBetween(0.55, 1.0);
    assertThat((Long) figures.get("additions")).isPositive();
    assertThat((Long) figures.get("bytesInTraining")).isBetween(1200L * 512, 2 * 1200L * 512);
    assertThat((Double) figures.get("secondsPerTree")).isPositive();
    assertThat(TwoParties.json(figures))
        .contains(
            "\"training\": {",
            "\"work before sending GradientChunk\": {",
            "\"waiting for and reading the first NodeSums\": {",
            "\"fit GradientChunk\": ",
            "\"peakMemoryMiB\": ");
  }

  @Test
  void rowsThatShareCiphertexts_areEncryptedTogetherAndGrowTheSameTrees() throws Exception {
    Map<String, Object> figures =
        TwoParties.measure(
            Settings.parse(
                "--rows 600 --label-columns 2 --feature-columns 3 --trees 2 --depth 2 --bins 8 --row-packing on --xmx 256m --reference yes"
                    .split(" ", -1)));

    assertThat(figures)
        .containsEntry("rowsPerCiphertext", 11)
        .containsEntry("encryptions", 2 * 55L)
        .containsEntry("largestLeafDifferenceToPlaintext", 0.0);
  }

  @Test
  void units_areSampledInTheSecondTree() throws Exception {
    TwoParties.Both both =
        TwoParties.run(
            Settings.parse(
                "--rows 5000 --label-columns 2 --feature-columns 3 --trees 2 --depth 2 --bins 8 --row-packing off --xmx 512m --units yes"
                    .split(" ", -1)));

    assertThat(both.label().units())
        .singleElement()
        .satisfies(
            units -> {
              assertThat(units.encrypt()).isPositive();
              assertThat(units.carry()).isPositive();
              assertThat(units.add()).isNaN();
            });
    assertThat(both.feature().units())
        .singleElement()
        .satisfies(
            units -> {
              assertThat(units.encrypt()).isNaN();
              assertThat(
                      List.of(
                          units.check(), units.add(), units.square(), units.mask(), units.carry()))
                  .allSatisfy(cost -> assertThat(cost).isPositive());
            });
  }

  @Test
  void partyThatCannotTrain_isTheErrorOfTheRun() {
    assertThatThrownBy(() -> TwoParties.measure(Settings.parse("--rows", "50", "--trees", "1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("holder ended with code 1")
        .hasMessageContaining("Too few rows");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rows 0 | Invalid --rows '0': must be a number above 0",
        "--row 5 | Unknown option '--row': must be one of --rows",
        "--rows | Option --rows needs a value",
        "--row-packing yes | Invalid --row-packing 'yes': must be auto, on or off",
        "--pinned 1 | Invalid --pinned '1': must be yes or no",
        "--depth 13 | Invalid maxDepth 13: must be 1 to 12",
        "--step-size x | Invalid --step-size 'x': must be a number",
        "--units yes --alone yes | --units: must be no with --alone yes",
        "--label-holder a.csv | --label-holder and --feature-holder go together",
      })
  void parse_whatIsWrong_isNamed(String arguments, String message) {
    assertThatThrownBy(() -> Settings.parse(arguments.split(" ", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void javaOptions_haveThePartysName() {
    assertThat(Settings.parse("--java", "-Xlog:gc:%p.log  -Xss1m").javaOptions("label-holder"))
        .containsExactly("-Xlog:gc:label-holder.log", "-Xss1m");
  }

  @Test
  void generate_eachPartysColumns_areThoseOfOneTable() {
    TreesTable all = TreesTable.generate(300, 0, 5, 5, 7);
    TreesTable first = TreesTable.generate(300, 0, 2, 5, 7);
    TreesTable second = TreesTable.generate(300, 2, 5, 5, 7);

    assertThat(first.columns()).isEqualTo(Arrays.copyOfRange(all.columns(), 0, 2));
    assertThat(second.columns()).isEqualTo(Arrays.copyOfRange(all.columns(), 2, 5));
    assertThat(first.labels()).isEqualTo(all.labels()).contains(0, 1);
    assertThat(second.labels()).isEmpty();
  }

  @Test
  void read_csv_takesIdAndLabelsOut(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("t.csv"), "id,y,x0,x1\na,1,0.5,2\nb,0,-1,3\n");

    TreesTable table = TreesTable.read(file);

    assertThat(table.names()).containsExactly("x0", "x1");
    assertThat(table.columns()).isEqualTo(new double[][] {{0.5, -1}, {2, 3}});
    assertThat(table.labels()).containsExactly(1, 0);
  }

  @Test
  void auc_isTheShareOfPairsInOrder() {
    SplittableRandom random = new SplittableRandom(3);
    double[] labels = new double[200];
    double[] scores = new double[200];
    for (int i = 0; i < labels.length; i++) {
      scores[i] = random.nextInt(12);
      labels[i] = random.nextInt(12) < scores[i] ? 1 : 0;
    }
    double pairs = 0;
    double inOrder = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < labels.length; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }

    assertThat(TreesTable.auc(labels, scores)).isCloseTo(inOrder / pairs, within(1e-12));
  }
}

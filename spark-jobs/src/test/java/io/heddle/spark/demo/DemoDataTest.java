// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDataTest {
  private static final DemoData.Tables DEFAULT =
      DemoData.generate(DemoData.CUSTOMERS, DemoData.COMMON, 7);

  @Test
  void generate_defaults_twentyThousandEachFifteenInCommon() {
    Set<String> bank = ids(DEFAULT.bank());
    Set<String> retailer = ids(DEFAULT.retailer());

    assertThat(bank).hasSize(20_000);
    assertThat(retailer).hasSize(20_000);
    bank.retainAll(retailer);
    assertThat(bank).hasSize(15_000);
  }

  @Test
  void generate_defaults_tenColumnsEachAndLabelAtBank() {
    assertThat(DEFAULT.bank().get(0)).startsWith("customer,default,income,");
    assertThat(DEFAULT.retailer().get(0))
        .startsWith("customer,basket_value,")
        .doesNotContain("default");
    assertThat(DEFAULT.bank()).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(12));
    assertThat(DEFAULT.retailer()).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(11));
  }

  @Test
  void generate_sameSeed_sameBytesOnEveryMachine() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (List<String> table : List.of(DEFAULT.bank(), DEFAULT.retailer())) {
      digest.update(String.join("\n", table).getBytes(StandardCharsets.UTF_8));
    }

    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("f66ef354cc4ddaa542d71f8dded3bd04bd22545bf3b83194840abb26bd971c93");
  }

  @Test
  void generate_otherSeed_otherTables() {
    assertThat(DemoData.generate(50, 20, 1)).isNotEqualTo(DemoData.generate(50, 20, 2));
  }

  @Test
  void generate_defaults_everyColumnVariesAndIsFinite() {
    for (List<String> table : List.of(DEFAULT.bank(), DEFAULT.retailer())) {
      int columns = table.get(0).split(",", -1).length;
      for (int c = 1; c < columns; c++) {
        double[] values = column(table, c);
        assertThat(values).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
        assertThat(Arrays.stream(values).distinct().count()).isGreaterThan(1);
      }
    }
  }

  @Test
  void generate_defaults_labelIsNeitherRareNorCommon() {
    assertThat(Arrays.stream(column(DEFAULT.bank(), 1)).average().orElseThrow()).isBetween(.1, .3);
  }

  @Test
  void generate_defaults_retailerKnowsSomethingAboutTheLabel() {
    Map<String, Double> label = new HashMap<>();
    double[] labels = column(DEFAULT.bank(), 1);
    for (int i = 0; i < labels.length; i++) {
      label.put(DEFAULT.bank().get(i + 1).split(",", -1)[0], labels[i]);
    }
    double[] discount = column(DEFAULT.retailer(), 4);
    double[] sums = new double[2];
    int[] counts = new int[2];
    for (int i = 0; i < discount.length; i++) {
      Double y = label.get(DEFAULT.retailer().get(i + 1).split(",", -1)[0]);
      if (y != null) {
        sums[y.intValue()] += discount[i];
        counts[y.intValue()]++;
      }
    }

    assertThat(sums[1] / counts[1]).isGreaterThan(sums[0] / counts[0] + .05);
  }

  @Test
  void generate_moreCommonThanCustomers_refused() {
    assertThatThrownBy(() -> DemoData.generate(10, 11, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("11")
        .hasMessageContaining("0 to 10");
  }

  @Test
  void write_tables_linesStandInFiles(@TempDir Path dir) throws Exception {
    DemoData.Tables tables = DemoData.generate(30, 10, 3);

    tables.write(dir.resolve("bank.csv"), dir.resolve("retailer.csv"));

    assertThat(Files.readAllLines(dir.resolve("bank.csv"))).isEqualTo(tables.bank());
    assertThat(Files.readAllLines(dir.resolve("retailer.csv"))).isEqualTo(tables.retailer());
  }

  private static Set<String> ids(List<String> table) {
    Set<String> ids = new HashSet<>();
    for (String line : table.subList(1, table.size())) {
      ids.add(line.split(",", -1)[0]);
    }
    return ids;
  }

  private static double[] column(List<String> table, int index) {
    return table.stream()
        .skip(1)
        .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[index]))
        .toArray();
  }
}

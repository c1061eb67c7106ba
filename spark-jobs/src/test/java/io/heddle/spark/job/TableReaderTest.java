// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.DataSource;
import io.heddle.config.PartyConfig;
import io.heddle.error.DataException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.table.LabelRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class TableReaderTest {
  private static final PartyConfig.Data DATA =
      new PartyConfig.Data(List.of("id"), "y", null, List.of());
  private static final PartyConfig.Data WEIGHED =
      new PartyConfig.Data(List.of("id"), "y", "w", List.of());

  private final SparkSession spark;
  private final Path folder;

  TableReaderTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private String csv(String text) throws Exception {
    return Files.writeString(folder.resolve("table.csv"), text.replace("|", "\n")).toString();
  }

  private static DataSource file(String path) {
    return new DataSource.File(path, null);
  }

  @Test
  void read_csv_keepsIdsAsTextAndColumnsAsNumbers() throws Exception {
    TableReader read =
        TableReader.read(
            spark,
            file(csv("\uFEFFid,y,a,b.c|007,1,1.5,-2e3|\"x\"\"y,z\",0, 3 ,4|")),
            DATA,
            LabelRule.TWO_CLASSES,
            false);
    assertThat(read.features()).containsExactly("a", "b.c");
    List<Row> rows = read.table().collectAsList();
    assertThat(rows.get(0).toSeq().mkString(";")).isEqualTo("007;1.0;1.5;-2000.0");
    assertThat(rows.get(1).toSeq().mkString(";")).isEqualTo("x\"y,z;0.0;3.0;4.0");
  }

  @Test
  void read_labelsOfNumbersAndCounts_areThoseThatTheRuleAllows() throws Exception {
    String file = csv("id,y,a|1,-1.5,1|2,0.5,1|3,1e9,1|");
    assertThat(TableReader.read(spark, file(file), DATA, LabelRule.NUMBERS, false).table().count())
        .isEqualTo(3);
    assertThatThrownBy(() -> TableReader.read(spark, file(file), DATA, LabelRule.COUNTS, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Label column y")
        .hasMessageContaining("1 of 3 rows are not finite and not negative");
  }

  @Test
  void read_parquet_equalsCsv() throws Exception {
    TableReader csv =
        TableReader.read(
            spark, file(csv("id,y,a|1,1,2|2,0,3|")), DATA, LabelRule.TWO_CLASSES, false);
    String parquet = folder.resolve("table.parquet").toString();
    csv.table().selectExpr("cast(id as long) as id", "y", "a").write().parquet(parquet);
    TableReader read = TableReader.read(spark, file(parquet), DATA, LabelRule.TWO_CLASSES, false);
    assertThat(read.features()).containsExactly("a");
    assertThat(read.table().orderBy("id").collectAsList().toString())
        .isEqualTo(csv.table().orderBy("id").collectAsList().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "id,y,a|1,1,x|2,0,3|; Column a",
        "id,y,a|1,1,|2,0,3|; Column a",
        "id,y,a|1,1,NaN|2,0,3|; Column a",
        "id,y,a|1,1,Infinity|2,0,1|; 1 of 2 rows",
        "id,y,a|1,1,1e999|2,0,1|; not finite",
        "id,y,a|1,,1|2,0,1|; Column y",
        "id,y,a|1,1,1,9|2,0,1|; 1 lines",
        "id,y,a|1,1|2,0,1|; 1 lines",
        "id,y,a|; No rows",
        "id,y,a,A|1,1,1,2|; stands twice",
        "key,y,a|1,1,1|; No column id",
        "id,a|1,1|; No column y"
      })
  void read_badTable_isDataExceptionWithoutValues(String text, String says) throws Exception {
    String file = csv(text);
    assertThatThrownBy(
            () -> TableReader.read(spark, file(file), DATA, LabelRule.TWO_CLASSES, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"id,y,a|1,1,1|2,2,1|3,0,1|; 1 of 3", "id,y,a|1,-1,1|2,0.5,1|3,0,1|; 2 of 3"})
  void read_labelsBesideZeroAndOne_areRefusedAtTheLabelHolder(String text, String says)
      throws Exception {
    String file = csv(text);
    assertThatThrownBy(
            () -> TableReader.read(spark, file(file), DATA, LabelRule.TWO_CLASSES, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Label column y")
        .hasMessageContaining(says + " rows are not 0 or 1");
    assertThat(TableReader.read(spark, file(file), DATA, null, false).features())
        .containsExactly("a");
  }

  @Test
  void read_missingValuesWhereTheyMayBe_areNaN() throws Exception {
    String file = csv("id,y,a,b|1,1,,2|2,0, ,NaN|3,0,3,4|");
    TableReader read = TableReader.read(spark, file(file), DATA, LabelRule.TWO_CLASSES, true);
    assertThat(read.table().collectAsList().stream().map(row -> row.toSeq().mkString(";")))
        .containsExactly("1;1.0;NaN;2.0", "2;0.0;NaN;NaN", "3;0.0;3.0;4.0");
    String parquet = folder.resolve("table.parquet").toString();
    read.table()
        .selectExpr("id", "y", "nullif(a, double('NaN')) as a", "try_cast(b as int) as b")
        .write()
        .parquet(parquet);
    assertThat(
            TableReader.read(spark, file(parquet), DATA, LabelRule.TWO_CLASSES, true)
                .table()
                .orderBy("id")
                .collectAsList()
                .toString())
        .isEqualTo(read.table().orderBy("id").collectAsList().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "id,y,a|1,1,x|2,0,3|; Column a",
        "id,y,a|1,1,Infinity|2,0,1|; 1 of 2 rows are not a number or not finite",
        "id,y,a|1,,1|2,0,1|; Column y",
        "id,y,a|1,NaN,1|2,0,1|; 1 of 2 rows are missing"
      })
  void read_noNumbersOrLabels_areRefusedAlsoWhereValuesMayMiss(String text, String says)
      throws Exception {
    String file = csv(text);
    assertThatThrownBy(() -> TableReader.read(spark, file(file), DATA, LabelRule.TWO_CLASSES, true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(says);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_rowWeights_areNumbersBesideTheFeatures(boolean takesMissing) throws Exception {
    String file = csv("id,w,y,a|1, 2 ,1,5|2,0,0,6|");
    TableReader read =
        TableReader.read(spark, file(file), WEIGHED, LabelRule.TWO_CLASSES, takesMissing);
    assertThat(read.features()).containsExactly("a");
    assertThat(read.table().columns()).containsExactly("id", "y", "w", "a");
    assertThat(read.table().collectAsList().stream().map(row -> row.toSeq().mkString(";")))
        .containsExactly("1;1.0;2.0;5.0", "2;0.0;0.0;6.0");
    TableReader ofFeatureHolder = TableReader.read(spark, file(file), WEIGHED, null, takesMissing);
    assertThat(ofFeatureHolder.features()).containsExactly("a");
    assertThat(ofFeatureHolder.table().columns()).containsExactly("id", "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "id,w,y,a|1,-1,1,1|2,0,0,1|3,-0.5,0,1|; Weight column w; 2 of 3 rows are not finite and not negative",
        "id,w,y,a|1,,1,1|2,0,0,1|; Column w; 1 of 2 rows are missing, not a number or not finite",
        "id,w,y,a|1,NaN,1,1|2,0,0,1|; Column w; 1 of 2 rows are missing",
        "id,w,y,a|1,Infinity,1,1|2,0,0,1|; Column w; 1 of 2 rows are missing, not a number or not finite",
        "id,w,y,a|1,heavy,1,1|2,0,0,1|; Column w; 1 of 2 rows",
        "id,y,a|1,1,1|2,0,1|; No column w; it has id, y, a"
      })
  void read_rowWeightsThatCannotBe_areRefused(String text, String column, String says)
      throws Exception {
    String file = csv(text);
    for (boolean takesMissing : new boolean[] {false, true}) {
      assertThatThrownBy(
              () ->
                  TableReader.read(spark, file(file), WEIGHED, LabelRule.TWO_CLASSES, takesMissing))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(column)
          .hasMessageContaining(says)
          .hasMessageNotContaining("heavy");
    }
  }

  @Test
  void read_missingFile_isDataException() {
    for (String file : List.of("nowhere.csv", "nowhere.parquet")) {
      assertThatThrownBy(
              () ->
                  TableReader.read(
                      spark,
                      file(folder.resolve(file).toString()),
                      DATA,
                      LabelRule.TWO_CLASSES,
                      false))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file);
    }
  }
}

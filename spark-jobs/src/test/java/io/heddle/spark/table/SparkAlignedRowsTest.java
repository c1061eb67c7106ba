// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.spark.SparkExtension;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.LocalAlignedRows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class SparkAlignedRowsTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("index", DataTypes.IntegerType)
          .add("features", SQLDataTypes.VectorType());

  private final SparkSession spark;

  SparkAlignedRowsTest(SparkSession spark) {
    this.spark = spark;
  }

  /** Column j of row i is 1000 j + i; the rows come shuffled. */
  private Dataset<Row> table(int rows, int width) {
    List<Row> data = new ArrayList<>();
    for (double[] values : rowMajor(rows, width)) {
      data.add(RowFactory.create(data.size(), Vectors.dense(values)));
    }
    Collections.shuffle(data, new Random(1));
    return spark.createDataFrame(data, SCHEMA).repartition(3);
  }

  private static double[][] rowMajor(int rows, int width) {
    double[][] values = new double[rows][width];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        values[i][j] = 1000 * j + i;
      }
    }
    return values;
  }

  private static double[][] columns(int rows, int width) {
    double[][] values = new double[width][rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        values[j][i] = 1000 * j + i;
      }
    }
    return values;
  }

  private static String describe(ColumnBlock block, String tag) {
    return tag
        + block.firstRow()
        + "+"
        + block.rows()
        + java.util.Arrays.deepToString(block.columns());
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,3,4", "10,2,3", "101,3,4", "16,1,16", "7,2,10", "0,0,2"})
  void map_anyCut_equalsLocalRows(int rows, int width, int partitions) {
    AlignedRows<ColumnBlock> local = LocalAlignedRows.of(rows, columns(rows, width), partitions);
    List<String> expected = local.map("x", SparkAlignedRowsTest::describe);
    try (AlignedRows<ColumnBlock> there =
            SparkAlignedRows.of(table(rows, width), rows, partitions);
        AlignedRows<ColumnBlock> here =
            SparkAlignedRows.of(table(rows, width), rows, partitions, rows + 1)) {
      assertThat(there).isInstanceOf(SparkAlignedRows.class);
      assertThat(there.rows()).isEqualTo(rows);
      assertThat(there.map("x", SparkAlignedRowsTest::describe)).isEqualTo(expected);
      assertThat(here).isInstanceOf(LocalAlignedRows.class);
      assertThat(here.map("x", SparkAlignedRowsTest::describe)).isEqualTo(expected);
    }
  }

  @Test
  void derive_sumsInPartitionOrder_equalsLocalRowsBitByBit() {
    AlignedRows<ColumnBlock> local = LocalAlignedRows.of(1000, columns(1000, 2), 7);
    try (AlignedRows<ColumnBlock> there = SparkAlignedRows.of(table(1000, 2), 1000, 7);
        AlignedRows<double[]> scaled = there.derive(1e-3, SparkAlignedRowsTest::scaledSums)) {
      List<double[]> expected =
          local.derive(1e-3, SparkAlignedRowsTest::scaledSums).map("", (sums, none) -> sums);
      List<double[]> actual = scaled.map("", (sums, none) -> sums);
      assertThat(actual.toArray(double[][]::new)).isDeepEqualTo(expected.toArray(double[][]::new));
      assertThat(spark.sparkContext().getPersistentRDDs().size()).isGreaterThanOrEqualTo(2);
    }
  }

  private static double[] scaledSums(ColumnBlock block, double factor) {
    double[] sums = new double[block.columns().length];
    for (int j = 0; j < sums.length; j++) {
      for (double value : block.columns()[j]) {
        sums[j] += factor * value;
      }
    }
    return sums;
  }

  @Test
  void close_afterUse_keepsNothingCached() {
    int before = spark.sparkContext().getPersistentRDDs().size();
    SparkAlignedRows<ColumnBlock> rows = SparkAlignedRows.of(table(10, 1), 10, 2);
    rows.derive(1.0, SparkAlignedRowsTest::scaledSums).close();
    rows.close();
    assertThat(spark.sparkContext().getPersistentRDDs().size()).isEqualTo(before);
  }

  @Test
  void map_indexMissing_isAlignmentException() {
    try (AlignedRows<ColumnBlock> rows =
        SparkAlignedRows.of(table(9, 1).filter("index <> 4"), 9, 2)) {
      assertThatThrownBy(() -> rows.map("x", SparkAlignedRowsTest::describe))
          .isInstanceOf(AlignmentException.class)
          .hasMessageContaining("missing or stands twice");
    }
  }

  @Test
  void map_indexTwice_isAlignmentException() {
    Dataset<Row> twice = table(9, 1).union(table(9, 1).filter("index = 8"));
    try (AlignedRows<ColumnBlock> rows = SparkAlignedRows.of(twice, 9, 2)) {
      assertThatThrownBy(() -> rows.map("x", SparkAlignedRowsTest::describe))
          .isInstanceOf(AlignmentException.class);
    }
  }

  @Test
  void map_vectorsOfDifferentLength_isDataException() {
    Dataset<Row> mixed = table(5, 1).union(table(6, 2).filter("index = 5"));
    assertThatThrownBy(() -> SparkAlignedRows.of(mixed, 6, 1, 50_000).close())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("different lengths");
    assertThatThrownBy(() -> SparkAlignedRows.of(mixed, 6, 2, 50_000).close())
        .isInstanceOf(DataException.class);
  }

  @Test
  void rowRange_everyRow_liesWithinItsBounds() {
    for (int rows = 1; rows < 40; rows++) {
      for (int partitions = 1; partitions < 12; partitions++) {
        RowRange range = new RowRange(rows, partitions);
        for (int row = 0; row < rows; row++) {
          int p = range.getPartition(row);
          assertThat(row).isBetween(range.from(p), range.to(p) - 1);
        }
      }
    }
    assertThatThrownBy(() -> new RowRange(5, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}

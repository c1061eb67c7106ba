// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.spark.SparkExtension;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
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

/** Rows that stand in aligned order are not shuffled again, and others are. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class InPlaceTest {
  private static final int ROWS = 1000;

  private final SparkSession spark;

  InPlaceTest(SparkSession spark) {
    this.spark = spark;
  }

  private AlignedTable table(List<Integer> indices) {
    List<Row> rows = new ArrayList<>();
    indices.forEach(i -> rows.add(RowFactory.create(Vectors.dense(i, -i), i)));
    StructType schema =
        new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add(AlignedTable.INDEX, DataTypes.IntegerType);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return AlignedTable.numbered(
        spark.createDataFrame(context.parallelize(rows, 3), schema), ROWS, new byte[32]);
  }

  private static List<Integer> ascending() {
    return IntStream.range(0, ROWS).boxed().toList();
  }

  private static Dataset<Row> indexed(AlignedTable table) {
    return table.table().select(AlignedTable.INDEX, "features");
  }

  private static void assertHolds(AlignedTable table, int[] kept) {
    try (AlignedRows<ColumnBlock> rows = SparkAlignedRows.of(indexed(table), table.rows(), 7)) {
      int next = 0;
      for (ColumnBlock block : rows.map("", (each, none) -> each)) {
        assertThat(block.firstRow()).isEqualTo(next);
        for (int i = 0; i < block.rows(); i++) {
          assertThat(block.columns()[0][i]).isEqualTo(kept[next]);
          assertThat(block.columns()[1][i]).isEqualTo(-kept[next]);
          next++;
        }
      }
      assertThat(next).isEqualTo(kept.length);
    }
  }

  @Test
  void rows_inOrderAndKeptOnes_arePutIntoColumnsWhereTheyAre() {
    AlignedTable all = table(ascending());
    assertHolds(all, IntStream.range(0, ROWS).toArray());
    for (int[] kept :
        List.of(
            IntStream.range(0, ROWS).filter(i -> i % 3 == 1).toArray(),
            IntStream.range(400, 420).toArray(),
            new int[] {999},
            new int[] {})) {
      AlignedTable some = all.keep(kept);
      assertThat(some.rows()).isEqualTo(kept.length);
      JavaRDD<ColumnBlock> blocks =
          Objects.requireNonNull(InPlace.blocks(indexed(some), kept.length, 7));
      assertThat(blocks.toDebugString()).doesNotContain("Shuffle");
      assertThat(blocks.getNumPartitions()).isEqualTo(3);
      if (kept.length > 0) {
        assertHolds(some, kept);
      }
    }
  }

  @Test
  void rows_thatStandOtherwise_areShuffled() {
    List<Integer> mixed = new ArrayList<>(ascending());
    Collections.shuffle(mixed, new Random(1));
    AlignedTable table = table(mixed);
    assertThat(InPlace.blocks(indexed(table), ROWS, 7)).isNull();
    assertHolds(table, IntStream.range(0, ROWS).toArray());
    AlignedTable later = table(ascending());
    AlignedTable moved =
        new AlignedTable(later.table().repartition(3), later.rows(), later.digest());
    assertThat(InPlace.blocks(indexed(moved), ROWS, 7)).isNull();
    assertHolds(moved, IntStream.range(0, ROWS).toArray());
  }

  @Test
  void ranks_ofSomeNumbers_areTheirPlaces() {
    int[] numbers = new Random(3).ints(300, 0, 5000).distinct().sorted().toArray();
    BitSet bits = new BitSet();
    Arrays.stream(numbers).forEach(bits::set);
    Ranks ranks = Ranks.of(bits);
    for (int i = 0; i < 6000; i++) {
      int place = Arrays.binarySearch(numbers, i);
      assertThat(ranks.rank(i)).isEqualTo(place < 0 ? null : (Integer) place);
    }
  }
}

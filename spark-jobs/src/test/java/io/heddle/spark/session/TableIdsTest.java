// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import io.heddle.spark.SparkExtension;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class TableIdsTest {
  private final SparkSession spark;

  TableIdsTest(SparkSession spark) {
    this.spark = spark;
  }

  private TableIds collect(PsiDuplicates duplicates, List<Row> rows, DataType... types) {
    StructType schema = new StructType();
    List<String> names = new ArrayList<>();
    for (DataType type : types) {
      names.add("k" + names.size());
      schema = schema.add(names.get(names.size() - 1), type);
    }
    return TableIds.collect(
        spark.createDataFrame(rows, schema), names, List.of(IdRule.LOWER), duplicates);
  }

  private static List<String> texts(TableIds ids) {
    return ids.ids().values().stream().map(id -> new String(id, StandardCharsets.UTF_8)).toList();
  }

  @Test
  void collect_decimalsOfScaleZero_areTheTextOfWholeNumbers() {
    DataType decimal = DataTypes.createDecimalType(38, 0);
    List<Row> decimals = new ArrayList<>();
    List<Row> longs = new ArrayList<>();
    for (long number : new long[] {0, -7, 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE}) {
      decimals.add(RowFactory.create(BigDecimal.valueOf(number)));
      longs.add(RowFactory.create(number));
    }

    assertThat(texts(collect(PsiDuplicates.REFUSE, decimals, decimal)))
        .isEqualTo(texts(collect(PsiDuplicates.REFUSE, longs, DataTypes.LongType)));
    assertThatThrownBy(
            () -> collect(PsiDuplicates.REFUSE, decimals, DataTypes.createDecimalType(38, 2)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Id column k0 is of type decimal(38,2)");
  }

  /** A database gives rows in any order, and a run that goes on after a crash repeats itself. */
  @Test
  void collect_firstOfIdsThatAreAlike_isTheSameInAnyOrder() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(RowFactory.create((i % 2 == 0 ? "a" : "A") + i / 2 % 7, i / 2));
    }
    TableIds before =
        collect(PsiDuplicates.FIRST, rows, DataTypes.StringType, DataTypes.IntegerType);
    Collections.shuffle(rows, new Random(3));
    TableIds after =
        collect(PsiDuplicates.FIRST, rows, DataTypes.StringType, DataTypes.IntegerType);

    assertThat(after.values()).isEqualTo(before.values());
    assertThat(texts(after)).isEqualTo(texts(before)).hasSize(50);
  }

  @Test
  void collect_missingId_isDataException() {
    assertThatThrownBy(
            () ->
                collect(
                    PsiDuplicates.REFUSE,
                    List.of(RowFactory.create("a", 1), RowFactory.create(null, 2)),
                    DataTypes.StringType,
                    DataTypes.IntegerType))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("k0");
  }
}

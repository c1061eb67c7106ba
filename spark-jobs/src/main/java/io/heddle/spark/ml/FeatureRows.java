// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.error.ConfigurationException;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.SparkAlignedRows;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartyTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import scala.Option;

/**
 * A feature column as the training protocols want it: in aligned order, in columns, with names.
 * Kept on the executors until closed.
 */
record FeatureRows(PartyTable table) implements AutoCloseable {
  /** Fewer rows than this stay in the driver. */
  static final String LOCAL_ROWS = "spark.heddle.local-rows";

  private static final int DEFAULT_LOCAL_ROWS = 50_000;
  private static final int ROWS_PER_PARTITION = 50_000;

  static FeatureRows of(AlignedTable aligned, String featuresCol) {
    String localRows =
        aligned.table().sparkSession().conf().get(LOCAL_ROWS, String.valueOf(DEFAULT_LOCAL_ROWS));
    // From the rows alone, so that every run cuts alike, whatever cluster it has.
    int partitions = Math.max(2, 1 + (aligned.rows() - 1) / ROWS_PER_PARTITION);
    AlignedRows<ColumnBlock> rows =
        SparkAlignedRows.of(
            aligned
                .table()
                .select(
                    AlignedTable.column(aligned.table(), AlignedTable.INDEX),
                    AlignedTable.column(aligned.table(), featuresCol)),
            aligned.rows(),
            partitions,
            atLeastZero(localRows));
    int width = rows.map("", (block, none) -> block.columns().length).get(0);
    return new FeatureRows(
        new PartyTable(
            rows, names(aligned, featuresCol, width), HexFormat.of().parseHex(aligned.digest())));
  }

  private static int atLeastZero(String text) {
    try {
      int value = Integer.parseInt(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a negative one is.
    }
    throw new ConfigurationException(
        "Invalid " + LOCAL_ROWS + " " + text + ": must be a whole number, 0 or more");
  }

  /** Names as a VectorAssembler leaves them; numbered where there are none or not one for each. */
  private static List<String> names(AlignedTable aligned, String featuresCol, int width) {
    Option<Attribute[]> attributes =
        AttributeGroup.fromStructField(aligned.table().schema().apply(featuresCol)).attributes();
    List<String> names = new ArrayList<>();
    if (attributes.isDefined()) {
      for (Attribute attribute : attributes.get()) {
        if (attribute.name().isDefined()) {
          names.add(attribute.name().get());
        }
      }
    }
    if (new HashSet<>(names).size() == width) {
      return names;
    }
    names.clear();
    for (int j = 0; j < width; j++) {
      names.add(featuresCol + "_" + j);
    }
    return names;
  }

  @Override
  public void close() {
    table.rows().close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.spark.table.AlignedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * A party's own table: its id columns, its label if it has one, and the columns that take part, as
 * numbers. Checked as a whole before anything is sent; complaints name columns and counts, never
 * values.
 *
 * @param table columns by their own names
 * @param features the columns that take part, in the order of the file or the configuration
 */
record TableReader(Dataset<Row> table, List<String> features) {
  private static final String OWN_PREFIX = "heddle_";
  private static final String CORRUPT = OWN_PREFIX + "corrupt";

  /** What scoring adds beside ids and label. */
  private static final Set<String> SCORE_COLUMNS =
      Set.of("rawPrediction", "probability", "prediction");

  /** Reads what a party's configuration names. */
  static TableReader read(SparkSession spark, String file, PartyConfig.Data data, boolean labels) {
    String labelCol = labels ? data.label() : null;
    if (data.id().isEmpty()) {
      throw new ConfigurationException(
          "Missing setting data.id: must name the columns by which rows are aligned");
    }
    if (labels && labelCol == null) {
      throw new ConfigurationException(
          "Missing setting data.label: the label holder must name its label column");
    }
    Dataset<Row> raw = load(spark, file);
    List<String> present = Arrays.asList(raw.columns());
    List<String> features = new ArrayList<>(data.columns());
    if (features.isEmpty()) {
      features.addAll(present);
      features.removeAll(data.id());
      features.remove(data.label());
    }
    List<String> wanted = new ArrayList<>(data.id());
    if (labelCol != null) {
      wanted.add(labelCol);
    }
    wanted.addAll(features);
    for (String column : wanted) {
      if (!present.contains(column)) {
        throw new DataException(
            "No column " + column + " in " + file + ": it has " + String.join(", ", present));
      }
    }
    List<String> named = wanted.subList(0, wanted.size() - features.size());
    for (String column : wanted) {
      if (column.startsWith(OWN_PREFIX)
          || (named.contains(column) && SCORE_COLUMNS.contains(column))) {
        throw new DataException(
            "Column "
                + column
                + " of "
                + file
                + " has a name that this job gives to a column of its own: rename it");
      }
    }
    if (features.isEmpty() && !labels) {
      throw new DataException(
          "No columns in " + file + " beside the ids: a feature holder needs at least one");
    }
    List<String> numeric = wanted.subList(data.id().size(), wanted.size());
    List<Column> columns = new ArrayList<>();
    for (String id : data.id()) {
      columns.add(AlignedTable.column(raw, id));
    }
    for (String column : numeric) {
      columns.add(number(raw, column).as(column));
    }
    Dataset<Row> table = raw.select(columns.toArray(Column[]::new)).persist();
    check(table, numeric, file);
    return new TableReader(table, List.copyOf(features));
  }

  private static Dataset<Row> load(SparkSession spark, String file) {
    try {
      if (!file.toLowerCase(Locale.ROOT).endsWith(".csv")) {
        Dataset<Row> table = spark.read().parquet(file);
        distinct(table.columns(), file);
        return table;
      }
      StructType schema = header(spark, file);
      int fields = schema.size();
      Dataset<Row> rows =
          csv(spark, true).schema(schema.add(CORRUPT, DataTypes.StringType)).load(file).persist();
      long corrupt = rows.filter(functions.col(CORRUPT).isNotNull()).count();
      if (corrupt > 0) {
        throw new DataException(
            corrupt + " lines of " + file + " do not have the header's " + fields + " fields");
      }
      return rows.drop(CORRUPT);
    } catch (DataException e) {
      throw e;
    } catch (Exception e) {
      // Spark's messages may quote the table.
      String reason =
          e instanceof AnalysisException analysis ? " (" + analysis.getCondition() + ")" : "";
      throw new DataException(
          "Cannot read " + file + reason + ": must be CSV (.csv, with a header) or Parquet", e);
    }
  }

  /** As the first line has it: Spark itself would rename a column that stands twice. */
  private static StructType header(SparkSession spark, String file) {
    Row names = csv(spark, false).load(file).head();
    StructType schema = new StructType();
    for (int j = 0; j < names.size(); j++) {
      if (names.isNullAt(j) || names.getString(j).isBlank()) {
        throw new DataException("Column " + (j + 1) + " of " + file + " has no name");
      }
      schema = schema.add(names.getString(j), DataTypes.StringType);
    }
    distinct(schema.fieldNames(), file);
    return schema;
  }

  private static DataFrameReader csv(SparkSession spark, boolean header) {
    return spark
        .read()
        .format("csv")
        .option("header", header)
        .option("escape", "\"")
        .option("enforceSchema", false)
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", CORRUPT);
  }

  private static void distinct(String[] columns, String file) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column.toLowerCase(Locale.ROOT))) {
        throw new DataException("Column " + column + " stands twice in " + file);
      }
    }
  }

  private static Column number(Dataset<Row> raw, String name) {
    Column column = AlignedTable.column(raw, name);
    if (raw.schema().apply(name).dataType() instanceof NumericType
        || raw.schema().apply(name).dataType().equals(DataTypes.BooleanType)) {
      return column.cast(DataTypes.DoubleType);
    }
    return functions.trim(column.cast(DataTypes.StringType)).try_cast(DataTypes.DoubleType);
  }

  private static void check(Dataset<Row> table, List<String> numeric, String file) {
    List<Column> counts = new ArrayList<>();
    counts.add(functions.count(functions.lit(1)));
    for (String name : numeric) {
      Column column = AlignedTable.column(table, name);
      counts.add(
          functions.count(
              functions.when(
                  column
                      .isNull()
                      .or(column.isNaN())
                      .or(functions.abs(column).equalTo(Double.POSITIVE_INFINITY)),
                  1)));
    }
    Row counted =
        table.agg(counts.get(0), counts.subList(1, counts.size()).toArray(Column[]::new)).head();
    if (counted.getLong(0) == 0) {
      throw new DataException("No rows in " + file);
    }
    for (int j = 0; j < numeric.size(); j++) {
      if (counted.getLong(j + 1) > 0) {
        throw new DataException(
            "Column "
                + numeric.get(j)
                + " of "
                + file
                + ": "
                + counted.getLong(j + 1)
                + " of "
                + counted.getLong(0)
                + " rows are missing, not a number or not finite");
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.DataSource;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.jspecify.annotations.Nullable;

/**
 * A party's own table: its id columns, its label and row weight if it has them, and the columns
 * that take part, as numbers. Checked as a whole before anything is sent; complaints name columns
 * and counts, never values.
 *
 * @param table columns by their own names
 * @param features the columns that take part, in the order of the source or the configuration
 */
record TableReader(Dataset<Row> table, List<String> features) {
  private static final Column NOTHING = functions.lit(Double.NaN);

  /** What scoring adds beside ids, label and row weight. */
  private static final Set<String> SCORE_COLUMNS =
      Set.of("rawPrediction", "probability", "prediction");

  /**
   * Reads what a party's configuration names.
   *
   * @param labels what its labels must be; null to read none, and no row weights
   * @param takesMissing whether other columns may lack values: empty fields and NaN are missing
   */
  static TableReader read(
      SparkSession spark,
      DataSource source,
      PartyConfig.Data data,
      @Nullable LabelRule labels,
      boolean takesMissing) {
    return read(spark, source, data, labels, takesMissing, null);
  }

  /**
   * Reads the columns of a model, which may be none.
   *
   * @param columns its names
   * @param takesMissing as for {@link #read}
   */
  static TableReader ofModel(
      SparkSession spark,
      DataSource source,
      PartyConfig.Data data,
      List<String> columns,
      boolean takesMissing) {
    return read(spark, source, data, null, takesMissing, columns);
  }

  /**
   * @param model names of its columns; null to take those of the configuration
   */
  private static TableReader read(
      SparkSession spark,
      DataSource source,
      PartyConfig.Data data,
      @Nullable LabelRule labels,
      boolean takesMissing,
      @Nullable List<String> model) {
    if (data.id().isEmpty()) {
      throw new ConfigurationException(
          "Missing setting data.id: must name the columns by which rows are aligned");
    }
    String labelCol = labels == null ? null : data.requiredLabel();
    String weightCol = labels == null ? null : data.weight();
    SourceReader reader = new SourceReader(spark, source);
    String place = source.words();
    Dataset<Row> raw = reader.open();
    List<String> present = Arrays.asList(raw.columns());
    List<String> features = model == null ? data.features(present) : model;
    List<String> wanted = new ArrayList<>(data.id());
    if (labelCol != null) {
      wanted.add(labelCol);
    }
    if (weightCol != null) {
      wanted.add(weightCol);
    }
    wanted.addAll(features);
    for (String column : wanted) {
      if (!present.contains(column)) {
        throw new DataException(
            "No column " + column + " in " + place + ": it has " + String.join(", ", present));
      }
    }
    List<String> named = wanted.subList(0, wanted.size() - features.size());
    for (String column : wanted) {
      if (column.startsWith(SourceReader.OWN_PREFIX)
          || (named.contains(column) && SCORE_COLUMNS.contains(column))) {
        throw new DataException(
            "Column "
                + column
                + " of "
                + place
                + " has a name that this job gives to a column of its own: rename it");
      }
    }
    if (features.isEmpty() && labels == null && model == null) {
      throw new DataException(
          "No columns in " + place + " beside the ids: a feature holder needs at least one");
    }
    List<String> numeric = wanted.subList(data.id().size(), wanted.size());
    List<Requirement> requirements = new ArrayList<>();
    if (labels != null && labelCol != null) {
      requirements.add(Requirement.of(labelCol, labels));
    }
    if (weightCol != null) {
      requirements.add(Requirement.ofWeights(weightCol));
    }
    List<Column> taken = new ArrayList<>();
    for (String id : data.id()) {
      taken.add(AlignedTable.column(raw, id));
    }
    for (String column : numeric) {
      taken.add(number(raw, column, place).as(column));
    }
    Dataset<Row> table =
        reader.guarded(
            () -> {
              Dataset<Row> selected = raw.select(taken.toArray(Column[]::new)).persist();
              check(selected, numeric, takesMissing, requirements, place);
              return selected;
            });
    return new TableReader(table, List.copyOf(features));
  }

  /**
   * What every row must have in a column, besides a finite number.
   *
   * @param what the column is, for errors
   * @param words what its values must be, for errors
   */
  private record Requirement(String name, String what, UnaryOperator<Column> holds, String words) {
    static Requirement of(String label, LabelRule rule) {
      return new Requirement(label, "Label column ", rule::isAllowed, rule.words());
    }

    static Requirement ofWeights(String weight) {
      return new Requirement(
          weight, "Weight column ", column -> column.geq(0.0), "finite and not negative");
    }
  }

  /** NaN where there is nothing, null where there is something that is no number. */
  private static Column number(Dataset<Row> raw, String name, String place) {
    Column column = AlignedTable.column(raw, name);
    DataType type = raw.schema().apply(name).dataType();
    if (type instanceof NumericType || type.equals(DataTypes.BooleanType)) {
      return functions.coalesce(column.cast(DataTypes.DoubleType), NOTHING);
    }
    if (!(type instanceof StringType)) {
      throw new DataException(
          "Column "
              + name
              + " of "
              + place
              + " is of type "
              + type.simpleString()
              + ": must be a number, a boolean or text that is a number; data.columns names the"
              + " columns that take part");
    }
    Column text = functions.trim(column.cast(DataTypes.StringType));
    return functions
        .when(text.isNull().or(text.equalTo("")), NOTHING)
        .otherwise(text.try_cast(DataTypes.DoubleType));
  }

  private static void check(
      Dataset<Row> table,
      List<String> numeric,
      boolean takesMissing,
      List<Requirement> requirements,
      String place) {
    List<String> complete = requirements.stream().map(Requirement::name).toList();
    List<Column> counts = new ArrayList<>();
    counts.add(functions.count(functions.lit(1)));
    for (String name : numeric) {
      Column column = AlignedTable.column(table, name);
      Column bad = column.isNull().or(functions.abs(column).equalTo(Double.POSITIVE_INFINITY));
      boolean mayLack = takesMissing && !complete.contains(name);
      counts.add(functions.count(functions.when(mayLack ? bad : bad.or(column.isNaN()), 1)));
    }
    for (Requirement each : requirements) {
      // Here, not only where the training rows are: the held-out ones come up after the training.
      Column holds = each.holds().apply(AlignedTable.column(table, each.name()));
      counts.add(functions.count(functions.when(holds, null).otherwise(1)));
    }
    Row counted =
        table.agg(counts.get(0), counts.subList(1, counts.size()).toArray(Column[]::new)).head();
    if (counted.getLong(0) == 0) {
      throw new DataException("No rows in " + place);
    }
    for (int j = 0; j < numeric.size(); j++) {
      if (counted.getLong(j + 1) > 0) {
        throw new DataException(
            "Column "
                + numeric.get(j)
                + " of "
                + place
                + ": "
                + counted.getLong(j + 1)
                + " of "
                + counted.getLong(0)
                + " rows are "
                + (takesMissing && !complete.contains(numeric.get(j)) ? "" : "missing, ")
                + "not a number or not finite");
      }
    }
    for (int k = 0; k < requirements.size(); k++) {
      Requirement each = requirements.get(k);
      long bad = counted.getLong(numeric.size() + 1 + k);
      if (bad > 0) {
        throw new DataException(
            each.what()
                + each.name()
                + " of "
                + place
                + ": "
                + bad
                + " of "
                + counted.getLong(0)
                + " rows are not "
                + each.words());
      }
    }
  }
}

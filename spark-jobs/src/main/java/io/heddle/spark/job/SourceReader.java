// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.DataSource;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.VflException;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTransientConnectionException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Opens a party's source of rows. What Spark or a driver says of a failure is not repeated: it may
 * quote the table, or an address with a password.
 */
final class SourceReader {
  static final String OWN_PREFIX = "heddle_";
  private static final String CORRUPT = OWN_PREFIX + "corrupt";

  private final SparkSession spark;
  private final DataSource source;

  SourceReader(SparkSession spark, DataSource source) {
    this.spark = spark;
    this.source = source;
  }

  /** The rows in the columns that Spark gives them, no two of which have the same name. */
  Dataset<Row> open() {
    return guarded(
        () -> {
          if (source instanceof DataSource.File file) {
            return open(file);
          }
          Dataset<Row> rows =
              source instanceof DataSource.Jdbc jdbc
                  ? open(jdbc)
                  : spark.read().table(((DataSource.Table) source).name());
          distinct(rows.columns());
          return rows;
        });
  }

  /** Does work that reads the source, and tells its failure as one of the source. */
  <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (VflException e) {
      throw e;
    } catch (Exception e) {
      // Spark's own are checked exceptions that Scala does not declare.
      throw failure(e);
    }
  }

  private DataException failure(Exception e) {
    String start = "Cannot read " + source.words();
    if (source instanceof DataSource.Jdbc jdbc) {
      // Without the cause: a driver's message may hold values, and some hold the password.
      return new DataException(start + reason(jdbc, e));
    }
    String condition =
        e instanceof AnalysisException analysis ? " (" + analysis.getCondition() + ")" : "";
    return new DataException(
        start
            + condition
            + (source instanceof DataSource.File
                ? ": must be CSV (.csv, with a header), ORC (.orc), JSON lines (.json, .jsonl) or"
                    + " Parquet; data.format says which where the name does not"
                : ": must be a table or view that this Spark knows and can read"),
        e);
  }

  private static String reason(DataSource.Jdbc jdbc, Exception e) {
    Throwable cause = e;
    for (int depth = 0; cause != null && depth < 32; depth++) {
      if (cause instanceof SQLException sql) {
        return ": "
            + meaning(sql)
            + " (SQLState "
            + sql.getSQLState()
            + ", code "
            + sql.getErrorCode()
            + ")";
      }
      cause = cause.getCause();
    }
    return " ("
        + (e instanceof AnalysisException analysis
            ? analysis.getCondition()
            : e.getClass().getName())
        + ")"
        + (jdbc.partitions() == null
            ? ""
            : ": data.jdbc.lower-bound and upper-bound must be of the type of"
                + " data.jdbc.partition-column");
  }

  /** By class or by the first letters of the state; not all drivers have both. */
  private static String meaning(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (state.startsWith("08")
        || e instanceof SQLNonTransientConnectionException
        || e instanceof SQLTransientConnectionException) {
      return "no connection to the database of data.jdbc.url";
    } else if (state.startsWith("28") || e instanceof SQLInvalidAuthorizationSpecException) {
      return "the database does not take data.jdbc.user with this password";
    } else if (state.startsWith("42") || e instanceof SQLSyntaxErrorException) {
      return "the database finds no such table or column, or cannot read the query, or does not let"
          + " this user read it";
    }
    return "the database refuses";
  }

  private Dataset<Row> open(DataSource.File file) {
    DataSource.Format format = file.format() == null ? ofName(file.path()) : file.format();
    return switch (format) {
      case CSV -> {
        StructType schema = header(file.path());
        yield wellFormed(
            csv(true).schema(schema.add(CORRUPT, DataTypes.StringType)).load(file.path()),
            "do not have the header's " + schema.size() + " fields");
      }
      case JSON -> {
        Dataset<Row> lines =
            spark.read().option("columnNameOfCorruptRecord", CORRUPT).json(file.path());
        distinct(lines.columns());
        yield Set.of(lines.columns()).contains(CORRUPT)
            ? wellFormed(lines, "are not one JSON object each")
            : lines;
      }
      case ORC, PARQUET -> {
        DataFrameReader reader = spark.read();
        Dataset<Row> rows =
            format == DataSource.Format.ORC ? reader.orc(file.path()) : reader.parquet(file.path());
        distinct(rows.columns());
        yield rows;
      }
    };
  }

  private static DataSource.Format ofName(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return DataSource.Format.CSV;
    } else if (name.endsWith(".orc")) {
      return DataSource.Format.ORC;
    } else if (name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      return DataSource.Format.JSON;
    }
    return DataSource.Format.PARQUET;
  }

  private Dataset<Row> wellFormed(Dataset<Row> lines, String otherwise) {
    Dataset<Row> rows = lines.persist();
    long corrupt = rows.filter(functions.col(CORRUPT).isNotNull()).count();
    if (corrupt > 0) {
      throw new DataException(corrupt + " lines of " + source.words() + " " + otherwise);
    }
    return rows.drop(CORRUPT);
  }

  /** As the first line has it: Spark itself would rename a column that stands twice. */
  private StructType header(String file) {
    Row names = csv(false).load(file).head();
    StructType schema = new StructType();
    for (int j = 0; j < names.size(); j++) {
      if (names.isNullAt(j) || names.getString(j).isBlank()) {
        throw new DataException("Column " + (j + 1) + " of " + file + " has no name");
      }
      schema = schema.add(names.getString(j), DataTypes.StringType);
    }
    distinct(schema.fieldNames());
    return schema;
  }

  private DataFrameReader csv(boolean header) {
    return spark
        .read()
        .format("csv")
        .option("header", header)
        .option("escape", "\"")
        .option("enforceSchema", false)
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", CORRUPT);
  }

  private void distinct(String[] columns) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column.toLowerCase(Locale.ROOT))) {
        throw new DataException("Column " + column + " stands twice in " + source.words());
      }
    }
  }

  private Dataset<Row> open(DataSource.Jdbc jdbc) {
    DataFrameReader reader =
        spark
            .read()
            .format("jdbc")
            .option("url", jdbc.url())
            .option("driver", driver(jdbc))
            .option("dbtable", jdbc.query() ? "(" + jdbc.rows() + "\n) heddle_rows" : jdbc.rows())
            .option("fetchsize", jdbc.fetchSize());
    set(reader, "user", jdbc.user());
    set(reader, "password", jdbc.password());
    DataSource.Partitions partitions = jdbc.partitions();
    if (partitions != null) {
      reader
          .option("partitionColumn", partitions.column())
          .option("lowerBound", partitions.lower())
          .option("upperBound", partitions.upper())
          .option("numPartitions", partitions.count());
    }
    return reader.load();
  }

  private static void set(DataFrameReader reader, String option, @Nullable String value) {
    if (value != null) {
      reader.option(option, value);
    }
  }

  /** Found here, where the jars that the job was given can be seen; Spark looks among its own. */
  private static String driver(DataSource.Jdbc jdbc) {
    String advice =
        "must be the class of a driver whose jar Spark has, as by --conf spark.jars=driver.jar";
    if (jdbc.driver() == null) {
      try {
        return DriverManager.getDriver(jdbc.url()).getClass().getName();
      } catch (SQLException e) {
        throw new ConfigurationException(
            "No driver takes data.jdbc.url; set data.jdbc.driver: " + advice);
      }
    }
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      if (Driver.class.isAssignableFrom(Class.forName(jdbc.driver(), false, loader))) {
        return jdbc.driver();
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // Told below, as a class of another kind is.
    }
    throw new ConfigurationException("Invalid data.jdbc.driver = " + jdbc.driver() + ": " + advice);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import io.heddle.error.ConfigurationException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a party's file says of where its rows are. The file itself, if its rows are in one, is named
 * on the command line.
 *
 * @param conf where it was read
 * @param format of a file that a command names; null to tell it by the ending
 * @param named the table or database; null for none
 */
public record DataSources(
    Path conf, DataSource.@Nullable Format format, @Nullable DataSource named) {
  static final String PASSWORD_FILE = "data.jdbc.password-file";

  private static final String TABLE = "data.table";
  private static final String FORMAT = "data.format";
  private static final String URL = "data.jdbc.url";
  private static final String JDBC_TABLE = "data.jdbc.table";
  private static final String QUERY = "data.jdbc.query";
  private static final String USER = "data.jdbc.user";
  private static final String DRIVER = "data.jdbc.driver";
  private static final String FETCH_SIZE = "data.jdbc.fetch-size";
  private static final String COLUMN = "data.jdbc.partition-column";
  private static final String LOWER = "data.jdbc.lower-bound";
  private static final String UPPER = "data.jdbc.upper-bound";
  private static final String PARTITIONS = "data.jdbc.partitions";
  private static final List<String> RANGES = List.of(COLUMN, LOWER, UPPER, PARTITIONS);

  /** Settings that say how rows are read and not which. */
  private static final Set<String> WAYS =
      Set.of(DRIVER, FETCH_SIZE, PASSWORD_FILE, COLUMN, LOWER, UPPER, PARTITIONS);

  /** Some drivers get all rows at once if they are not told otherwise. */
  private static final int DEFAULT_FETCH_SIZE = 10_000;

  /** Drivers know each of them by names of their own; some take them before the host. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(user(name|id)?|uid|pass\\w*|pwd|\\w*(secret|token|credential|password|api_?key)\\w*)\\s*="
              + "|//[^/?;@]*@|jdbc:oracle:[^@]*/[^@]*@",
          Pattern.CASE_INSENSITIVE);

  static DataSources read(Settings settings) {
    DataSource named = jdbc(settings);
    if (settings.has(TABLE)) {
      if (named != null) {
        throw settings.invalid(TABLE, "left out where " + URL + " is set");
      }
      named = new DataSource.Table(settings.text(TABLE, "a table's name"));
    }
    if (named != null && settings.has(FORMAT)) {
      throw settings.invalid(FORMAT, "left out where the rows are in no file");
    }
    return new DataSources(
        settings.file(),
        settings.has(FORMAT) ? settings.choice(FORMAT, DataSource.Format.CSV) : null,
        named);
  }

  private static DataSource.@Nullable Jdbc jdbc(Settings settings) {
    if (!settings.has(URL)) {
      for (String key : Keys.PARTY.under("data.jdbc.")) {
        if (settings.has(key)) {
          throw settings.invalidHidden(key, "left out where there is no " + URL);
        }
      }
      return null;
    }
    String url = settings.text(URL, "an address that begins with jdbc:");
    if (!url.startsWith("jdbc:") || SECRET.matcher(url).find()) {
      throw settings.invalidHidden(
          URL,
          "an address that begins with jdbc: and holds no user and no secret; they belong into "
              + USER
              + " and the file of "
              + PASSWORD_FILE);
    }
    if (settings.has(PASSWORD_FILE) && !settings.has(USER)) {
      throw settings.invalid(PASSWORD_FILE, "left out where there is no " + USER);
    }
    return new DataSource.Jdbc(
        url,
        settings.has(DRIVER) ? settings.text(DRIVER, "a class name") : null,
        settings.has(USER) ? settings.text(USER, "a user's name") : null,
        settings.optionalPath(PASSWORD_FILE),
        rows(settings),
        settings.has(QUERY),
        (int) settings.integer(FETCH_SIZE, DEFAULT_FETCH_SIZE, 1, 1_000_000),
        partitions(settings));
  }

  private static String rows(Settings settings) {
    if (!settings.has(QUERY)) {
      return settings.text(JDBC_TABLE, "a table's name; or " + QUERY + " a SELECT in its place");
    }
    if (settings.has(JDBC_TABLE)) {
      throw settings.invalid(JDBC_TABLE, "left out where " + QUERY + " is set");
    }
    String query = settings.lines(QUERY, "a SELECT");
    if (query.endsWith(";")) {
      throw settings.invalidHidden(QUERY, "a SELECT without a semicolon at its end");
    }
    return query;
  }

  private static DataSource.@Nullable Partitions partitions(Settings settings) {
    for (String key : RANGES) {
      if (settings.has(key)) {
        for (String other : RANGES) {
          if (!settings.has(other)) {
            throw settings.invalid(key, "set together with " + other + ", or left out");
          }
        }
      }
    }
    if (!settings.has(COLUMN)) {
      return null;
    }
    String bound = "a number or a date, as the column has them";
    return new DataSource.Partitions(
        settings.text(COLUMN, "a column's name"),
        settings.text(LOWER, bound),
        settings.text(UPPER, bound),
        (int) settings.integer(PARTITIONS, 2, 2, 1000));
  }

  /**
   * The one source of rows of a command.
   *
   * @param file what the command line names; null for nothing
   * @throws ConfigurationException if there is none, or more than one
   */
  public DataSource choose(@Nullable String file) {
    if (named != null && file != null) {
      throw new ConfigurationException(
          "Two sources of rows, --data and "
              + (named instanceof DataSource.Table ? TABLE : URL)
              + allowed());
    }
    if (named != null) {
      return named;
    }
    if (file == null) {
      throw new ConfigurationException("No source of rows" + allowed());
    }
    return new DataSource.File(file, format);
  }

  private String allowed() {
    return " ("
        + conf
        + "): must be one of --data FILE, "
        + TABLE
        + " (a table that Spark knows) and "
        + URL
        + " (a database)";
  }

  /** Whether a setting tells which rows are read. */
  static boolean tellsRows(String key) {
    return !WAYS.contains(key);
  }

  /** The settings as they count. */
  SortedMap<String, String> effective() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put(FORMAT, format == null ? null : Settings.word(format));
    if (named instanceof DataSource.Table table) {
      all.put(TABLE, table.name());
    }
    if (named instanceof DataSource.Jdbc jdbc) {
      all.put(URL, jdbc.url());
      all.put(DRIVER, jdbc.driver());
      all.put(USER, jdbc.user());
      all.put(PASSWORD_FILE, jdbc.passwordFile());
      all.put(jdbc.query() ? QUERY : JDBC_TABLE, jdbc.rows());
      all.put(FETCH_SIZE, jdbc.fetchSize());
      if (jdbc.partitions() != null) {
        all.put(COLUMN, jdbc.partitions().column());
        all.put(LOWER, jdbc.partitions().lower());
        all.put(UPPER, jdbc.partitions().upper());
        all.put(PARTITIONS, jdbc.partitions().count());
      }
    }
    SortedMap<String, String> texts = new TreeMap<>();
    all.forEach(
        (key, value) -> {
          if (value != null) {
            texts.put(key, value.toString());
          }
        });
    return texts;
  }
}

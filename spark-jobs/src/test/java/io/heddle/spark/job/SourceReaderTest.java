// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.config.DataSource;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.VflException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.table.LabelRule;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.JsonProtocol;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One table in every place from which a job can read it. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class SourceReaderTest {
  private static final PartyConfig.Data DATA =
      new PartyConfig.Data(List.of("id"), "y", null, List.of());
  private static final String URL = "jdbc:h2:mem:people;DB_CLOSE_DELAY=-1";
  private static final String USER = "READER";
  private static final String PASSWORD = "hush-7f3a";
  private static final String MARKER = "marker-91c4";
  private static final int ROWS = 60;

  private final SparkSession spark;
  private final Path folder;

  SourceReaderTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /** Makes the table in the database, and as a CSV file. */
  @BeforeEach
  void table() throws Exception {
    StringBuilder csv = new StringBuilder("id,y,a,b,c\n");
    try (Connection connection = DriverManager.getConnection(URL, USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP ALL OBJECTS");
      statement.execute(
          "CREATE TABLE \"people\" (\"id\" NUMERIC(12), \"y\" BOOLEAN, \"a\" DOUBLE PRECISION,"
              + " \"b\" DECIMAL(14, 4), \"c\" INTEGER)");
      statement.execute("CREATE TABLE \"texts\" (\"id\" VARCHAR(40), \"a\" VARCHAR(40))");
      statement.execute("INSERT INTO \"texts\" VALUES ('1', '" + MARKER + "')");
      Random random = new Random(5);
      for (int i = 0; i < ROWS; i++) {
        String row =
            (100_000_000_000L + random.nextInt())
                + ","
                + random.nextBoolean()
                + ","
                + random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20)
                + ","
                + random.nextInt(100_000_000) / 10_000.0
                + ","
                + random.nextInt();
        statement.execute("INSERT INTO \"people\" VALUES (" + row + ")");
        csv.append(row.replace("true", "1").replace("false", "0")).append('\n');
      }
    }
    Files.writeString(folder.resolve("people.csv"), csv);
  }

  private PartyConfig party(String data) throws IOException {
    Path password = folder.resolve("db.password");
    Files.deleteIfExists(password);
    Files.createFile(
        password,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, PASSWORD + "\n");
    return PartyConfig.load(
        Files.writeString(folder.resolve("heddle.conf"), "party = bank\n" + data), Overrides.NONE);
  }

  private DataSource jdbc(String more) throws IOException {
    return party(
            "data.jdbc { url = \""
                + URL
                + "\", user = "
                + USER
                + ", password-file = db.password\n"
                + more
                + "\n}")
        .sources()
        .choose(null);
  }

  private TableReader read(DataSource source) {
    return TableReader.read(spark, source, DATA, LabelRule.TWO_CLASSES, false);
  }

  private TableReader csv() {
    return read(new DataSource.File(folder.resolve("people.csv").toString(), null));
  }

  /** Ids as text, numbers as their bits, so that 0.0 and -0.0 differ. */
  private static List<String> bits(TableReader read) {
    return read.table().collectAsList().stream()
        .map(
            row -> {
              StringBuilder text = new StringBuilder(row.get(0).toString());
              for (int j = 1; j < row.size(); j++) {
                text.append(' ').append(Double.doubleToRawLongBits(row.getDouble(j)));
              }
              return text.toString();
            })
        .sorted()
        .toList();
  }

  private void assertEqualsCsv(DataSource source) {
    TableReader read = read(source);
    assertThat(read.features()).containsExactly("a", "b", "c");
    assertThat(bits(read)).hasSize(ROWS).isEqualTo(bits(csv()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "table = \"\\\"people\\\"\"",
        "query = \"SELECT * FROM \\\"people\\\" -- all of them\"",
        "table = \"\\\"people\\\"\", driver = org.h2.Driver, fetch-size = 7",
        "table = \"\\\"people\\\"\", partition-column = id, lower-bound = 99000000000,"
            + " upper-bound = 101000000000, partitions = 3",
        "query = \"SELECT * FROM \\\"people\\\"\", partition-column = a, lower-bound = -1,"
            + " upper-bound = 1, partitions = 2"
      })
  void read_database_equalsCsvToTheBit(String settings) throws Exception {
    assertEqualsCsv(jdbc(settings));
  }

  @Test
  void read_tablesAndViewsOfSpark_equalCsvToTheBit() throws Exception {
    Dataset<Row> typed =
        csv().table().selectExpr("cast(id as decimal(12, 0)) as id", "y = 1.0 as y", "a", "b", "c");
    typed.createOrReplaceTempView("people_view");
    assertEqualsCsv(new DataSource.Table("people_view"));
    spark.sql("CREATE DATABASE IF NOT EXISTS clients");
    try {
      typed.write().mode("overwrite").saveAsTable("clients.people");
      assertEqualsCsv(party("data.table = clients.people").sources().choose(null));
      assertEqualsCsv(new DataSource.Table("spark_catalog.clients.people"));
    } finally {
      spark.sql("DROP DATABASE clients CASCADE");
      spark.catalog().dropTempView("people_view");
    }
  }

  @Test
  void read_otherFormats_equalCsvToTheBit() throws Exception {
    Dataset<Row> typed = csv().table().selectExpr("cast(id as long) as id", "y", "a", "b", "c");
    String orc = folder.resolve("people.orc").toString();
    typed.write().orc(orc);
    assertEqualsCsv(new DataSource.File(orc, null));
    String json = folder.resolve("lines").toString();
    typed.write().json(json);
    assertEqualsCsv(new DataSource.File(json, DataSource.Format.JSON));
    Path named = folder.resolve("people.of.today");
    Files.copy(folder.resolve("people.csv"), named);
    assertEqualsCsv(new DataSource.File(named.toString(), DataSource.Format.CSV));
  }

  @Test
  void read_jsonLineDamaged_isCountedAndNotShown() throws Exception {
    Path file = folder.resolve("people.jsonl");
    Files.writeString(file, "{\"id\":\"1\",\"y\":1,\"a\":2}\n{\"id\":\"" + MARKER + "\n");

    assertThatThrownBy(() -> read(new DataSource.File(file.toString(), null)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 lines of " + file + " are not one JSON object each");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "table = nowhere | Cannot read table nowhere of data.jdbc: the database finds no such table",
        "query = SELECT FROM WHERE | Cannot read the query data.jdbc.query: the database finds no",
        "table = \"\\\"texts\\\"\" | No column y in table \"texts\" of data.jdbc: it has id, a",
        "query = \"SELECT \\\"id\\\", 1 AS \\\"y\\\", \\\"a\\\" FROM \\\"texts\\\"\" | Column a of the query",
        "query = \"SELECT \\\"id\\\", \\\"a\\\" + 1 AS \\\"y\\\" FROM \\\"texts\\\"\" | (SQLState 22018",
        "query = \"SELECT 1 AS \\\"id\\\", 1 AS \\\"y\\\", DATE '2024-01-01' AS \\\"d\\\"\" | Column d of the query data.jdbc.query is of type date",
        "query = \"SELECT 1 AS \\\"id\\\", 1 AS \\\"y\\\", 2 AS \\\"Y\\\"\" | Cannot read the query data.jdbc.query (COLUMN_ALREADY_EXISTS)",
        "table = \"\\\"people\\\"\", partition-column = id, lower-bound = x, upper-bound = y, partitions = 2 | data.jdbc.lower-bound",
        "table = \"\\\"people\\\"\", driver = no.such.Driver | Invalid data.jdbc.driver = no.such.Driver",
        "table = \"\\\"people\\\"\", driver = java.lang.String | Invalid data.jdbc.driver = java.lang.String",
        "table = \"\\\"people\\\"\", url = \"jdbc:nothing:x\" | No driver takes data.jdbc.url",
        "table = \"\\\"people\\\"\", url = \"jdbc:h2:tcp://127.0.0.1:1/x\" | no connection to the database",
        "table = \"\\\"people\\\"\", user = NOBODY | does not take data.jdbc.user with this password (SQLState 28000"
      })
  void read_badDatabase_isOneErrorWithoutValuesOrPassword(String settings, String says)
      throws Exception {
    DataSource source = jdbc(settings);

    Throwable failure = catchThrowable(() -> read(source));

    assertThat(failure).isInstanceOf(VflException.class).hasMessageContaining(says);
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    assertThat(all.toString()).doesNotContain(PASSWORD).doesNotContain(MARKER);
  }

  @Test
  void read_wrongPassword_isOneErrorWithoutIt() throws Exception {
    DataSource source = jdbc("table = t");
    Files.writeString(folder.resolve("db.password"), "hush-other\n");

    Throwable failure = catchThrowable(() -> read(source));

    assertThat(failure)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("does not take data.jdbc.user with this password");
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    assertThat(all.toString()).doesNotContain("hush");
  }

  @Test
  void read_passwordFileOfOthers_isRefused() throws Exception {
    DataSource source = jdbc("table = t");
    Files.setPosixFilePermissions(
        folder.resolve("db.password"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> read(source))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("data.jdbc.password-file")
        .hasMessageContaining("0600");
  }

  @Test
  void read_missingTableOfSpark_isDataException() {
    assertThatThrownBy(() -> read(new DataSource.Table("no.such.table_of_ours")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read table no.such.table_of_ours (")
        .hasMessageContaining("must be a table or view that this Spark knows");
    assertThatThrownBy(() -> read(new DataSource.Table("a b; c")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read table a b; c (");
  }

  @Test
  void read_viewThatFailsOnAValue_doesNotShowIt() {
    spark
        .sql("SELECT '1' AS id, 1 AS y, cast(v AS int) AS a FROM VALUES ('" + MARKER + "') AS t(v)")
        .createOrReplaceTempView("broken_view");

    assertThatThrownBy(() -> read(new DataSource.Table("broken_view")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read table broken_view")
        .hasMessageNotContaining(MARKER);
  }

  /** What the event log and the web interface have of a run, all plans included. */
  @Test
  void read_database_passwordIsInNoEvent() throws Exception {
    ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            events.add(JsonProtocol.sparkEventToJsonString(event));
          }
        };
    spark.sparkContext().addSparkListener(listener);
    spark.conf().set("spark.sql.ui.explainMode", "extended");
    try {
      List<String> read = bits(read(jdbc("table = \"\\\"people\\\"\"")));
      assertThat(read).hasSize(ROWS);
      spark.sparkContext().listenerBus().waitUntilEmpty(20_000);
    } finally {
      spark.conf().unset("spark.sql.ui.explainMode");
      spark.sparkContext().removeSparkListener(listener);
    }

    assertThat(events).anyMatch(event -> event.contains("Parsed Logical Plan"));
    assertThat(events).anyMatch(event -> event.contains("JDBCRelation"));
    assertThat(events).noneMatch(event -> event.contains(PASSWORD));
    for (var setting : spark.sparkContext().getConf().getAll()) {
      assertThat(setting._2()).doesNotContain(PASSWORD);
    }
  }

  @Test
  void read_database_readsItOnce() throws Exception {
    DataSource source = jdbc("table = \"\\\"people\\\"\"");
    TableReader read = read(source);
    List<String> before = bits(read);

    try (Connection connection = DriverManager.getConnection(URL, USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM \"people\"");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }

    assertThat(bits(read)).isEqualTo(before);
  }
}

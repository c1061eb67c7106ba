// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.DataException;
import io.heddle.error.PrivacyException;
import io.heddle.session.Traffic;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TlsParties;
import io.heddle.spark.session.HeddleSession.Aligned;
import io.heddle.spark.table.AlignedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two parties in this JVM whose ids stay with Spark's tasks, over sockets and stores. */
@Tag("spark")
@Timeout(120)
@ExtendWith(SparkExtension.class)
class AlignInTasksTest {
  private static final List<String> SMALL =
      List.of("psi.partition-ids=4096", "psi.normalise=trim,lower");
  private static final StructType SCHEMA =
      new StructType()
          .add("name.first", DataTypes.StringType)
          .add("number", DataTypes.LongType)
          .add("x", DataTypes.IntegerType);

  private final SparkSession spark;
  private final Path folder;

  AlignInTasksTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
    Path unused = TlsParties.configure(folder);
  }

  /** What a party has in the end. */
  private record End(List<String> rows, List<String> ids, BitSet odd, Traffic traffic, int own) {}

  private Dataset<Row> table(int from, int to, boolean padded, int step) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String name = "Person" + i % 7;
      rows.add(RowFactory.create(padded ? " " + name + " " : name, (long) i, step * i));
    }
    Collections.shuffle(rows, new Random(from));
    return AlignedTable.local(spark, rows, SCHEMA);
  }

  private End align(HeddleSession session, Dataset<Row> table) {
    return session.step(
        "align",
        new TreeMap<>(),
        step -> {
          Aligned aligned = session.align(step, table, "name.first", "number");
          List<String> rows =
              aligned.table().collect("number", "x").stream()
                  .map(row -> row.getInt(0) + " " + row.getLong(1) + " " + row.getInt(2))
                  .toList();
          List<String> ids =
              aligned.ids().collect().stream().map(id -> new String(id, UTF_8)).toList();
          return new End(
              rows,
              ids,
              aligned.ids().which(id -> id[id.length - 1] % 2 == 1),
              session.open().traffic(),
              aligned.ownRows());
        });
  }

  private List<End> run(List<String> overrides, Dataset<Row> bank, Dataset<Row> retailer) {
    return TlsParties.run(
        folder, overrides, session -> align(session, bank), session -> align(session, retailer));
  }

  private static Set<String> types(End end) {
    Set<String> types = new HashSet<>();
    end.traffic().lines().forEach(line -> types.add(line.type().getSimpleName()));
    return types;
  }

  private static List<String> expected(int from, int to, int step) {
    return IntStream.range(from, to).mapToObj(i -> i + " " + step * i).toList();
  }

  private static List<String> withoutIndex(End end) {
    return end.rows().stream().map(row -> row.substring(row.indexOf(' ') + 1)).toList();
  }

  @Test
  void align_inTasks_isThePlainJoinInOneOrderForBoth() {
    List<End> ends = run(SMALL, table(0, 20_000, true, 1), table(12_000, 32_000, false, 2));
    assertThat(withoutIndex(ends.get(0)))
        .hasSize(8000)
        .containsExactlyInAnyOrderElementsOf(expected(12_000, 20_000, 1));
    assertThat(withoutIndex(ends.get(1)))
        .containsExactlyInAnyOrderElementsOf(expected(12_000, 20_000, 2));
    assertThat(ends.get(0).ids()).hasSize(8000).isEqualTo(ends.get(1).ids());
    assertThat(ends.get(0).odd()).isEqualTo(ends.get(1).odd());
    assertThat(ends.get(0).odd().cardinality()).isEqualTo(4000);
    for (int i = 0; i < 8000; i++) {
      String row = ends.get(0).rows().get(i);
      String number = row.substring(row.indexOf(' ') + 1, row.lastIndexOf(' '));
      assertThat(row).startsWith(i + " ");
      assertThat(ends.get(1).rows().get(i)).startsWith(i + " " + number + " ");
      assertThat(ends.get(0).ids().get(i)).endsWith(number).contains("person");
    }
    assertThat(ends)
        .allSatisfy(
            end -> {
              assertThat(types(end)).contains("RowBlobs", "TagBlobs", "NameBlobs");
              assertThat(types(end)).doesNotContain("KkrtRows", "SenderTags", "CommonNames");
              assertThat(end.own()).isEqualTo(20_000);
            });

    List<String> inDrivers = new ArrayList<>(SMALL);
    inDrivers.add("blobs.from-bytes=8000000000");
    List<End> drivers = run(inDrivers, table(0, 20_000, true, 1), table(12_000, 32_000, false, 2));
    assertThat(types(drivers.get(0))).contains("TaskOffer", "KkrtRows").doesNotContain("RowBlobs");
    assertThat(withoutIndex(drivers.get(0)))
        .containsExactlyInAnyOrderElementsOf(withoutIndex(ends.get(0)));
  }

  @Test
  void align_idsThatRepeatOrAreMissing_areRefusedWithTheirCounts() {
    Dataset<Row> blank =
        AlignedTable.local(
            spark,
            List.of(
                RowFactory.create("a", 1L, 1),
                RowFactory.create("  ", 2L, 1),
                RowFactory.create(null, 3L, 1),
                RowFactory.create("b", null, 1)),
            SCHEMA);
    assertThatThrownBy(() -> run(SMALL, blank, table(0, 10, false, 1)))
        .isInstanceOf(DataException.class)
        .hasMessage("3 of 4 ids of name.first + number are missing or blank");
    Dataset<Row> repeated =
        AlignedTable.local(
            spark,
            List.of(
                RowFactory.create("a", 1L, 1),
                RowFactory.create(" A", 1L, 2),
                RowFactory.create("a ", 1L, 3),
                RowFactory.create("b", 1L, 3)),
            SCHEMA);
    assertThatThrownBy(() -> run(SMALL, repeated, table(0, 10, false, 1)))
        .isInstanceOf(DataException.class)
        .hasMessage("2 of 4 ids of name.first + number repeat an earlier id; each must stand once");
  }

  @Test
  void align_firstOfRepeatedIds_takesTheRowWhoseValuesComeFirst() {
    List<String> first = new ArrayList<>(SMALL);
    first.add("psi.duplicates=first");
    Dataset<Row> twice =
        table(0, 9000, false, 5).union(table(100, 300, false, 3)).union(table(200, 300, false, 7));
    List<End> ends = run(first, twice, table(150, 9150, false, 2));
    List<String> expected = new ArrayList<>(expected(150, 300, 3));
    expected.addAll(expected(300, 9000, 5));
    assertThat(types(ends.get(0))).contains("RowBlobs");
    assertThat(withoutIndex(ends.get(0))).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(ends.get(0).ids()).isEqualTo(ends.get(1).ids());
    assertThat(ends.get(0).own()).isEqualTo(9300);
  }

  @Test
  void align_peerBeyondItsQuota_isRefused() throws IOException {
    Path bank = folder.resolve("bank");
    Files.writeString(
        bank.resolve("heddle.conf"),
        "peers.retailer.psi-quota = 18001\n",
        StandardOpenOption.APPEND);
    List<End> ends = run(SMALL, table(0, 9000, false, 1), table(8000, 17_001, false, 2));
    assertThat(types(ends.get(0))).contains("RowBlobs");
    assertThatThrownBy(() -> run(SMALL, table(0, 9000, false, 1), table(8000, 17_001, false, 2)))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Party retailer brings 9001 ids after 9001 within");
    assertThat(Files.readAllLines(bank.resolve("psi-ledger.jsonl")))
        .satisfiesExactly(
            line -> assertThat(line).contains("begun").contains("9001").contains("kkrt"),
            line -> assertThat(line).contains("ended").contains("1000"),
            line -> assertThat(line).contains("refused"));
  }

  @Test
  void align_smallSets_goAsEverBefore() {
    List<End> ends = run(SMALL, table(0, 6000, false, 1), table(10, 6010, false, 2));
    assertThat(withoutIndex(ends.get(0)))
        .containsExactlyInAnyOrderElementsOf(expected(10, 6000, 1));
    assertThat(types(ends.get(0))).contains("KkrtRows").doesNotContain("TaskOffer");
  }
}

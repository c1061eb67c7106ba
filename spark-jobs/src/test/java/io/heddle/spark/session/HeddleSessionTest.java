// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Exchange;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.table.AlignedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@Timeout(60)
@ExtendWith(SparkExtension.class)
class HeddleSessionTest {
  private final SparkSession spark;
  private final Path folder;

  HeddleSessionTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private Integer alignTwenty(HeddleSession session) {
    return session.step(
        "align",
        new TreeMap<>(),
        step ->
            session
                .align(
                    step,
                    session.holdsLabels()
                        ? TwoParties.bankTable(spark, 0, 30)
                        : TwoParties.retailerTable(spark, 10, 40),
                    "id")
                .table()
                .rows());
  }

  @Test
  void align_ownFloorsDifferBelowTheJobs_takesTheJobs() {
    assertThat(
            TwoParties.run(
                folder,
                List.of("psi.min-intersection=10"),
                List.of("privacy.min-intersection=2"),
                List.of("privacy.min-intersection=5"),
                FrameObserver.NONE,
                this::alignTwenty,
                this::alignTwenty))
        .containsExactly(20, 20);
  }

  private List<Integer> alignTwentyEach(List<String> settingsOfBank) {
    return TwoParties.run(
        folder,
        List.of(),
        settingsOfBank,
        List.of(),
        FrameObserver.NONE,
        this::alignTwenty,
        this::alignTwenty);
  }

  /** Both files stand in one directory, and so does the ledger of both. */
  @Test
  void align_peerBeyondItsQuota_isRefused() throws IOException {
    List<String> quota = List.of("peers.retailer.psi-quota=59");
    assertThat(alignTwentyEach(quota)).containsExactly(20, 20);
    assertThatThrownBy(() -> alignTwentyEach(quota))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("Party retailer brings 30 ids after 30 within 30 d");
    assertThat(Files.readAllLines(folder.resolve("psi-ledger.jsonl")))
        .filteredOn(line -> line.contains("\"party\":\"bank\""))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("\"step\":\"1-align/align\""));
  }

  @Test
  void align_fewerThanTheJobAsksFor_isRefusedAtBoth() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of("psi.min-intersection=21"),
                    this::alignTwenty,
                    this::alignTwenty))
        .hasMessageContaining("must be at least 21");
  }

  @Test
  void register_ownFloorAboveTheJobs_isRefused() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of("privacy.min-intersection=5"),
                    this::alignTwenty,
                    this::alignTwenty))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("privacy.min-intersection");
  }

  @Test
  void align_resultForTheReceiverAlone_isConfigurationException() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder, List.of("psi.result=receiver"), this::alignTwenty, this::alignTwenty))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("psi.result");
  }

  @ParameterizedTest
  @ValueSource(strings = {"psi.result=cardinality", "psi.join=left", "psi.duplicates=expand"})
  void align_rowsOfAnotherJoin_isConfigurationException(String setting) {
    assertThatThrownBy(
            () -> TwoParties.run(folder, List.of(setting), this::alignTwenty, this::alignTwenty))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid " + setting.replace("=", " = "))
        .hasMessageContaining("where parties train or score");
  }

  private List<String> alignRows(HeddleSession session, Row... rows) {
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("x", DataTypes.DoubleType);
    return session.step(
        "align",
        new TreeMap<>(),
        step -> {
          HeddleSession.Aligned aligned =
              session.align(step, AlignedTable.local(spark, List.of(rows), schema), "id");
          assertThat(aligned.ownRows()).isEqualTo(rows.length);
          return aligned.table().collect("id", "x").stream()
              .map(row -> row.getString(1) + " " + row.getDouble(2))
              .toList();
        });
  }

  @Test
  void align_firstOfRepeatedIds_takesTheRowWhoseValuesComeFirst() {
    List<List<String>> aligned =
        TwoParties.run(
            folder,
            List.of("psi.duplicates=first", "psi.normalise=trim"),
            session ->
                alignRows(
                    session,
                    RowFactory.create("a", 2.0),
                    RowFactory.create("c", 9.0),
                    RowFactory.create("a", 1.0),
                    RowFactory.create(" a", 0.0),
                    RowFactory.create("b", null),
                    RowFactory.create("b", 3.0)),
            session ->
                alignRows(
                    session,
                    RowFactory.create("b", 7.0),
                    RowFactory.create("a", 6.0),
                    RowFactory.create("d", 4.0),
                    RowFactory.create("a", 5.0)));
    // By the ids as they stand in the table first: Spark has no order of rows to go by.
    assertThat(aligned.get(0)).containsExactlyInAnyOrder(" a 0.0", "b 3.0");
    assertThat(aligned.get(1)).containsExactlyInAnyOrder("a 5.0", "b 7.0");
    assertThat(aligned.get(0).indexOf(" a 0.0")).isEqualTo(aligned.get(1).indexOf("a 5.0"));
  }

  @Test
  void align_repeatedIdsByDefault_areRefused() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of(),
                    session ->
                        alignRows(
                            session, RowFactory.create("a", 2.0), RowFactory.create("a", 1.0)),
                    session -> alignRows(session, RowFactory.create("a", 2.0))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 of 2 ids of id repeat an earlier id; each must stand once");
  }

  @Test
  void step_jobsDiffer_freesTheName() {
    Function<HeddleSession, Integer> party =
        session -> {
          try {
            return alignTwenty(session);
          } finally {
            assertThatThrownBy(() -> HeddleSession.named(session.name(), spark))
                .isInstanceOf(ConfigurationException.class);
            assertThatThrownBy(session::listen).isInstanceOf(IllegalStateException.class);
          }
        };
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of(),
                    List.of("seed=1"),
                    List.of("seed=2"),
                    FrameObserver.NONE,
                    party,
                    party))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("seed");
  }

  @Test
  void step_exchangeCannotOpen_freesTheName() {
    HeddleSession session =
        bank(
            Progress.NONE,
            () -> {
              throw new ConfigurationException("Port 1 is in use (listen.port)");
            });
    assertThatThrownBy(() -> alignTwenty(session)).hasMessageContaining("listen.port");
    bank(Progress.NONE, () -> network().get(TwoParties.BANK)).close();
  }

  @Test
  void beforeStep_fails_tellsThePeer() {
    Function<HeddleSession, Integer> bank =
        session -> {
          session.open();
          return session.beforeStep(
              () -> {
                throw new DataException("Label column y has one class only");
              });
        };
    Function<HeddleSession, Integer> retailer =
        session -> {
          assertThatThrownBy(() -> alignTwenty(session)).isInstanceOf(VflException.class);
          return 0;
        };
    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), bank, retailer))
        .isInstanceOf(DataException.class);
  }

  @Test
  void fail_whileOpenWaitsForAPeer_returnsAndWakesIt() throws Exception {
    CountDownLatch waiting = new CountDownLatch(2);
    SortedMap<PartyId, Exchange> network = network();
    HeddleSession session =
        bank(
            new Progress() {
              @Override
              public void waitingFor(String party) {
                waiting.countDown();
              }
            },
            () -> network.get(TwoParties.BANK));
    CompletableFuture<Integer> opening = CompletableFuture.supplyAsync(() -> alignTwenty(session));
    // Once for the link, once for the peer's first message, which never comes.
    assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();

    session.fail(new DataException("Cannot go on"));

    assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(VflException.class);
    assertThatThrownBy(() -> HeddleSession.named(TwoParties.BANK.name(), spark))
        .isInstanceOf(ConfigurationException.class);
    network.values().forEach(Exchange::close);
  }

  @Test
  void close_twiceAndAfterFail_isTheFirstEnd() {
    SortedMap<PartyId, Exchange> network = network();
    HeddleSession session = bank(Progress.NONE, () -> network.get(TwoParties.BANK));
    session.fail(new DataException("Cannot go on"));
    session.close();
    session.fail(new DataException("Cannot go on"));
    assertThatThrownBy(session::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has ended");
    network.values().forEach(Exchange::close);
  }

  private SortedMap<PartyId, Exchange> network() {
    return InMemoryExchange.network(
        List.of(TwoParties.BANK, TwoParties.RETAILER), Parties.codec(List.of()));
  }

  private HeddleSession bank(Progress progress, Supplier<Exchange> opener) {
    return HeddleSession.register(
        TwoParties.BANK.name(),
        PartyConfig.load(
            TwoParties.partyFile(folder, TwoParties.BANK, TwoParties.RETAILER), Overrides.NONE),
        JobConfig.load(TwoParties.jobFile(folder), Overrides.NONE),
        progress,
        opener);
  }
}

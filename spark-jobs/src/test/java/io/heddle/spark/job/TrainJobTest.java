// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.OutputException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PrivacyException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.ml.VerticalLogisticRegression;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("spark")
@ExtendWith(SparkExtension.class)
class TrainJobTest {
  private final SparkSession spark;
  private final Path folder;

  TrainJobTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private List<String> settings(String consent) {
    return List.of("data.id=customer.id", "privacy.consent.predictor=" + consent);
  }

  /** The session's files again, with the settings that only one party has. */
  private PartyConfig party(HeddleSession session, String consent) {
    List<String> own = new ArrayList<>(settings(consent));
    own.add("trace.dir=" + folder.resolve("trace-" + session.self()));
    if (session.holdsLabels()) {
      own.add("data.label=y.n");
    }
    return PartyConfig.load(folder.resolve(session.self() + ".conf"), Overrides.ofArguments(own));
  }

  private JobConfig job() {
    return JobConfig.load(folder.resolve("job.conf"), Overrides.NONE);
  }

  private DataSource csv(HeddleSession session) {
    return csv(session, row -> (int) row.getDouble(2));
  }

  private DataSource csv(HeddleSession session, ToIntFunction<Row> label) {
    List<Row> rows =
        (session.holdsLabels()
                ? TwoParties.bankTable(spark, 0, 1000)
                : TwoParties.retailerTable(spark, 200, 1200))
            .collectAsList();
    StringBuilder text =
        new StringBuilder("customer.id,a.1,b`2,c d" + (session.holdsLabels() ? ",y.n\n" : "\n"));
    for (Row row : rows) {
      Vector x = row.getAs(1);
      text.append(row.getString(0))
          .append(',')
          .append(x.apply(0))
          .append(',')
          .append(x.apply(1))
          .append(',')
          .append(x.apply(2));
      if (session.holdsLabels()) {
        text.append(',').append(label.applyAsInt(row));
      }
      text.append('\n');
    }
    try {
      return new DataSource.File(
          Files.writeString(folder.resolve(session.self() + ".csv"), text).toString(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path place(HeddleSession session, String what) {
    return folder.resolve(session.self() + "-" + what);
  }

  @Test
  void trainThenScore_twoParties_publishModelFiguresAndScores() throws Exception {
    Function<HeddleSession, Integer> train =
        session -> {
          new TrainJob(spark, session, party(session, "full"), job())
              .run(csv(session), place(session, "model"), place(session, "run"));
          return 0;
        };
    TwoParties.run(folder, settings("full"), train, train);
    Function<HeddleSession, Integer> score =
        session -> {
          new ScoreJob(spark, session, party(session, "full"), job())
              .run(csv(session), place(session, "model"), place(session, "scores"));
          return 0;
        };
    TwoParties.run(folder, settings("full"), score, score);

    ObjectMapper json = new ObjectMapper();
    JsonNode bank = json.readTree(folder.resolve("bank-run/run.json").toFile());
    JsonNode retailer = json.readTree(folder.resolve("retailer-run/run.json").toFile());
    assertThat(bank.at("/rows/own").asInt()).isEqualTo(1000);
    assertThat(bank.at("/rows/aligned").asInt()).isEqualTo(800);
    assertThat(bank.at("/rows/train").asInt() + bank.at("/rows/test").asInt()).isEqualTo(800);
    assertThat(bank.at("/rows/test").asInt()).isBetween(190, 290);
    assertThat(retailer.get("rows")).isEqualTo(bank.get("rows"));
    assertThat(bank.get("auc").asDouble()).isBetween(0.85, 1.0);
    assertThat(retailer.has("auc")).isFalse();
    assertThat(bank.get("role").asText()).isEqualTo("label-holder");
    assertThat(bank.get("passes").asInt()).isEqualTo(retailer.get("passes").asInt()).isPositive();
    assertThat(bank.get("ledger")).isNotEmpty();
    for (JsonNode run : List.of(bank, retailer)) {
      assertThat(run.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
      for (String phase : List.of("psi", "train", "score")) {
        assertThat(run.at("/seconds/" + phase).asDouble()).as(phase).isPositive();
      }
      for (String phase : List.of("psi", "train")) {
        assertThat(run.at("/bytes/" + phase).asLong()).as(phase).isGreaterThan(1000);
      }
      assertThat(run.get("cpuSeconds").asDouble()).isPositive();
      assertThat(run.get("peakMemoryMiB").asDouble()).isGreaterThan(10);
    }
    assertThat(retailer.at("/bytes/score").asLong()).isGreaterThan(8 * 190);

    assertThat(json.readTree(folder.resolve("bank-model/manifest.json").toFile()).get("files"))
        .isNotEmpty();
    assertThat(TraceFiles.readCoefficients(folder.resolve("trace-bank")))
        .hasSize(bank.get("passes").asInt());
    List<String> trained = ids("trace-bank");
    assertThat(trained).isEqualTo(ids("trace-retailer")).hasSize(bank.at("/rows/train").asInt());

    List<String> scores = Files.readAllLines(folder.resolve("bank-scores/scores.csv"));
    assertThat(scores.get(0)).isEqualTo("customer.id,probability,prediction");
    assertThat(scores).hasSize(801);
    assertThat(folder.resolve("retailer-scores/scores.csv")).doesNotExist();
    assertThat(folder.resolve("retailer-scores/run.json")).exists();
    nothingLeftBeside();
  }

  @ParameterizedTest
  @ValueSource(strings = {"squared", "poisson"})
  void trainThenScore_treesForNumbers_publishPredictionsErrorsAndTrees(String objective)
      throws Exception {
    List<String> trees =
        List.of(
            "algorithm=gbt",
            "gbt.objective=" + objective,
            "gbt.num_round=4",
            "gbt.max_depth=2",
            "data.id=customer.id");
    JobConfig job = JobConfig.load(TwoParties.jobFile(folder), Overrides.ofArguments(trees));
    Function<HeddleSession, Integer> train =
        session -> {
          new TrainJob(spark, session, party(session, "no"), job)
              .run(csv(session), place(session, "model"), place(session, "run"));
          return 0;
        };
    TwoParties.run(folder, trees, train, train);
    Function<HeddleSession, Integer> score =
        session -> {
          new ScoreJob(spark, session, party(session, "no"), job)
              .run(csv(session), place(session, "model"), place(session, "scores"));
          return 0;
        };
    List<String> withLeaves = new ArrayList<>(trees);
    withLeaves.add("gbt.leafCol=leaf.of");
    TwoParties.run(folder, withLeaves, score, score);

    ObjectMapper json = new ObjectMapper();
    JsonNode bank = json.readTree(folder.resolve("bank-run/run.json").toFile());
    JsonNode retailer = json.readTree(folder.resolve("retailer-run/run.json").toFile());
    assertThat(bank.get("rmse").asDouble()).isBetween(0.3, 0.48);
    assertThat(bank.get("mae").asDouble()).isBetween(0.1, bank.get("rmse").asDouble());
    assertThat(bank.has("meanPoissonDeviance")).isEqualTo(objective.equals("poisson"));
    for (String none : List.of("auc", "logLoss", "accuracy")) {
      assertThat(bank.has(none)).as(none).isFalse();
    }
    assertThat(retailer.has("rmse")).isFalse();
    assertThat(bank.get("passes").asInt()).isEqualTo(4);

    List<String> bankOwn = new ArrayList<>();
    for (JsonNode each : bank.get("importances")) {
      bankOwn.add(each.has("party") ? each.get("party").asText() : each.get("column").asText());
      assertThat(each.has("gain")).isTrue();
      assertThat(each.has("party") && each.has("column")).isFalse();
    }
    assertThat(bankOwn).containsExactlyInAnyOrder("a.1", "b`2", "c d", "retailer");
    for (JsonNode each : retailer.get("importances")) {
      assertThat(each.has("gain") || each.has("cover") || each.has("party")).isFalse();
    }
    assertThat(Files.readString(folder.resolve("bank-model/trees.txt")))
        .contains("Tree 4", "If (retailer split 0)", "Predict: ");
    assertThat(Files.readString(folder.resolve("retailer-model/trees.txt")))
        .startsWith("split 0: ")
        .doesNotContain("Predict");
    for (String party : List.of("bank", "retailer")) {
      assertThat(
              json.readTree(folder.resolve(party + "-model/manifest.json").toFile())
                  .get("files")
                  .has("trees.txt"))
          .isTrue();
    }

    List<String> scores = Files.readAllLines(folder.resolve("bank-scores/scores.csv"));
    assertThat(scores.get(0)).isEqualTo("customer.id,prediction,leaf.of");
    assertThat(scores).hasSize(801);
    assertThat(folder.resolve("retailer-scores/scores.csv")).doesNotExist();
    Map<String, String> predictions = new HashMap<>();
    for (String line : scores.subList(1, 801)) {
      String[] fields = line.split(",", -1);
      assertThat(Double.parseDouble(fields[1])).isBetween(-0.5, 2.0);
      // Of each tree a place among at most seven nodes; rows of the same leaves are scored alike.
      assertThat(fields[2]).matches("[0-6]( [0-6]){3}");
      assertThat(predictions.merge(fields[2], fields[1], (first, other) -> first))
          .isEqualTo(fields[1]);
    }
    assertThat(predictions).hasSizeGreaterThan(4);
    nothingLeftBeside();
  }

  /** Of label 1 those with a small number in one column are of class 2. */
  private static int ofThree(Row row) {
    return row.getDouble(2) == 1 && row.<Vector>getAs(1).apply(0) < 0.5
        ? 2
        : (int) row.getDouble(2);
  }

  /** It scores what it trained; other columns of a table to score are not looked at. */
  @Test
  void trainThenScore_labelHolderWithoutColumns_publishesScores() throws Exception {
    List<String> trees =
        List.of("algorithm=gbt", "gbt.num_round=2", "gbt.max_depth=2", "data.id=customer.id");
    JobConfig job = JobConfig.load(TwoParties.jobFile(folder), Overrides.ofArguments(trees));
    Function<HeddleSession, Integer> train =
        session -> {
          new TrainJob(spark, session, party(session, "no"), job)
              .run(labels(session, ""), place(session, "model"), place(session, "run"));
          return 0;
        };
    TwoParties.run(folder, trees, train, train);
    Function<HeddleSession, Integer> score =
        session -> {
          new ScoreJob(spark, session, party(session, "no"), job)
              .run(labels(session, ",note"), place(session, "model"), place(session, "scores"));
          return 0;
        };
    TwoParties.run(folder, trees, score, score);

    List<String> scores = Files.readAllLines(folder.resolve("bank-scores/scores.csv"));
    assertThat(scores).hasSize(801);
    assertThat(scores.get(0)).startsWith("customer.id,");
    assertThat(scores.stream().skip(1).map(line -> line.replaceFirst("[^,]*,", "")).distinct())
        .hasSizeGreaterThan(2);
  }

  /** The label holder's table has ids, labels and what else is said. */
  private DataSource labels(HeddleSession session, String more) {
    if (!session.holdsLabels()) {
      return csv(session);
    }
    StringBuilder text = new StringBuilder("customer.id,y.n" + more + "\n");
    for (Row row : TwoParties.bankTable(spark, 0, 1000).collectAsList()) {
      text.append(row.getString(0)).append(',').append((int) row.getDouble(2)).append(more);
      text.append('\n');
    }
    try {
      return new DataSource.File(
          Files.writeString(folder.resolve("labels.csv"), text).toString(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void trainThenScore_treesForClasses_publishAProbabilityForEach() throws Exception {
    List<String> trees =
        List.of(
            "algorithm=gbt",
            "gbt.objective=multi-class",
            "gbt.num_class=3",
            "gbt.num_round=3",
            "gbt.max_depth=2",
            "gbt.classWeight=balanced",
            "data.id=customer.id");
    JobConfig job = JobConfig.load(TwoParties.jobFile(folder), Overrides.ofArguments(trees));
    Function<HeddleSession, Integer> train =
        session -> {
          new TrainJob(spark, session, party(session, "no"), job)
              .run(
                  csv(session, TrainJobTest::ofThree),
                  place(session, "model"),
                  place(session, "run"));
          return 0;
        };
    TwoParties.run(folder, trees, train, train);
    Function<HeddleSession, Integer> score =
        session -> {
          new ScoreJob(spark, session, party(session, "no"), job)
              .run(
                  csv(session, TrainJobTest::ofThree),
                  place(session, "model"),
                  place(session, "scores"));
          return 0;
        };
    List<String> withLeaves = new ArrayList<>(trees);
    withLeaves.add("gbt.leafCol=leaf");
    TwoParties.run(folder, withLeaves, score, score);

    ObjectMapper json = new ObjectMapper();
    JsonNode bank = json.readTree(folder.resolve("bank-run/run.json").toFile());
    assertThat(bank.get("accuracy").asDouble()).isBetween(0.6, 1.0);
    assertThat(bank.get("auc").asDouble()).isBetween(0.75, 1.0);
    assertThat(bank.get("logLoss").asDouble()).isBetween(0.1, Math.log(3));
    assertThat(bank.get("passes").asInt()).isEqualTo(3);
    assertThat(bank.get("ledger").toString()).contains("labels are of 3 classes");
    List<String> scores = Files.readAllLines(folder.resolve("bank-scores/scores.csv"));
    assertThat(scores.get(0))
        .isEqualTo("customer.id,probability_0,probability_1,probability_2,prediction,leaf");
    assertThat(scores).hasSize(801);
    for (String line : scores.subList(1, 801)) {
      double[] numbers =
          Arrays.stream(line.split(","))
              .skip(1)
              .limit(4)
              .mapToDouble(Double::parseDouble)
              .toArray();
      assertThat(numbers[0] + numbers[1] + numbers[2]).isCloseTo(1, within(1e-12));
      assertThat(numbers[(int) numbers[3]])
          .isEqualTo(Math.max(numbers[0], Math.max(numbers[1], numbers[2])));
    }
    nothingLeftBeside();
  }

  private List<String> ids(String trace) throws IOException {
    return TraceFiles.readTrainingIds(folder.resolve(trace)).stream()
        .map(id -> new String(id, StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void train_predictorRefused_leavesNoModelAtEither() throws Exception {
    Function<HeddleSession, Integer> train =
        session -> {
          try {
            new TrainJob(spark, session, party(session, "no"), job())
                .run(csv(session), place(session, "model"), place(session, "run"));
          } catch (RuntimeException e) {
            session.fail(e);
            throw e;
          }
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, settings("no"), train, train))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("privacy.consent.predictor");

    for (String name : List.of("bank-model", "bank-run", "retailer-model", "retailer-run")) {
      assertThat(folder.resolve(name)).doesNotExist();
    }
    nothingLeftBeside();
  }

  /** Where rows are held out, a part that cannot be written is found out before they are scored. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "0.3"})
  void train_peerFailsBeforeTheEnd_hasWrittenTheModelAndLeavesNone(String fraction)
      throws Exception {
    List<String> heldOut = new ArrayList<>(settings("full"));
    heldOut.add("test-fraction=" + fraction);
    JobConfig job =
        JobConfig.load(
            TwoParties.jobFile(folder),
            Overrides.ofArguments(List.of("test-fraction=" + fraction)));
    Function<HeddleSession, Integer> bank =
        session -> {
          try {
            new TrainJob(spark, session, party(session, "full"), job)
                .run(csv(session), place(session, "model"), place(session, "run"));
          } finally {
            session.close();
          }
          return 0;
        };
    Function<HeddleSession, Integer> retailer =
        session -> {
          PartyConfig party = party(session, "full");
          TableReader own = TableReader.read(spark, csv(session), party.data(), null, false);
          HeddleSession.Aligned aligned = TrainJob.align(session, own.table(), party.data().id());
          AlignedTable rows = TrainJob.withFeatures(aligned.table(), own.features(), party.data());
          KeyedSplit split = KeyedSplit.of(job.seed(), job.testFraction(), aligned.ids());
          new VerticalLogisticRegression()
              .setFeaturesCol("heddle_features")
              .setSession(session.name())
              .setRegParam(job.logistic().regParam())
              .setMaxIter(job.logistic().maxIter())
              .setTol(job.logistic().tol())
              .fit(rows.keep(split.train()).table());
          awaitModelOfBank();
          session.fail(new DataException("Cannot write the model: is the disk full?"));
          return 0;
        };

    assertThatThrownBy(() -> TwoParties.run(folder, heldOut, bank, retailer))
        .isInstanceOf(PeerAbortedException.class);

    assertThat(folder.resolve("bank-model")).doesNotExist();
    assertThat(folder.resolve("bank-run")).doesNotExist();
    nothingLeftBeside();
  }

  /** It waits for its peer to score rows, or to finish, and has its part of the model ready. */
  private void awaitModelOfBank() {
    await("the bank's model").atMost(1, TimeUnit.MINUTES).until(this::hasModelOfBank);
  }

  private boolean hasModelOfBank() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.anyMatch(
          entry ->
              entry.getFileName().toString().startsWith(".bank-model-")
                  && Files.exists(entry.resolve("manifest.json")));
    }
  }

  @Test
  void publication_completeThenPublish_onlyMoves() throws Exception {
    Path place = folder.resolve("figures");
    try (Publication figures = Publication.prepare(place, "--out", null)) {
      figures.json("run.json", Map.of("passes", 3));
      figures.complete("0".repeat(64));
      assertThat(figures.folder().resolve("manifest.json")).exists();
      assertThat(place).doesNotExist();
      figures.publish();
    }
    assertThat(place.resolve("manifest.json")).exists();
    assertThat(place.resolve("run.json")).exists();
    nothingLeftBeside();
  }

  @Test
  void publication_folderGone_isRefusedNamingThePlace() throws Exception {
    Publication figures = Publication.prepare(folder.resolve("figures"), "--out", null);
    figures.close();
    assertThatThrownBy(() -> figures.json("run.json", Map.of()))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("run.json");
    assertThatThrownBy(() -> figures.complete("0".repeat(64))).isInstanceOf(OutputException.class);
    assertThatThrownBy(figures::publish).isInstanceOf(OutputException.class);
  }

  @Test
  void publication_placeTaken_isRefusedBeforeAnyWork() throws Exception {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Publication.prepare(taken, "--out", null).close();
    Files.writeString(taken.resolve("file"), "kept");

    assertThatThrownBy(() -> Publication.prepare(taken, "--out", null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--out");
    assertThat(taken.resolve("file")).hasContent("kept");
  }

  @Test
  void publication_placeBelowAFile_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "kept");

    assertThatThrownBy(() -> Publication.prepare(file.resolve("model"), "--model-dir", null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--model-dir");
  }

  private void nothingLeftBeside() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}

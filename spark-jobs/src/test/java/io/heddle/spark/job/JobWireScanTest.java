// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.WireScan;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.Relay;
import io.heddle.channel.netty.TlsRecords;
import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.ml.VerticalLogisticRegression;
import io.heddle.spark.ml.VerticalLogisticRegressionModel;
import io.heddle.spark.session.HeddleSession;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticModelPart;
import io.heddle.train.logistic.ScoringMessages;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreesScoringMessages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole jobs on marker data over mutual TLS on loopback. Neither the frames before encryption nor
 * the sockets nor what is published may hold a marker in any form; that the scan would have seen it
 * is shown by planting each form into copies of the very same recordings.
 */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class JobWireScanTest {
  private static final PartyId BANK = TwoParties.BANK;
  private static final PartyId RETAILER = TwoParties.RETAILER;
  private static final PartyId TELECOM = new PartyId("telecom");

  private static final ExchangeTimeouts PATIENT =
      new ExchangeTimeouts(
          Duration.ofMinutes(1),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(5));

  private final SparkSession spark;
  private final Path folder;
  private final WireScan scan = new WireScan();
  private final List<Relay> relays = new CopyOnWriteArrayList<>();

  JobWireScanTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  @AfterEach
  void closeRelays() throws IOException {
    for (Relay relay : relays) {
      relay.close();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int throughRelay(int port) {
    try {
      Relay relay = new Relay(port);
      relays.add(relay);
      return relay.port();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PartyConfig config(PartyId party, List<PartyId> parties) {
    StringBuilder text = new StringBuilder("party = " + party + "\n");
    for (PartyId peer : parties) {
      if (!peer.equals(party)) {
        text.append("peers." + peer + " { address = \"127.0.0.1:1\", fingerprint = \"sha256:")
            .append("0".repeat(64))
            .append("\" }\n");
      }
    }
    List<String> settings =
        new ArrayList<>(
            List.of("data.id=id", "data.columns=a,b,c", "privacy.consent.predictor=full"));
    if (party.equals(BANK)) {
      settings.add("data.label=label");
      settings.add("data.weight=weight");
      settings.add("trace.dir=" + folder.resolve("trace"));
    }
    return PartyConfig.load(
        write(folder.resolve(party + ".conf"), text.toString()), Overrides.ofArguments(settings));
  }

  private JobConfig job(List<PartyId> parties) {
    return JobConfig.load(
        write(
            folder.resolve("job.conf"),
            "parties = " + parties + "\nlabel-holder = bank\nlogistic.maxIter = 4\n"),
        Overrides.NONE);
  }

  /** What a party does with its session, as its files say. */
  private interface Work {
    void run(HeddleSession session, PartyConfig party, JobConfig job);
  }

  /** One session of all parties, each frame recorded, each socket through a relay. */
  private void session(List<PartyId> parties, Work work) {
    List<MessageType<?>> types = new ArrayList<>(PsiMessages.TYPES);
    types.addAll(LogisticMessages.TYPES);
    types.addAll(ScoringMessages.TYPES);
    types.addAll(TreeMessages.TYPES);
    types.addAll(TreesScoringMessages.TYPES);
    JobConfig job = job(parties);
    Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
    new NettyNetwork(ExchangeLimits.DEFAULT, PATIENT, scan::observer, this::throughRelay)
        .apply(parties, Parties.codec(types))
        .forEach(
            (party, exchange) -> {
              PartyConfig config = config(party, parties);
              calls.put(party, () -> run(config, job, exchange, work));
            });
    Parties.together(calls);
  }

  private static boolean run(PartyConfig party, JobConfig job, Exchange exchange, Work work) {
    try (HeddleSession session =
        HeddleSession.register(party.party().name(), party, job, Progress.NONE, () -> exchange)) {
      try {
        work.run(session, party, job);
      } catch (RuntimeException | Error e) {
        session.fail(e);
        throw e;
      }
      return true;
    }
  }

  @Test
  void job_twoParties_neitherFramesNorSocketsNorResultsHoldAMarker() throws IOException {
    List<PartyId> parties = List.of(BANK, RETAILER);
    MarkerRows bank = MarkerRows.of(BANK, 0, 400);
    MarkerRows retailer = MarkerRows.of(RETAILER, 40, 440);
    write(folder.resolve("bank.csv"), bank.csv(true));
    write(folder.resolve("retailer.csv"), retailer.csv(false));
    session(
        parties,
        (own, party, job) ->
            new TrainJob(spark, own, party, job)
                .run(
                    new DataSource.File(place(own, ".csv").toString(), null),
                    place(own, "-model"),
                    place(own, "-run")));
    session(
        parties,
        (own, party, job) ->
            new ScoreJob(spark, own, party, job)
                .run(
                    new DataSource.File(place(own, ".csv").toString(), null),
                    place(own, "-model"),
                    place(own, "-scores")));

    bank.plantRows(scan);
    bank.plantLabels(scan);
    double[] trained = bank.labelsOf(TraceFiles.readTrainingIds(folder.resolve("trace")));
    scan.plantLabels("labels of the training rows", trained);
    retailer.plantRows(scan);
    assertCleanRecordings(4);
    Map<String, byte[]> forms = controls(bank);
    labelForms(forms, "labels of the training rows", trained);
    assertEveryFormIsFound(forms);
    assertEveryFormIsFound(controls(retailer));

    for (String place :
        List.of("bank-run", "bank-model", "retailer-run", "retailer-model", "retailer-scores")) {
      assertThat(published(place)).as(place).isEmpty();
    }
    for (PartyId party : parties) {
      assertThat(scan.foundIn(numbers(party + "-model"))).as(party + "'s model").isEmpty();
    }
    byte[] log = Files.readAllBytes(Path.of("target", "heddle-test.log"));
    assertThat(scan.foundIn(log)).as("the log").isEmpty();
    assertThat(new String(log, StandardCharsets.UTF_8))
        .containsPattern("event=session-open party=bank session=[0-9a-f]{64} peers=1")
        .containsPattern(
            "event=step-end party=retailer session=[0-9a-f]{64} step=1-align seconds=\\d+\\.\\d{3} bytesSent=[1-9]\\d*")
        .containsPattern("event=session-end party=bank session=[0-9a-f]{64} state=finished")
        // As pairs of SLF4J.
        .containsPattern("\\{event=session-end, party=bank, session=[0-9a-f]{64}\\}");
    // The control: the bank's own scores stand beside its own ids.
    assertThat(published("bank-scores")).contains(bank.idMarker(60));
  }

  /** The numbers of a model part, which stand compressed in its file. */
  private byte[] numbers(String place) {
    LogisticModelPart part =
        VerticalLogisticRegressionModel.load(
                TrainedPart.in(folder.resolve(place)).toUri().toString())
            .part();
    ByteBuffer bytes = ByteBuffer.allocate(8 * (1 + 5 * MarkerRows.COLUMNS));
    bytes.putDouble(part.intercept());
    for (double[] each :
        List.of(part.coefficients(), part.centres(), part.steps(), part.lower(), part.upper())) {
      assertThat(each).hasSize(MarkerRows.COLUMNS);
      Arrays.stream(each).forEach(bytes::putDouble);
    }
    return bytes.array();
  }

  private Path place(HeddleSession session, String what) {
    return folder.resolve(session.self() + what);
  }

  @Test
  void fitAndTransform_threeParties_maskedRunHoldsNoMarkerEither() {
    List<PartyId> parties = List.of(BANK, RETAILER, TELECOM);
    MarkerRows bank = MarkerRows.of(BANK, 0, 240);
    MarkerRows retailer = MarkerRows.of(RETAILER, 20, 260);
    MarkerRows telecom = MarkerRows.of(TELECOM, 40, 280);
    session(
        parties,
        (own, party, job) -> {
          MarkerRows rows =
              own.holdsLabels() ? bank : own.self().equals(RETAILER) ? retailer : telecom;
          Dataset<Row> table = rows.table(spark, own.holdsLabels());
          VerticalLogisticRegression stage =
              new VerticalLogisticRegression().setSession(own.name()).setIdCol("id").setMaxIter(3);
          if (own.holdsLabels()) {
            stage.setWeightCol("weight");
          }
          VerticalLogisticRegressionModel model = stage.fit(table);
          assertThat(model.transform(table).count()).isPositive();
          own.finish();
        });

    bank.plantRows(scan);
    bank.plantLabels(scan);
    retailer.plantRows(scan);
    telecom.plantRows(scan);
    assertCleanRecordings(12);
    assertEveryFormIsFound(controls(telecom));
    Map<String, byte[]> weights = new LinkedHashMap<>();
    numberForms(weights, bank.weightMarker(11), bank.weights().get(11));
    assertEveryFormIsFound(weights);
  }

  /** What both recordings hold, and what they do not. */
  private void assertCleanRecordings(int leastStreams) {
    WireScan publicName = new WireScan().plantBytes("step", utf8(VerticalLogisticRegression.STEP));
    SortedMap<String, byte[]> frames = scan.recorded();
    assertThat(frames).hasSizeGreaterThanOrEqualTo(leastStreams);
    assertThat(scan.found()).isEmpty();
    // The control: what does cross in the clear of a frame is found there, and only there.
    frames.forEach(
        (way, bytes) -> {
          if (way.endsWith("bodies")) {
            assertThat(publicName.foundIn(bytes)).as(way).containsExactly("step");
          }
        });

    List<byte[]> sockets = relays.stream().flatMap(relay -> relay.captured().stream()).toList();
    assertThat(sockets).hasSizeGreaterThanOrEqualTo(leastStreams);
    long encrypted = 0;
    for (byte[] stream : sockets) {
      encrypted += TlsRecords.assertTls13Only(stream);
      assertThat(publicName.foundIn(stream)).isEmpty();
      assertThat(scan.foundIn(stream)).isEmpty();
    }
    assertThat(encrypted).as("bytes in encrypted records").isGreaterThan(scan.scannedBytes());
  }

  /** Puts each form into the middle of a copy of each recorded way. */
  private void assertEveryFormIsFound(Map<String, byte[]> forms) {
    SortedMap<String, byte[]> frames = scan.recorded();
    forms.forEach(
        (form, bytes) ->
            frames.forEach(
                (way, recorded) -> {
                  int middle = recorded.length / 2;
                  ByteArrayOutputStream copy = new ByteArrayOutputStream();
                  copy.write(recorded, 0, middle);
                  copy.writeBytes(bytes);
                  copy.write(recorded, middle, recorded.length - middle);
                  assertThat(scan.foundIn(copy.toByteArray()))
                      .as(form + " in " + way)
                      .contains(form.replaceFirst(" #.*", ""));
                }));
  }

  /** A marker of each kind in each form, made without the scan's code; # numbers like ones. */
  private static Map<String, byte[]> controls(MarkerRows rows) {
    Map<String, byte[]> forms = new LinkedHashMap<>();
    int row = 123;
    byte[] id = utf8(rows.ids().get(row));
    byteForms(forms, rows.idMarker(row), id);
    byteForms(forms, rows.idMarker(row) + " SHA-256", MarkerRows.sha256(id));
    numberForms(forms, rows.featureMarker(row, 0), rows.features().get(row)[0]);
    numberForms(forms, rows.featureMarker(row, 2), rows.features().get(row)[2]);
    return forms;
  }

  private static void labelForms(Map<String, byte[]> forms, String name, double[] labels) {
    ByteBuffer single = ByteBuffer.allocate(64);
    ByteBuffer doubles = ByteBuffer.allocate(64 * 8);
    long bits = 0;
    for (int i = 0; i < 64; i++) {
      single.put((byte) labels[i]);
      doubles.putDouble(labels[i]);
      bits = 2 * bits + (long) labels[i];
    }
    forms.put(name + " as bytes", single.array());
    forms.put(name + " as doubles", doubles.array());
    forms.put(name + " as bits", ByteBuffer.allocate(8).putLong(bits).array());
  }

  private static void byteForms(Map<String, byte[]> forms, String name, byte[] bytes) {
    forms.put(name, bytes);
    forms.put(name + " in hex", utf8(HexFormat.of().formatHex(bytes)));
    forms.put(name + " in upper-case hex", utf8(HexFormat.of().withUpperCase().formatHex(bytes)));
    for (int before = 0; before < 3; before++) {
      byte[] shifted = Arrays.copyOf(utf8("~~".substring(0, before % 3)), before + bytes.length);
      System.arraycopy(bytes, 0, shifted, before, bytes.length);
      forms.put(name + " in base64 #" + before, Base64.getEncoder().encode(shifted));
    }
  }

  private static void numberForms(Map<String, byte[]> forms, String name, double value) {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      String end = order == ByteOrder.BIG_ENDIAN ? "" : ", little-endian";
      forms.put(
          name + " as double" + end, ByteBuffer.allocate(8).order(order).putDouble(value).array());
      for (int bits : new int[] {12, 20, 22, 24, 32}) {
        long fixed = Math.round(value * (1L << bits));
        forms.put(
            name + " as fixed point with " + bits + " bits" + end,
            ByteBuffer.allocate(8).order(order).putLong(fixed).array());
      }
      // The value times 2^36 is whole; 52 zeros follow.
      long units = (long) Math.scalb(value, 36);
      long high = units >> 12;
      long low = units << 52;
      boolean big = order == ByteOrder.BIG_ENDIAN;
      forms.put(
          name + " as fixed point with 88 bits" + end,
          ByteBuffer.allocate(16)
              .order(order)
              .putLong(big ? high : low)
              .putLong(big ? low : high)
              .array());
    }
    forms.put(name + " as text #1", utf8(String.valueOf(value)));
    forms.put(name + " as text #2", utf8(new BigDecimal(String.valueOf(value)).toPlainString()));
  }

  /** The markers in the files of a folder. */
  private List<String> published(String place) {
    try (Stream<Path> files = Files.walk(folder.resolve(place))) {
      List<String> found = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.addAll(scan.foundIn(Files.readAllBytes(file)));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

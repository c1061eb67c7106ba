// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What Spark's web interface tells of a job's sessions, beside what run.json tells. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class JobMetricsTest {
  private static final Pattern GAUGE =
      Pattern.compile("metrics_\\w+_driver_heddle_(\\w+)_Value\\{type=\"gauges\"\\} (\\S+)");
  private static final List<String> SETTINGS =
      List.of("data.id=id", "data.columns=a,b,c", "privacy.consent.predictor=full");

  private final SparkSession spark;
  private final Path folder;

  JobMetricsTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private Map<String, Double> scrape() {
    String place = spark.sparkContext().uiWebUrl().get() + "/metrics/prometheus/";
    Map<String, Double> values = new TreeMap<>();
    try {
      String text =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(place)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Matcher gauges = GAUGE.matcher(text);
      while (gauges.find()) {
        values.put(gauges.group(1), Double.valueOf(gauges.group(2)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return values;
  }

  private static double of(Map<String, Double> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private Map<String, Double> train(HeddleSession session) {
    MarkerRows rows =
        session.holdsLabels()
            ? MarkerRows.of(TwoParties.BANK, 0, 400)
            : MarkerRows.of(TwoParties.RETAILER, 40, 440);
    List<String> own =
        session.holdsLabels()
            ? List.of(SETTINGS.get(0), SETTINGS.get(1), SETTINGS.get(2), "data.label=label")
            : SETTINGS;
    Path data = folder.resolve(session.self() + ".csv");
    try {
      Files.writeString(data, rows.csv(session.holdsLabels()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    PartyConfig party =
        PartyConfig.load(folder.resolve(session.self() + ".conf"), Overrides.ofArguments(own));
    JobConfig job = JobConfig.load(folder.resolve("job.conf"), Overrides.NONE);
    // Both parties have the session open, and neither has ended it.
    session.open();
    Map<String, Double> before = scrape();
    new TrainJob(spark, session, party, job)
        .run(
            new DataSource.File(data.toString(), null),
            null,
            folder.resolve(session.self() + "-run"));
    return before;
  }

  private JsonNode session(String party) throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(folder.resolve(party + "-run").resolve("run.json")))
        .get("session");
  }

  @Test
  void train_bothParties_metricsAgreeWithRunJson() throws IOException {
    List<Map<String, Double>> running = TwoParties.run(folder, SETTINGS, this::train, this::train);
    Map<String, Double> before = running.get(0);
    Map<String, Double> after = scrape();

    // While the job runs it is seen, too.
    assertThat(of(before, "messages_sent_Hello")).isPositive();
    List<JsonNode> sessions = List.of(session("bank"), session("retailer"));
    Map<String, Long> expected = new TreeMap<>();
    for (JsonNode session : sessions) {
      for (JsonNode line : session.get("traffic")) {
        String type = line.get("type").asText();
        expected.merge("bytes_sent_" + type, line.get("bytesSent").asLong(), Long::sum);
        expected.merge("messages_sent_" + type, line.get("messagesSent").asLong(), Long::sum);
        expected.merge("bytes_received_" + type, line.get("bytesReceived").asLong(), Long::sum);
        expected.merge(
            "messages_received_" + type, line.get("messagesReceived").asLong(), Long::sum);
      }
    }
    assertThat(expected.get("bytes_sent_ResidualChunk")).isPositive();
    assertThat(expected.get("bytes_received_ResidualChunk"))
        .isEqualTo(expected.get("bytes_sent_ResidualChunk"));
    // Of the types that no session before this test, and no scrape before it, has counted.
    expected.forEach(
        (name, value) -> {
          if (!name.endsWith("Hello")
              && !name.endsWith("HelloAck")
              && !name.endsWith("StepStart")) {
            assertThat(of(after, name) - of(before, name)).as(name).isEqualTo((double) value);
          }
        });
    for (JsonNode session : sessions) {
      double wall = session.at("/seconds/wall").asDouble();
      double parts =
          session.at("/seconds/compute").asDouble()
              + session.at("/seconds/waiting").asDouble()
              + session.at("/seconds/network").asDouble();
      assertThat(wall).isPositive();
      assertThat(session.at("/seconds/waiting").asDouble()).isPositive();
      assertThat(session.at("/seconds/compute").asDouble()).isPositive();
      assertThat(parts).isCloseTo(wall, org.assertj.core.api.Assertions.within(1e-6));
      assertThat(session.at("/links/lost").asLong()).isZero();
    }
    double walls = sessions.stream().mapToDouble(s -> s.at("/seconds/wall").asDouble()).sum();
    assertThat(of(after, "seconds_wall") - of(before, "seconds_wall")).isGreaterThan(0.5 * walls);
  }
}

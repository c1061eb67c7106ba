// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What one party's run left in its {@code run.json}. */
record PartyResult(
    String name,
    String role,
    long pid,
    Rows rows,
    double auc,
    int passes,
    boolean converged,
    Seconds seconds,
    double cpuSeconds,
    double peakMemoryMiB,
    Bytes bytes,
    List<String> warnings,
    List<String> ledger) {

  record Rows(long own, long aligned, long train, long test) {}

  record Seconds(double psi, double train, double score) {}

  record Bytes(long psi, long train, long score) {}

  static PartyResult read(Path file) {
    JsonNode run;
    try {
      run = new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
    JsonNode rows = run.path("rows");
    JsonNode seconds = run.path("seconds");
    JsonNode bytes = run.path("bytes");
    return new PartyResult(
        run.path("party").asText(),
        run.path("role").asText(),
        run.path("pid").asLong(),
        new Rows(
            rows.path("own").asLong(),
            rows.path("aligned").asLong(),
            rows.path("train").asLong(),
            rows.path("test").asLong()),
        run.path("auc").asDouble(Double.NaN),
        run.path("passes").asInt(),
        run.path("converged").asBoolean(),
        new Seconds(
            seconds.path("psi").asDouble(),
            seconds.path("train").asDouble(),
            seconds.path("score").asDouble()),
        run.path("cpuSeconds").asDouble(),
        run.path("peakMemoryMiB").asDouble(),
        new Bytes(
            bytes.path("psi").asLong(), bytes.path("train").asLong(), bytes.path("score").asLong()),
        texts(run.path("warnings")),
        texts(run.path("ledger")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(line -> texts.add(line.asText()));
    return texts;
  }
}

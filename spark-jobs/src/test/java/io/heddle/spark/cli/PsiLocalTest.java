// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts real processes. */
class PsiLocalTest {
  private final Path directory;

  PsiLocalTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Path table(String name, int from, int to) throws IOException {
    List<String> lines =
        IntStream.range(from, to).mapToObj(i -> "c" + (i * 7919 % 10_007) + "," + i).toList();
    return Files.writeString(
        directory.resolve(name), "id,own " + name + "\n" + String.join("\n", lines) + "\n");
  }

  private record Outcome(int code, String out, String err) {}

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        HeddleCommand.execute(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void psi_twoProcesses_writeThePlainIntersection() throws IOException {
    Path receiver = table("receiver.csv", 0, 2000);
    Path sender = table("sender.csv", 1500, 3500);
    Path out = directory.resolve("out.csv");
    Path json = directory.resolve("figures.json");

    Outcome outcome =
        run(
            "psi",
            "--local",
            "--receiver",
            receiver.toString(),
            "--sender",
            sender.toString(),
            "--id",
            "id",
            "--out",
            out.toString(),
            "--json=" + json);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines.get(0)).isEqualTo("\"id\",\"own receiver.csv\"");
    assertThat(lines.subList(1, lines.size()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(1500, 2000)
                .mapToObj(i -> "\"c" + (i * 7919 % 10_007) + "\",\"" + i + "\"")
                .toList());
    assertThat(outcome.out()).contains("at both").contains("per item");
    JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
    assertThat(figures.at("/protocol").asText()).isEqualTo("ecdh");
    assertThat(figures.at("/rows/receiver").asInt()).isEqualTo(2000);
    assertThat(figures.at("/rows/sender").asInt()).isEqualTo(2000);
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(500);
    assertThat(figures.at("/bytes/total").asLong()).isBetween(100_000L, 400_000L);
    for (String figure :
        List.of(
            "/seconds/total",
            "/cpuSeconds/receiver",
            "/cpuSeconds/sender",
            "/peakMemoryMiB/receiver",
            "/peakMemoryMiB/sender")) {
      assertThat(figures.at(figure).asDouble()).as(figure).isPositive();
    }
  }

  @Test
  void psi_withACachedSide_writesThePlainIntersection() throws IOException {
    Path receiver = table("receiver.csv", 1990, 2010);
    Path sender = table("sender.csv", 0, 2000);
    Path json = directory.resolve("figures.json");

    Outcome outcome =
        run(
            "psi",
            "--local",
            "--receiver",
            receiver.toString(),
            "--sender",
            sender.toString(),
            "--id",
            "id",
            "--protocol",
            "ecdh-oprf",
            "--json=" + json);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
    assertThat(figures.at("/protocol").asText()).isEqualTo("ecdh-oprf");
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(10);
    assertThat(figures.at("/cacheUsed").isBoolean()).isTrue();
    assertThat(figures.at("/cacheUsed").asBoolean()).isFalse();
    assertThat(figures.at("/seconds/online").asDouble()).isPositive();
    assertThat(figures.at("/seconds/offline").asDouble()).isPositive();
  }

  @Test
  void psi_senderWithDuplicates_endsBothAndNamesTheSender() throws IOException {
    Path receiver = table("receiver.csv", 0, 100);
    Path sender = table("sender.csv", 50, 150);
    Files.writeString(sender, Files.readString(sender) + "c0,1\nc0,1\n");
    Path out = directory.resolve("out.csv");

    Outcome outcome =
        run(
            "psi",
            "--local",
            "--receiver",
            receiver.toString(),
            "--sender",
            sender.toString(),
            "--id",
            "id",
            "--out",
            out.toString());

    assertThat(outcome.code()).isEqualTo(4);
    assertThat(outcome.err())
        .contains("heddle: The sender failed: 1 of 102 ids")
        .contains("first at line 103");
    assertThat(out).doesNotExist();
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(receiver, sender);
    }
  }
}

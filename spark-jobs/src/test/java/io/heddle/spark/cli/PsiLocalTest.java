// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.spark.console.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts real processes; the receiver runs in that of the command. */
class PsiLocalTest {
  private static final String SUM = "psi.result=sum";
  private static final long PATIENCE_MILLIS = 30_000;

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

  private static Outcome runLocal(Path receiver, Path sender, String... more) {
    List<String> arguments = new ArrayList<>(List.of("psi", "--local", "--id", "id"));
    arguments.addAll(List.of("--receiver", receiver.toString(), "--sender", sender.toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "auto, ecdh, 100000, 400000",
    "kkrt, kkrt, 300000, 500000",
    "rr22, rr22, 1500000, 1700000"
  })
  void psi_twoProcesses_writeThePlainIntersection(
      String asked, String protocol, long leastBytes, long mostBytes) throws IOException {
    Path receiver = table("receiver.csv", 0, 2000);
    Path sender = table("sender.csv", 1500, 3500);
    Path out = directory.resolve("out.csv");
    Path json = directory.resolve("figures.json");

    Outcome outcome =
        runLocal(receiver, sender, "--protocol", asked, "--out", out.toString(), "--json=" + json);

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
    assertThat(figures.at("/protocol").asText()).isEqualTo(protocol);
    assertThat(figures.at("/rows/receiver").asInt()).isEqualTo(2000);
    assertThat(figures.at("/rows/sender").asInt()).isEqualTo(2000);
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(500);
    assertThat(figures.at("/bytes/total").asLong()).isBetween(leastBytes, mostBytes);
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

  private Outcome runSmall(Path out, String... settings) throws IOException {
    Path receiver = directory.resolve("receiver.csv");
    Files.writeString(receiver, "id,x\na,1\nb,2\na,3\nz,4\nz,5\n");
    Path sender = directory.resolve("sender.csv");
    Files.writeString(sender, "id,y\na,6\na,7\nc,8\nb,9\n");
    List<String> more = new ArrayList<>(List.of("--json=" + directory.resolve("figures.json")));
    if (!out.toString().isEmpty()) {
      more.addAll(List.of("--out", out.toString()));
    }
    for (String setting : settings) {
      more.addAll(List.of("--set", setting));
    }
    return runLocal(receiver, sender, more.toArray(String[]::new));
  }

  private JsonNode figures() throws IOException {
    return new ObjectMapper().readTree(Files.readString(directory.resolve("figures.json")));
  }

  @Test
  void psi_leftJoinOfAllPairs_writesEveryRowOfTheReceiver() throws IOException {
    Path out = directory.resolve("out.csv");

    PrintStream before = System.err;
    ByteArrayOutputStream notes = new ByteArrayOutputStream();
    Outcome outcome;
    try {
      System.setErr(new PrintStream(notes, true, StandardCharsets.UTF_8));
      outcome = runSmall(out, "psi.join=left", "psi.duplicates=expand");
    } finally {
      System.setErr(before);
    }

    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines.subList(1, 6))
        .containsExactlyInAnyOrder(
            "\"a\",\"1\"", "\"a\",\"1\"", "\"a\",\"3\"", "\"a\",\"3\"", "\"b\",\"2\"");
    assertThat(lines.subList(6, lines.size())).containsExactly("\"z\",\"4\"", "\"z\",\"5\"");
    assertThat(outcome.out())
        .contains("in common:     2")
        .contains("joined:        7 rows, left")
        .contains("at both");
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .contains("2 of 5 ids of id")
        .contains("each of these rows counts");
    assertThat(figures().at("/join").asText()).isEqualTo("left");
    assertThat(figures().at("/rows/joined").asInt()).isEqualTo(7);
    assertThat(figures().at("/rows/intersection").asInt()).isEqualTo(2);
  }

  @Test
  void psi_difference_writesTheOtherRowsOfTheReceiver() throws IOException {
    Path out = directory.resolve("out.csv");

    Outcome outcome = runSmall(out, "psi.join=difference", "psi.duplicates=first");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(out).hasContent("\"id\",\"x\"\n\"z\",\"4\"\n");
    assertThat(outcome.out()).contains("joined:        1 rows, difference");
    assertThat(outcome.out()).doesNotContain("digest:");
  }

  @Test
  void psi_cardinality_tellsTheNumberAndWritesNothing() throws IOException {
    Outcome outcome = runSmall(Path.of(""), "psi.result=cardinality", "psi.duplicates=first");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(figures().at("/rows/intersection").asInt()).isEqualTo(2);
    assertThat(figures().at("/rows/joined").asInt()).isZero();

    Path out = directory.resolve("out.csv");
    Outcome refused = runSmall(out, "psi.result=cardinality", "psi.duplicates=first");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFIGURATION.code());
    assertThat(refused.err()).contains("must be left out with psi.result = cardinality");
    assertThat(out).doesNotExist();
  }

  /** The sender's column holds the numbers 5 to 24, the common ones 8 to 19. */
  @Test
  void psi_sum_isTheSumOfTheSendersColumn() throws IOException {
    Path receiver = table("receiver.csv", 8, 20);
    Path sender = table("sender.csv", 5, 25);
    Path json = directory.resolve("figures.json");

    Outcome outcome =
        runLocal(
            receiver,
            sender,
            "--json=" + json,
            "--set=" + SUM,
            "--set=psi.sum.column=own sender.csv");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(12);
    assertThat(figures.at("/sum").asText()).isEqualTo(IntStream.range(8, 20).sum() + ".00");
    assertThat(outcome.out()).contains("sum:           162.00");
  }

  @Test
  void psi_sumOverTooFew_failsAndTellsNoSum() throws IOException {
    Outcome outcome = runSmall(Path.of(""), SUM, "psi.sum.column=y", "psi.duplicates=first");

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err()).contains("Only 2 ids are common").contains("must be at least 10");
    assertThat(outcome.out()).doesNotContain("sum:");
    assertThat(directory.resolve("figures.json")).doesNotExist();

    Path out = directory.resolve("out.csv");
    Outcome refused = runSmall(out, SUM, "psi.sum.column=y", "psi.duplicates=first");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFIGURATION.code());
    assertThat(refused.err()).contains("must be left out with psi.result = sum");
  }

  @Test
  void psi_sumOfAColumnWithATextInIt_failsAndDoesNotShowIt() throws IOException {
    Path sender = table("sender.csv", 5, 25);
    Files.writeString(sender, "c0,x91c4\n", StandardOpenOption.APPEND);

    Outcome outcome =
        runLocal(
            table("receiver.csv", 8, 20),
            sender,
            "--set=" + SUM,
            "--set=psi.sum.column=own sender.csv");

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err())
        .contains("1 of 21 values of column own sender.csv")
        .contains("first at line 22")
        .doesNotContain("x91c4");
  }

  @Test
  void psi_withACachedSide_writesThePlainIntersection() throws IOException {
    Path receiver = table("receiver.csv", 1990, 2010);
    Path sender = table("sender.csv", 0, 2000);
    Path json = directory.resolve("figures.json");

    Outcome outcome = runLocal(receiver, sender, "--protocol", "ecdh-oprf", "--json=" + json);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
    assertThat(figures.at("/protocol").asText()).isEqualTo("ecdh-oprf");
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(10);
    assertThat(figures.at("/cacheUsed").isBoolean()).isTrue();
    assertThat(figures.at("/cacheUsed").asBoolean()).isFalse();
    assertThat(figures.at("/seconds/online").asDouble()).isPositive();
    assertThat(figures.at("/seconds/offline").asDouble()).isPositive();
  }

  /** Each party's own rows get their own weights back; as with its columns, no peer sees them. */
  @Test
  void psi_rowWeights_stayBesideTheOwnRowsAlone() throws IOException {
    Path receiver = directory.resolve("receiver.csv");
    Files.writeString(receiver, "id,x,more,w\na,1,2,31\nb,4,5,32\nz,7,8,33\n");
    Path sender = directory.resolve("sender.csv");
    Files.writeString(sender, "id,x,more,w\nb,1,2,41\na,4,5,42\nc,7,8,43\n");
    Path out = directory.resolve("out.csv");
    String[] settings = {"--set", "data.columns=x", "--set", "data.weight=w"};

    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of("--out", out.toString()));
    Outcome outcome = runLocal(receiver, sender, all.toArray(String[]::new));

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(out))
        .containsExactlyInAnyOrder(
            "\"id\",\"w\",\"x\"", "\"a\",\"31\",\"1\"", "\"b\",\"32\",\"4\"");

    Files.writeString(sender, Files.readString(sender).replace(",w", ",v"));
    outcome = runLocal(receiver, sender, settings);
    assertThat(outcome.code()).isEqualTo(4);
    assertThat(outcome.err()).contains("The sender failed: No column w in ").contains("it has ");
  }

  @Test
  void psi_senderWithDuplicates_endsBothAndNamesTheSender() throws IOException {
    Path receiver = table("receiver.csv", 0, 100);
    Path sender = table("sender.csv", 50, 150);
    Files.writeString(sender, Files.readString(sender) + "c0,1\nc0,1\n");
    Path out = directory.resolve("out.csv");

    Outcome outcome = runLocal(receiver, sender, "--out", out.toString());

    assertThat(outcome.code()).isEqualTo(4);
    assertThat(outcome.err())
        .contains("heddle: The sender failed: 1 of 102 ids")
        .contains("first at line 103");
    assertThat(out).doesNotExist();
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(receiver, sender);
    }
  }

  @Test
  void psi_receiverWithDuplicates_endsBothAndNamesTheReceiver() throws Exception {
    Path receiver = table("receiver.csv", 0, 100);
    Files.writeString(receiver, Files.readString(receiver) + "c0,1\nc0,1\n");

    Outcome outcome = runLocal(receiver, table("sender.csv", 50, 150));

    assertThat(outcome.code()).isEqualTo(4);
    assertThat(outcome.err())
        .startsWith("heddle: The receiver failed: 2 of 102 ids")
        .contains("(nothing was written)")
        .hasLineCount(1);
    assertNothingRuns(ProcessHandle.current());
  }

  @Test
  void psi_failureOfTheReceiver_isTracedIfThatIsAskedFor() throws IOException {
    Path missing = directory.resolve("missing.csv");

    Outcome outcome = runLocal(missing, table("sender.csv", 0, 9), "--verbose");

    assertThat(outcome.code()).isEqualTo(4);
    assertThat(outcome.err()).contains("heddle: The receiver failed: ").contains("PsiCommand.read");
  }

  @Test
  void psi_interrupted_endsAllParties() throws Exception {
    Path receiver = table("receiver.csv", 0, 100);
    Path sender = table("sender.csv", 50, 150);
    FutureTask<Outcome> run = new FutureTask<>(() -> runLocal(receiver, sender));
    Thread command = new Thread(run);
    command.start();
    ProcessHandle child = awaitChild(ProcessHandle.current());
    while (command.isAlive() && !runsHere()) {
      Thread.onSpinWait();
    }

    command.interrupt();

    Outcome outcome = run.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).isEqualToIgnoringNewLines("heddle: Interrupted");
    assertThat(child.isAlive()).isFalse();
    assertNothingRuns(ProcessHandle.current());
  }

  /** Without a word: the receiver would wait minutes for it to appear, or to come back. */
  @Test
  void psi_senderKilled_endsTheReceiverSoon() throws Exception {
    Process command = startLocal();

    awaitChild(command.toHandle()).destroyForcibly();

    assertThat(command.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    assertThat(command.exitValue()).isEqualTo(1);
    assertThat(directory.resolve("stderr"))
        .content()
        .contains("heddle: The sender failed: it ended with code 137 and without a reason");
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
    assertThat(directory.resolve("out.csv")).doesNotExist();
  }

  @Test
  void psi_commandToldToEnd_endsAllPartiesAndLeavesNothing() throws Exception {
    Process command = startLocal();
    ProcessHandle child = awaitChild(command.toHandle());

    command.destroy();

    assertThat(command.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    assertThat(command.exitValue()).isEqualTo(143);
    assertThat(child.isAlive()).isFalse();
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
    assertThat(directory.resolve("stderr")).content().doesNotContain("Exception");
  }

  /** The command in a process of its own, with a directory for temporary files. */
  private Process startLocal() throws IOException {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-Djava.io.tmpdir=" + temporary));
    command.addAll(List.of(HeddleCommand.class.getName(), "psi", "--local", "--id", "id"));
    command.addAll(List.of("--receiver", table("receiver.csv", 0, 100).toString()));
    command.addAll(List.of("--sender", table("sender.csv", 50, 150).toString()));
    command.addAll(List.of("--out", directory.resolve("out.csv").toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("stdout").toFile())
            .redirectError(directory.resolve("stderr").toFile());
    // Not an argument: the system shows those of a long command line to nobody.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  private static ProcessHandle awaitChild(ProcessHandle parent) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (System.nanoTime() < until) {
      Optional<ProcessHandle> child = parties(parent).findAny();
      if (child.isPresent()) {
        return child.get();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no party was started");
  }

  /** The parties that a process has started. */
  private static Stream<ProcessHandle> parties(ProcessHandle parent) {
    // Not what starts a JVM, and becomes one: a copy of the parent first, and then a helper.
    Optional<String[]> arguments = parent.info().arguments();
    assertThat(arguments).isPresent();
    return parent
        .children()
        .filter(child -> child.info().command().filter(path -> path.endsWith("java")).isPresent())
        .filter(
            child ->
                child
                    .info()
                    .arguments()
                    .filter(own -> Arrays.equals(own, arguments.get()))
                    .isEmpty());
  }

  private static void assertNothingRuns(ProcessHandle parent) {
    assertThat(parties(parent)).isEmpty();
    assertThat(runsHere()).isFalse();
  }

  /** Whether this process runs a party. */
  private static boolean runsHere() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("heddle-party"));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5})
  void psi_moreParties_writeThePlainIntersection(int parties) throws IOException {
    Path out = directory.resolve("out.csv");
    Path json = directory.resolve("figures.json");
    List<String> arguments =
        new ArrayList<>(List.of("psi", "--local", "--id", "id", "--out", out.toString()));
    for (int i = 0; i < parties; i++) {
      Path table = table("table" + i + ".csv", 10 * i, 500 + 20 * i);
      arguments.addAll(List.of("--party", "p" + (parties - i) + "=" + table));
    }
    arguments.add("--json=" + json);

    Outcome outcome = run(arguments.toArray(String[]::new));

    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines.get(0)).isEqualTo("\"id\",\"own table0.csv\"");
    assertThat(lines.subList(1, lines.size()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(10 * (parties - 1), 500)
                .mapToObj(i -> "\"c" + (i * 7919 % 10_007) + "\",\"" + i + "\"")
                .toList());
    assertThat(outcome.out()).contains("at all");
    JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
    assertThat(figures.at("/rows/intersection").asInt()).isEqualTo(500 - 10 * (parties - 1));
    assertThat(figures.at("/rows/p1").asInt()).isEqualTo(500 + 10 * (parties - 1));
    assertThat(figures.at("/cpuSeconds/p2").asDouble()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--party a=x",
        "--party a=x --party a=y",
        "--party a=x --party B=y",
        "--party a=x --party b=y --receiver z",
        "--party a=x --party b=y --config z",
        "--party p1=x --party p2=x --party p3=x --party p4=x --party p5=x --party p6=x --party p7=x"
            + " --party p8=x --party p9=x"
      })
  void psi_partiesThatCannotBe_areAMistakeOfTheCommandLine(String options) {
    Outcome outcome = run(("psi --local --id id " + options).split(" "));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--");
  }
}

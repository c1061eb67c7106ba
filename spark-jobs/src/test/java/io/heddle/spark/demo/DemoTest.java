// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.error.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo on a launcher that answers as the real one would, without Spark. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DemoTest {
  /** {@code $0 train --master M ... --config DIR/heddle.conf ... --model-dir M --out O}. */
  private static final String PREAMBLE =
      """
      #!/bin/sh
      command=$1
      while [ $# -gt 0 ]; do
        case $1 in
          --config) party=$(basename "$(dirname "$2")") ;;
          --model-dir) model=$2 ;;
          --out) out=$2 ;;
          --data) table=$2 ;;
          *comparison.json) result=$1 ;;
        esac
        shift
      done
      """;

  private static final String GOOD =
      PREAMBLE
          + """
          if [ "$command" = compare-demo ]; then
            echo '{"reference": "Spark MLlib", "centralised": 0.8, "labelHolderAlone": 0.7, "maxCoefficientDifference": 1e-9}' > "$result"
            exit 0
          fi
          mkdir -p "$out" "$model"
          echo "training on $(wc -l < "$table") lines"
          echo '{"party": "'$party'", "role": "some role", "pid": '$$', "auc": 0.79, "passes": 5, "converged": true,
            "rows": {"own": 20000, "aligned": 15000, "train": 10500, "test": 4500},
            "seconds": {"psi": 1, "train": 2, "score": 3}, "cpuSeconds": 4.5, "peakMemoryMiB": 600,
            "bytes": {"psi": 10, "train": 20, "score": 30}, "warnings": ["careful"], "ledger": ["sizes"]}' > "$out/run.json"
          """;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path dir;

  @SuppressWarnings("NullAway.Init")
  private Path launcher;

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  @BeforeEach
  void createLauncher() throws Exception {
    launcher =
        Files.createFile(
            dir.resolve("launcher"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  @Test
  void run_madeUpTables_partiesAreTwoProcesses() throws Exception {
    JsonNode json = new ObjectMapper().readTree(demo(GOOD, request()).toJson());

    assertThat(json.at("/parties/0/name").asText()).isEqualTo("bank");
    assertThat(json.at("/parties/1/name").asText()).isEqualTo("retailer");
    assertThat(json.at("/parties/0/pid").asLong())
        .isPositive()
        .isNotEqualTo(json.at("/parties/1/pid").asLong());
  }

  @Test
  void run_madeUpTables_jsonHasEveryKey() throws Exception {
    JsonNode json = new ObjectMapper().readTree(demo(GOOD, request()).toJson());

    assertThat(json.at("/rows/aligned").asLong()).isEqualTo(15_000);
    assertThat(json.at("/auc/federated").asDouble()).isEqualTo(0.79);
    assertThat(json.at("/auc/centralised").asDouble()).isEqualTo(0.8);
    assertThat(json.at("/auc/labelHolderAlone").asDouble()).isEqualTo(0.7);
    assertThat(json.at("/reference").asText()).contains("MLlib");
    assertThat(json.at("/maxCoefficientDifference").asDouble()).isEqualTo(1e-9);
    assertThat(json.at("/seconds/total").asDouble()).isPositive();
    assertThat(json.at("/seconds/psi").asDouble()).isEqualTo(1);
    assertThat(json.at("/seconds/train").asDouble()).isEqualTo(2);
    assertThat(json.at("/seconds/score").asDouble()).isEqualTo(3);
    assertThat(json.at("/cpuSeconds/labelHolder").asDouble()).isEqualTo(4.5);
    assertThat(json.at("/cpuSeconds/featureHolders/0").asDouble()).isEqualTo(4.5);
    assertThat(json.at("/peakMemoryMiB/labelHolder").asDouble()).isEqualTo(600);
    assertThat(json.at("/peakMemoryMiB/featureHolders/0").asDouble()).isEqualTo(600);
    assertThat(json.at("/bytes/psi").asLong()).isEqualTo(20);
    assertThat(json.at("/bytes/train").asLong()).isEqualTo(40);
    assertThat(json.at("/bytes/score").asLong()).isEqualTo(60);
    assertThat(json.at("/passes").asInt()).isEqualTo(5);
    assertThat(json.at("/converged").asBoolean()).isTrue();
  }

  @Test
  void run_madeUpTables_textNamesWhatANewcomerNeeds() {
    assertThat(demo(GOOD, request()).toText())
        .contains("bank", "retailer", "15,000", "0.7900", "0.8000", "0.7000", "1.0e-09")
        .contains("regParam 1.0E-4", "warning  bank: careful", "- sizes")
        .contains(dir.resolve("out").resolve("bank").toString());
  }

  @Test
  void run_partiesSpeak_linesCarryTheirNames() {
    demo(GOOD, request());

    assertThat(progress.toString(StandardCharsets.UTF_8))
        .contains("[bank] training on 20001 lines", "[retailer] training on 20001 lines");
  }

  @Test
  void run_onePartyFails_itsReasonAndExitCodeAndNoModel() {
    String failing =
        GOOD
            + """
            if [ $party = retailer ]; then echo "heddle: too few rows" >&2; exit 5; fi
            echo "heddle: retailer ended the session" >&2
            exit 8
            """;

    assertThatThrownBy(() -> demo(failing, request()))
        .isInstanceOfSatisfying(
            DemoFailure.class,
            failure -> {
              assertThat(failure.exitCode()).isEqualTo(5);
              assertThat(failure).hasMessage("retailer: too few rows");
            });
    assertThat(dir.resolve("out/bank/model")).doesNotExist();
    assertThat(dir.resolve("out/retailer/model")).doesNotExist();
  }

  @Test
  void run_onePartyFailsAndOtherHangs_otherIsEnded() {
    String failing =
        PREAMBLE
            + """
            if [ $party = retailer ]; then exit 4; fi
            exec sleep 1000
            """;

    assertThatThrownBy(() -> demo(failing, request()))
        .isInstanceOf(DemoFailure.class)
        .hasMessageContaining("retailer: ended with exit code 4");
  }

  @Test
  void run_comparisonFails_saysSo() {
    String failing = GOOD.replace("exit 0", "echo 'heddle: no memory' >&2; exit 1");

    assertThatThrownBy(() -> demo(failing, request()))
        .isInstanceOf(DemoFailure.class)
        .hasMessage("comparison: no memory");
  }

  @Test
  void run_ownTables_partiesNamedByRole() throws Exception {
    Path a = Files.writeString(dir.resolve("a.csv"), "id,y,u\n1,0,2\n");
    Path b = Files.writeString(dir.resolve("b.csv"), "id,v\n1,5\n");
    Path c = Files.writeString(dir.resolve("c.csv"), "id,w\n1,5\n");

    demo(GOOD, new DemoRequest(a, List.of(b, c), "id", "y", 0.3, 7, List.of(), dir.resolve("out")));

    assertThat(dir.resolve("out/label-holder/data.csv")).hasSameTextualContentAs(a);
    assertThat(dir.resolve("out/feature-holder-1/data.csv")).hasSameTextualContentAs(b);
    assertThat(dir.resolve("out/feature-holder-2/data.csv")).hasSameTextualContentAs(c);
  }

  @Test
  void run_twice_secondReplacesFirst() throws Exception {
    demo(GOOD, request());
    Path left = Files.writeString(dir.resolve("out/bank/left-behind"), "");

    demo(GOOD, request());

    assertThat(left).doesNotExist();
  }

  @Test
  void run_foreignFolder_refusedAndUntouched() throws Exception {
    Path foreign = Files.createDirectories(dir.resolve("out"));
    Path file = Files.writeString(foreign.resolve("thesis.tex"), "");

    assertThatThrownBy(() -> demo(GOOD, request()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no demo wrote");
    assertThat(file).exists();
  }

  @Test
  void run_missingTable_refusedByName() {
    Path missing = dir.resolve("missing.csv");
    DemoRequest request =
        new DemoRequest(
            missing, List.of(missing), "id", "y", 0.3, 7, List.of(), dir.resolve("out"));

    assertThatThrownBy(() -> demo(GOOD, request))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.csv");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  private DemoRequest request() {
    return new DemoRequest(null, List.of(), null, null, 0.3, 7, List.of(), dir.resolve("out"));
  }

  private DemoReport demo(String script, DemoRequest request) {
    try {
      Files.writeString(launcher, script);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
    return new Demo(
            launcher,
            (party, directory) -> "sha256:" + "ab".repeat(32),
            new PrintStream(progress, true, StandardCharsets.UTF_8))
        .run(request);
  }
}

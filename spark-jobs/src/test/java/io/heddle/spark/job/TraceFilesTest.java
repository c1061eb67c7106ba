// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFilesTest {
  private final Path dir;

  TraceFilesTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void read_whatWasNoted_equalToTheLastBit() throws Exception {
    Path trace = dir.resolve("trace");
    TraceFiles files = new TraceFiles(trace);
    files.seed(new byte[] {1, -1, 0});
    files.trainingIds(List.of(bytes("k2"), bytes("k1")));
    files.afterPass(1, new double[] {0.1, -1e-300, Math.PI});
    files.afterPass(2, new double[] {0, 1, 2});

    assertThat(TraceFiles.readSeed(trace)).containsExactly(1, -1, 0);
    assertThat(TraceFiles.readTrainingIds(trace)).containsExactly(bytes("k2"), bytes("k1"));
    assertThat(TraceFiles.readCoefficients(trace))
        .containsExactly(new double[] {0.1, -1e-300, Math.PI}, new double[] {0, 1, 2});
  }

  @Test
  void readCoefficients_partyWithoutColumns_emptyPasses() throws Exception {
    TraceFiles files = new TraceFiles(dir);
    files.afterPass(1, new double[0]);

    assertThat(TraceFiles.readCoefficients(dir)).containsExactly(new double[0]);
  }

  @Test
  void write_everyFile_isForItsOwnerOnly() throws Exception {
    TraceFiles files = new TraceFiles(dir);
    files.seed(new byte[32]);
    files.trainingIds(List.of(bytes("k")));
    files.afterPass(1, new double[1]);

    try (Stream<Path> written = Files.list(dir)) {
      assertThat(written)
          .hasSize(3)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void new_notesOfAnEarlierRun_replaced() throws Exception {
    new TraceFiles(dir).afterPass(1, new double[] {1});
    TraceFiles files = new TraceFiles(dir);
    files.afterPass(1, new double[] {2});

    assertThat(TraceFiles.readCoefficients(dir)).containsExactly(new double[] {2});
  }

  @Test
  void afterPass_ofAFitThatGoesOn_keepsThePassesBefore() throws Exception {
    TraceFiles killed = new TraceFiles(dir);
    killed.seed(new byte[] {1});
    for (int pass = 1; pass <= 3; pass++) {
      killed.afterPass(pass, new double[] {pass});
    }
    TraceFiles files = new TraceFiles(dir);
    files.seed(new byte[] {1});
    files.afterPass(3, new double[] {3.5});

    assertThat(TraceFiles.readCoefficients(dir))
        .containsExactly(new double[] {1}, new double[] {2}, new double[] {3.5});
    assertThat(TraceFiles.readSeed(dir)).containsExactly(1);
  }

  @Test
  void afterPass_withoutThePassesBefore_isRefused() {
    TraceFiles files = new TraceFiles(dir);
    files.afterPass(1, new double[1]);
    assertThatThrownBy(() -> files.afterPass(3, new double[1]))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must hold those of the 2 passes before");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

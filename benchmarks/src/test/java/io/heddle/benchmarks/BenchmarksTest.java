// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.JobConfig.PsiProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Nobody looks at benchmarks for months: they still run when somebody does. */
class BenchmarksTest {
  @Test
  void benchmarks_once_allRun() throws RunnerException {
    // JMH wants a machine to itself, which a test does not need.
    System.setProperty("jmh.ignoreLock", "true");
    Options once =
        new OptionsBuilder()
            .include("io\\.heddle\\.benchmarks\\..*")
            .param("bits", "2048")
            .param("rows", "300")
            .param("keyBits", "2048")
            .param("keyType", "OPTIMISED")
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.NONE)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    var results = new Runner(once).run();

    var expected = new TreeSet<String>();
    BenchmarkList.defaultList()
        .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
        .forEach(entry -> expected.add(entry.getUsername()));
    assertThat(results)
        .extracting(result -> result.getParams().getBenchmark())
        .hasSizeGreaterThan(10)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void twoThreads_inHaste_measureEachKindOfWork() throws Exception {
    assertThat(TwoThreads.measure(Duration.ofMillis(1), 300, 64))
        .extracting(TwoThreads.Line::work)
        .containsExactly(
            "multiplication, nothing shared",
            "encryption by the owner",
            "histogram",
            "histogram by joint buckets");
  }

  @Test
  void oneStream_inHaste_carriesBothWaysAndAgreesOnTls13() throws Exception {
    for (OneStream.Line line :
        List.of(
            OneStream.measure("exchange", ExchangeStream::new, 300 << 10, 2 << 20, 3),
            OneStream.measure("store", StoreStream::new, 300 << 10, 2 << 20, 3))) {
      assertThat(line.cipher()).startsWith("TLS_").doesNotContain("_WITH_");
      assertThat(List.of(line.ours(), line.bare()))
          .allSatisfy(
              figure -> {
                assertThat(figure.rate()).isPositive().isLessThanOrEqualTo(figure.best());
                assertThat(figure.cpuMillis()).isPositive();
              });
      assertThat(line.toString()).contains("300 KiB", line.way(), "ratio");
    }
  }

  @Test
  void twoSets_inHaste_areAlignedByBothProtocols() {
    for (PsiProtocol protocol : List.of(PsiProtocol.KKRT, PsiProtocol.ECDH)) {
      TwoSets.Line line = TwoSets.measure(protocol, 100);
      assertThat(line.common()).isEqualTo(50);
      assertThat(line.bytesPerItem()).isGreaterThan(70);
      assertThat(line.toString()).contains("100 ids and 100, 50 common");
    }
  }

  @Test
  void rr22Trial_inHaste_measuresBoth() {
    for (String way : List.of("rr22", "kkrt")) {
      TwoSets.Line line = Rr22Trial.measure(way, 5000);
      assertThat(line.common()).isEqualTo(2500);
      assertThat(line.protocol().word()).isEqualTo(way);
    }
  }

  @Test
  void tableWork_inHaste_measuresBothWays() throws Exception {
    assertThat(TableWork.measure(100, 1))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .matches(
                        "tables: read-cpu \\S+, ids-cpu \\S+, write-cpu \\S+, cpu \\S+, wall \\S+,"
                            + " peak-MiB \\S+"),
            line ->
                assertThat(line).matches("univocity-reads: cpu \\S+, wall \\S+, peak-MiB \\S+"));
  }

  @Test
  void peerFigures_inHaste_haveEveryKey() throws Exception {
    Map<String, Object> figures = PeerFigures.measure(Duration.ofMillis(1), 300);

    assertThat(figures)
        .containsOnlyKeys(
            "cpu",
            "jdk",
            "lanes",
            "nanos.modMul2048",
            "nanos.modMul4096",
            "nanos.bigIntegerModMul4096",
            "randomnessBits.optimised",
            "micros.paillierEncryptOwner",
            "micros.paillierEncryptPublic",
            "micros.paillierAdd",
            "micros.paillierDecrypt",
            "randomnessBits.djn",
            "micros.djnEncryptOwner",
            "micros.djnEncryptPublic",
            "micros.djnDecrypt",
            "nanos.histogramCell",
            "nanos.histogramCellJoint",
            "micros.gradientCell",
            "micros.gradientCellNarrow",
            "micros.x25519",
            "micros.jdkX25519");
    assertThat(figures.values())
        .filteredOn(Number.class::isInstance)
        .allSatisfy(figure -> assertThat(((Number) figure).doubleValue()).isPositive());
    assertThat(figures)
        .containsEntry("randomnessBits.optimised", 448)
        .containsEntry("randomnessBits.djn", 1024);
    assertThat(PeerFigures.toJson(figures)).startsWith("{\n  \"cpu\": \"").endsWith("\n}");
  }
}

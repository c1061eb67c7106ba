// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private double now = 1000;
  private final ConsoleProgress progress =
      new ConsoleProgress(
          new PrintStream(bytes, true, StandardCharsets.UTF_8), () -> (long) (now * 1e9), false);

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void after(double seconds) {
    now += seconds;
    progress.tick();
  }

  @Test
  void phase_onAPipe_tellsCountRateAndTimeLeft() {
    progress.begin("align", 100_000, "ids");
    after(4);
    progress.advance(20_000);
    after(0.5);
    assertThat(lines()).isEmpty();
    after(0.5);
    after(1);
    progress.advance(80_000);
    after(2);
    progress.end();
    progress.end();

    assertThat(lines())
        .containsExactly(
            "align: 20000 of 100000 ids (20 %), 4000.0 ids/s, 20 s left".replace("4000.0", "4000"),
            "align: 100000 ids, 12k ids/s, 8.0 s".replace("12k", "13k"));
  }

  @Test
  void phase_unknownTotal_tellsCountAndRate() {
    progress.begin("pass", 0, "rows");
    progress.advance(10);
    after(5);
    progress.begin("score", 0, "rows");
    progress.end();

    assertThat(lines())
        .containsExactly(
            "pass: 10 rows, 2.0 rows/s", "pass: 10 rows, 2.0 rows/s, 5.0 s", "score: 0.0 s");
  }

  @Test
  void waiting_isToldAfterTwoSecondsAndThenRarely() {
    progress.waitingFor("retailer");
    after(1.9);
    assertThat(lines()).isEmpty();
    after(0.2);
    after(5);
    assertThat(lines()).containsExactly("waiting for retailer");
    after(6);
    assertThat(lines()).hasSize(2);
    progress.advance(1);
    after(60);
    assertThat(lines()).hasSize(2);
    progress.waitingFor("retailer");
    after(1);
    progress.waitingFor("bank");
    after(1.5);
    assertThat(lines()).hasSize(2);
    after(1);
    assertThat(lines()).hasSize(3).last().isEqualTo("waiting for bank");
  }

  @Test
  void note_staysAsALine() {
    progress.note("loss 0.5");
    assertThat(lines()).containsExactly("loss 0.5");
  }
}

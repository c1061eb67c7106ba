// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MonotoneConstraintsTest {
  private static final String PARTY = "party = bank\n";
  private static final String PEER =
      "peers.shop { address = \"h:1\", fingerprint = \"sha256:" + "0".repeat(64) + "\" }\n";

  private final Path directory;

  MonotoneConstraintsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private PartyConfig party(String text, String... settings) throws IOException {
    Path file = Files.writeString(directory.resolve("heddle.conf"), PARTY + PEER + text);
    return PartyConfig.load(file, Overrides.ofArguments(List.of(settings)));
  }

  private JobConfig job(String text) throws IOException {
    return JobConfig.load(
        Files.writeString(
            directory.resolve("job.conf"), "parties = [bank, shop], algorithm = gbt\n" + text),
        Overrides.NONE);
  }

  @Test
  void parse_columnsWithDirections_isReadAndWrittenAlike() {
    MonotoneConstraints constraints = MonotoneConstraints.parse(" income = +1 , a=b=-1");
    assertThat(constraints.directions()).isEqualTo(Map.of("income", 1, "a=b", -1));
    assertThat(constraints).hasToString("a=b=-1,income=1");
    assertThat(MonotoneConstraints.parse(constraints.toString())).isEqualTo(constraints);
    assertThat(constraints.of(List.of("x", "income", "a=b"))).containsExactly(0, 1, -1);
    assertThat(MonotoneConstraints.parse(" ")).isEqualTo(MonotoneConstraints.NONE);
    assertThat(MonotoneConstraints.NONE.of(List.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"income", "=1", "income=2", "income=0", "income=1,", "a=1,a=-1", "a=x"})
  void parse_whatIsNoConstraint_isRefusedSayingWhatIs(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MonotoneConstraints.parse(text))
        .withMessage(
            "Invalid monotoneConstraints " + text + ": must be " + MonotoneConstraints.ALLOWED);
  }

  @Test
  void directions_otherThanUpAndDown_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MonotoneConstraints(new TreeMap<>(Map.of("a", 0))));
  }

  @Test
  void partyFile_namesThem_inAListOrByXgboostsName() throws IOException {
    MonotoneConstraints both = MonotoneConstraints.parse("income=1,age=-1");
    assertThat(party("").monotoneConstraints()).isEqualTo(MonotoneConstraints.NONE);
    assertThat(
            party("gbt.monotoneConstraints = [\"income=1\", \"age = -1\"]").monotoneConstraints())
        .isEqualTo(both);
    assertThat(party("gbt.monotone_constraints = \"income=1, age=-1\"").monotoneConstraints())
        .isEqualTo(both);
    assertThat(party("", "gbt.monotoneConstraints=income=1,age=-1").monotoneConstraints())
        .isEqualTo(both);
    assertThat(party("gbt.monotoneConstraints = \"income=1\"").effective())
        .containsEntry("gbt.monotoneConstraints", "income=1");
    // Another fit, so nothing that was kept of one goes on under the other.
    assertThat(party("gbt.monotoneConstraints = \"income=1\"").resultSettings())
        .isNotEqualTo(party("").resultSettings());
    assertThatThrownBy(() -> party("gbt.monotoneConstraints = \"income\""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid gbt.monotoneConstraints = \"income\"")
        .hasMessageContaining("must be COLUMN=1");
  }

  /** Peers compare what a job file says. */
  @Test
  void jobFile_mayNotNameThem() {
    assertThatThrownBy(() -> job("label-holder = bank, gbt.monotoneConstraints = \"income=1\""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("this key belongs into heddle.conf");
  }

  @Test
  void job_ofSeveralClasses_isRefusedAtTheLabelHolderOnly() throws IOException {
    PartyConfig party = party("gbt.monotoneConstraints = \"income=1\"");
    String classes = "gbt { objective = multi-class, classes = 3 }";
    job("label-holder = bank").checkFor(party);
    job("label-holder = shop\n" + classes).checkFor(party);
    assertThatThrownBy(() -> job("label-holder = bank\n" + classes).checkFor(party))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must be left out with gbt.objective = multi-class");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.typesafe.config.ConfigUtil;
import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Job files, which a peer may have written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobFileFuzzTest {
  private final Path directory;

  JobFileFuzzTest(@TempDir Path directory) {
    this.directory = directory;
  }

  Stream<byte[]> seeds() {
    return Stream.of(
            "parties = [bank, shop], label-holder = bank",
            "parties = [a, b, c]\npsi { receiver = b, normalise = [trim, upper], result = receiver }",
            "{\"parties\": [\"a\", \"b\"], \"job.name\": \"x\", \"label-holder\": \"a\"}",
            "include \"other.conf\"",
            "n = bank, parties = [${n}, shop], label-holder = ${?n}, logistic.tol += 1",
            "parties = [a, b], label-holder = a, logistic { tol = 1e-8, maxIter = 3 }, seed = -1")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void load_anyBytes_refusedOrReadAlikeWhenWrittenAnew(byte[] input) throws IOException {
    Path file = Files.write(directory.resolve("job.conf"), input);
    SortedMap<String, String> terms;
    try {
      terms = JobConfig.load(file, Overrides.NONE).canonicalTerms();
    } catch (ConfigurationException e) {
      assertThat(e.getMessage()).contains(file.toString());
      return;
    }
    Path again = Files.writeString(directory.resolve("again.conf"), written(terms));
    assertThat(JobConfig.load(again, Overrides.NONE).canonicalTerms()).isEqualTo(terms);
  }

  private static String written(SortedMap<String, String> terms) {
    return terms.entrySet().stream()
        .filter(term -> !term.getValue().isEmpty())
        .map(term -> term.getKey() + " = " + value(term.getKey(), term.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String value(String key, String value) {
    return Keys.isList(key)
        ? Arrays.stream(value.split(",", -1))
            .map(ConfigUtil::quoteString)
            .collect(Collectors.joining(", ", "[", "]"))
        : ConfigUtil.quoteString(value);
  }
}

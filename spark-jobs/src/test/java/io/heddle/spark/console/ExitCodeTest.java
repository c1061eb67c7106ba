// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.error.AlignmentException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExitCodeTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalStateException("x"), 1),
        Arguments.of(new IllegalArgumentException("x"), 1),
        Arguments.of(new AssertionError("x"), 1),
        Arguments.of(new ConfigurationException("x"), 3),
        Arguments.of(new DataException("x"), 4),
        Arguments.of(new AlignmentException("x"), 4),
        Arguments.of(new EncodingException("x"), 4),
        Arguments.of(new PrivacyException("x"), 5),
        Arguments.of(new ProtocolException("x"), 6),
        Arguments.of(new KeyMismatchException("x"), 6),
        Arguments.of(new PeerUnavailableException("x"), 7),
        Arguments.of(new PeerAbortedException("x", true, 5, ""), 8));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void of_failure_hasItsPromisedNumberHoweverWrapped(Throwable failure, int code) {
    assertThat(ExitCode.of(failure).code()).isEqualTo(code);
    assertThat(ExitCode.of(new RuntimeException(new RuntimeException(failure))).code())
        .isEqualTo(code);
  }

  private static String report(Throwable failure, boolean verbose) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ExitCode.report(failure, verbose, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void report_known_isOneLineWithTheNextStep() {
    assertThat(report(new RuntimeException(new ConfigurationException("Bad\n  thing")), false))
        .isEqualTo(
            "heddle: Bad thing (after the change `heddle config check` tells whether the files are right)"
                + System.lineSeparator());
  }

  @Test
  void report_foreign_showsNoMessageUnlessVerbose() {
    Throwable failure = new NumberFormatException("For input string: \"secret\"");

    assertThat(report(failure, false))
        .contains("java.lang.NumberFormatException at io.heddle.spark.console.ExitCodeTest")
        .doesNotContain("secret")
        .hasLineCount(1);
    assertThat(report(failure, true)).contains("secret");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The file of compiler directives that bin/heddle starts intersections with. */
class CompilerDirectivesTest {
  // Tests run in the folder of their module.
  private static final Path FILE = Path.of("..", "conf", "compiler.json").toAbsolutePath();
  private static final Pattern OWN_METHOD = Pattern.compile("\"-(io/heddle/[\\w/]+)\\.(\\w+)\"");

  /** A method under another name would be compiled into each of its callers, and nobody told. */
  @Test
  void methodsOfOurs_asNamed_areThere() throws Exception {
    List<MatchResult> named = OWN_METHOD.matcher(Files.readString(FILE)).results().toList();
    assertThat(named).isNotEmpty();
    for (MatchResult each : named) {
      Class<?> owner =
          Class.forName(each.group(1).replace('/', '.'), false, getClass().getClassLoader());
      assertThat(Arrays.stream(owner.getDeclaredMethods()).map(Method::getName))
          .as(each.group())
          .contains(each.group(2));
    }
  }

  /** One that it does not take would keep every `heddle psi` from starting. */
  @Test
  void file_givenToThisJvm_isTakenWhole() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:CompilerDirectivesFile=" + FILE,
                "-version")
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(said).isZero();
    assertThat(said).contains("2 compiler directives added");
  }
}

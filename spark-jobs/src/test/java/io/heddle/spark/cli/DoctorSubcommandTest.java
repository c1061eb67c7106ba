// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.crypto.kernel.Kernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorSubcommandTest {
  private static final List<String> FIGURES =
      List.of(
          "/nanos/modMul2048",
          "/nanos/modMul4096",
          "/nanos/bigIntegerModMul4096",
          "/micros/paillierEncryptOwner",
          "/micros/paillierEncryptPublic",
          "/micros/paillierAdd",
          "/micros/paillierDecrypt",
          "/micros/x25519",
          "/micros/jdkX25519");

  private final Path directory;

  DoctorSubcommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** The doctor in haste, in a JVM of its own. */
  static final class QuickDoctor {
    public static void main(String[] arguments) {
      System.exit(doctor().execute(arguments));
    }
  }

  private static CommandLine doctor() {
    return new CommandLine(new DoctorSubcommand(Duration.ofMillis(5)));
  }

  private static void assertComplete(JsonNode json) {
    assertThat(json.at("/jdk").asText()).contains(System.getProperty("java.runtime.version"));
    assertThat(json.at("/cpu").asText()).isNotBlank();
    for (String figure : FIGURES) {
      assertThat(json.at(figure).asDouble()).as(figure).isPositive();
    }
  }

  @Test
  void doctor_jsonOnStandardOutput_printsJsonAlone() throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int code =
        doctor()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute("--json");

    assertThat(code).isZero();
    assertThat(out.toString()).startsWith("{").endsWith("}" + System.lineSeparator());
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertComplete(json);
    assertThat(json.at("/kernel/provider").asText()).isEqualTo(Kernel.provider());
    assertThat(json.at("/kernel/lanes").asInt()).isEqualTo(Kernel.lanes());
    assertThat(json.at("/kernel/selfTest").asText()).isEqualTo(Kernel.selfTest());
    assertThat(err.toString()).contains("doctor: measuring Paillier, add");
  }

  @Test
  void doctor_withoutVectors_namesThePlainKernelAndHowToGetAnother()
      throws IOException, InterruptedException {
    Path file = directory.resolve("doctor.json");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                QuickDoctor.class.getName(),
                "--json=" + file)
            .redirectError(directory.resolve("stderr").toFile())
            .start();

    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out)
        .contains("kernel:     plain")
        .contains("Paillier, add")
        .contains("start the JVM with --add-modules jdk.incubator.vector")
        .doesNotContain("{");
    JsonNode json = new ObjectMapper().readTree(Files.readString(file));
    assertComplete(json);
    assertThat(json.at("/kernel/provider").asText()).isEqualTo("plain");
    assertThat(json.at("/kernel/lanes").asInt()).isEqualTo(1);
    assertThat(json.at("/kernel/selfTest").asText())
        .isEqualTo("not run: the JVM was started without --add-modules jdk.incubator.vector");
  }
}

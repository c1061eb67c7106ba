// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** For tests: a driver in a process of its own, which starts executors in theirs. */
final class ClusterProcess {
  private static final int MINUTES = 10;

  private ClusterProcess() {}

  /** All that the tests run with. */
  private static List<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .toList();
  }

  /** Spark starts executors from the jars of its home; what is ours they get by name. */
  private static void linkJars(Path sparkHome) throws IOException {
    Path jars = Files.createDirectories(sparkHome.resolve("jars"));
    for (Path entry : classPath()) {
      Path link = jars.resolve(entry.getFileName());
      if (entry.toString().endsWith(".jar") && !Files.exists(link)) {
        Files.createSymbolicLink(link, entry);
      }
    }
  }

  private static void unlinkJars(Path sparkHome) throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(sparkHome.resolve("jars"))) {
      for (Path link : links) {
        Files.delete(link);
      }
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param folder for its files
   * @param mebibytes of heap
   * @param prefix of the lines that are returned
   */
  static List<String> run(
      Path folder, int mebibytes, Class<?> main, String prefix, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + mebibytes + "m",
                "--add-modules=jdk.incubator.vector"));
    for (String opened :
        List.of(
            "java.lang",
            "java.lang.invoke",
            "java.net",
            "java.nio",
            "java.util",
            "sun.nio.ch",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.security.action")) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-cp", classPath().stream().map(Path::toString).collect(joining(File.pathSeparator))));
    command.add(main.getName());
    command.addAll(arguments);
    Path log = folder.resolve("log");
    Path sparkHome = folder.resolve("spark");
    linkJars(sparkHome);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("SPARK_HOME", sparkHome.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    Process process = builder.start();
    try {
      List<String> lines = new ArrayList<>();
      try (BufferedReader out = process.inputReader(UTF_8)) {
        out.lines().filter(line -> line.startsWith(prefix)).forEach(lines::add);
      }
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(log)).isZero();
      return lines;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      unlinkJars(sparkHome);
    }
  }
}

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An executor that dies is no more than a delay: the models, the scores and every byte that the
 * parties send are those of the undisturbed run. Over a cluster of two executors in processes of
 * their own.
 */
@Tag("spark")
@Tag("waiting")
class ExecutorKillTest {
  private static final int KILLS = Integer.getInteger("heddle.test.executor.kills", 2);
  private static final int MINUTES = 10;

  private final Path folder;

  ExecutorKillTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** All that this test runs with. */
  private static List<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .toList();
  }

  /** Spark starts executors from the jars of its home; what is ours they get by name. */
  private void linkJars(Path sparkHome) throws IOException {
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

  private List<String> run(int kills, String... how) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
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
    command.addAll(
        List.of(
            ClusterFit.class.getName(),
            folder.toString(),
            "local-cluster[2,1,640]",
            Integer.toString(kills)));
    command.addAll(List.of(how));
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
        out.lines().filter(line -> line.startsWith(ClusterFit.RUN)).forEach(lines::add);
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

  @Test
  void job_executorsDie_isTheSameToTheLastBit() throws Exception {
    List<String> runs = run(KILLS);
    assertAllTheSame(KILLS, runs.stream().filter(run -> !isOfTrees(run)).toList());
    assertAllTheSame(2, runs.stream().filter(ExecutorKillTest::isOfTrees).toList());
  }

  @Test
  void job_executorsDieOverWhatGoesBesideTheLinks_isTheSameToTheLastBit() throws Exception {
    assertAllTheSame(2, run(4, "beside"));
  }

  private static boolean isOfTrees(String run) {
    return run.startsWith(ClusterFit.RUN + ClusterFit.TREES);
  }

  /**
   * @param disturbed how many runs besides the first one
   */
  private static void assertAllTheSame(int disturbed, List<String> runs) {
    runs.forEach(System.out::println);
    assertThat(runs).hasSize(1 + disturbed);
    assertThat(runs.stream().map(run -> run.substring(run.indexOf(':'))).distinct())
        .as(runs.toString())
        .hasSize(1);
  }
}

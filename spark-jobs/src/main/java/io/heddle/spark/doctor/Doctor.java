// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Looks at this machine: what it computes with, whether that computes right, and how fast. */
public final class Doctor {
  private Doctor() {}

  /**
   * Measures every figure, one after the other, on one thread.
   *
   * @param perFigure how long each is measured; warming up takes a quarter of it besides
   * @param progress told what is being done
   */
  public static Diagnosis examine(Duration perFigure, Consumer<String> progress) {
    // Blocks are cut for the pool of the calling thread: in a pool of one they stay on one core.
    ForkJoinPool oneThread = new ForkJoinPool(1);
    try {
      return new Diagnosis(
          System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
          processor(),
          oneThread.submit(() -> measure(perFigure, progress)).join());
    } finally {
      oneThread.shutdown();
    }
  }

  private static Map<Figure, Double> measure(Duration perFigure, Consumer<String> progress) {
    progress.accept("making keys");
    Workloads workloads = new Workloads();
    Stopwatch stopwatch = new Stopwatch(perFigure);
    Map<Figure, Double> nanos = new EnumMap<>(Figure.class);
    for (Figure figure : Figure.values()) {
      progress.accept("measuring " + figure.title().strip());
      Workloads.Work work = workloads.of(figure);
      nanos.put(figure, stopwatch.measure(work.operations(), work.block()));
    }
    return nanos;
  }

  /** As Linux names it; elsewhere the kind of processor must do. */
  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}

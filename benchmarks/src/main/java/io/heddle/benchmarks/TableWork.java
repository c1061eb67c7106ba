// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.table.Ids;
import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import io.heddle.psi.table.TableOutput;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What a party of {@code heddle psi} does with its table, without the protocol: reads a CSV file
 * with an id of 32 characters and a number, takes the ids, sorts and hashes them, writes half of
 * the rows in another order. Each time in a JVM that has just been started, as a user has it; the
 * time is that of the whole process. Beside it what univocity takes to read the same file and keep
 * nothing of it.
 */
public final class TableWork {
  private static final String OURS = "tables";
  private static final String READ_ONLY = "univocity-reads";

  private TableWork() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 3) {
      work(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]));
      return;
    }
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1 << 20;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
    System.out.println(Machine.processor() + ", JDK " + System.getProperty("java.version"));
    System.out.println("load at start: " + Machine.load());
    measure(rows, rounds).forEach(System.out::println);
    System.out.println("load at end: " + Machine.load());
  }

  /** The medians of both ways, taking turns, one line each. */
  static List<String> measure(int rows, int rounds) throws Exception {
    Path file = Files.createTempFile("heddle", ".csv");
    Path out = Files.createTempFile("heddle", ".csv");
    try {
      make(file, rows);
      List<List<String>> told = List.of(new ArrayList<>(), new ArrayList<>());
      for (int round = 0; round < rounds; round++) {
        told.get(0).add(child(OURS, file, out));
        told.get(1).add(child(READ_ONLY, file, out));
      }
      return List.of(OURS + ": " + medians(told.get(0)), READ_ONLY + ": " + medians(told.get(1)));
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(out);
    }
  }

  private static void make(Path file, int rows) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write("id,x\n");
      for (int row = 0; row < rows; row++) {
        writer.write(
            String.format(
                ROOT,
                "%016x%016x,%.4f\n",
                random.nextLong(),
                random.nextLong(),
                random.nextDouble()));
      }
    }
  }

  private static String child(String way, Path file, Path out) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(TableWork.class.getName(), way, file.toString(), out.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(way + " ended with code " + process.exitValue());
    }
    return told;
  }

  /** Of lines of {@code name value} pairs. */
  private static String medians(List<String> lines) {
    TreeMap<Integer, String> names = new TreeMap<>();
    double[][] values = new double[lines.size()][];
    for (int i = 0; i < values.length; i++) {
      String[] words = lines.get(i).strip().split(" ", -1);
      values[i] = new double[words.length / 2];
      for (int j = 0; j < values[i].length; j++) {
        names.put(j, words[2 * j]);
        values[i][j] = Double.parseDouble(words[2 * j + 1]);
      }
    }
    List<String> medians = new ArrayList<>();
    names.forEach(
        (j, name) -> {
          double[] sorted = Arrays.stream(values).mapToDouble(line -> line[j]).sorted().toArray();
          medians.add(String.format(ROOT, "%s %.2f", name, sorted[sorted.length / 2]));
        });
    return String.join(", ", medians);
  }

  private static void work(String way, Path file, Path out) throws IOException {
    StringBuilder told = new StringBuilder();
    if (way.equals(READ_ONLY)) {
      readOnly(file);
    } else {
      double started = ProcessUsage.cpuSeconds();
      Table table = TableFiles.read(file);
      double read = ProcessUsage.cpuSeconds();
      IdList ids = Ids.of(table, List.of("id"), List.of()).values();
      IdList sorted = ids.select(ids.order().rows());
      byte[] digest = sorted.digest();
      double hashed = ProcessUsage.cpuSeconds();
      int[] rows = Arrays.copyOf(ids.order().rows(), table.rows() / 2);
      try (TableOutput output = TableOutput.open(out)) {
        output.write(table, rows);
        output.publish();
      }
      double written = ProcessUsage.cpuSeconds();
      if (digest.length != 32) {
        throw new AssertionError();
      }
      told.append(
          String.format(
              ROOT,
              "read-cpu %.2f ids-cpu %.2f write-cpu %.2f ",
              read - started,
              hashed - read,
              written - hashed));
    }
    told.append(
        String.format(
            ROOT,
            "cpu %.2f wall %.2f peak-MiB %.0f",
            ProcessUsage.cpuSeconds(),
            ProcessUsage.seconds(),
            ProcessUsage.peakMemoryMiB()));
    System.out.println(told);
  }

  private static void readOnly(Path file) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setLineSeparatorDetectionEnabled(true);
    settings.setReadInputOnSeparateThread(false);
    CsvParser parser = new CsvParser(settings);
    parser.beginParsing(file.toFile(), StandardCharsets.UTF_8);
    long characters = 0;
    for (String[] row = parser.parseNext(); row != null; row = parser.parseNext()) {
      characters += row[0].length() + row[1].length();
    }
    if (characters == 0) {
      throw new AssertionError();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import static java.util.Locale.ROOT;

import io.heddle.benchmarks.Machine;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs both parties, and prints what they measured as JSON. */
public final class TwoParties {
  private static final List<PartyId> PARTIES =
      List.of(TreesParty.LABEL_HOLDER, TreesParty.FEATURE_HOLDER);

  private TwoParties() {}

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.print(Settings.USAGE);
      return;
    }
    Settings settings;
    try {
      settings = Settings.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("trees: " + e.getMessage());
      System.err.print(Settings.USAGE);
      System.exit(2);
      return;
    }
    try {
      System.out.println(json(measure(settings)));
    } catch (IllegalStateException e) {
      System.err.println("trees: " + e.getMessage());
      System.exit(1);
    }
  }

  /** What both parties of a run measured. */
  record Both(PartyFigures label, PartyFigures feature) {
    PartyFigures.Holder holder() {
      PartyFigures.Holder model = label.holder();
      if (model == null) {
        throw new AssertionError("The label holder has not said what it learned");
      }
      return model;
    }
  }

  /** One run, its figures by name. */
  static Map<String, Object> measure(Settings settings) throws Exception {
    String load = Machine.load();
    return figures(settings, load, run(settings));
  }

  /** One run. */
  static Both run(Settings settings) throws Exception {
    Path folder = Files.createTempDirectory("heddle-trees");
    List<Process> started = new ArrayList<>();
    Thread hook = new Thread(() -> started.forEach(Process::destroyForcibly));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      PartyProcess.prepare(folder, settings);
      int[] ports = {NettyNetwork.freePort(), NettyNetwork.freePort()};
      for (int k = 0; k < PARTIES.size(); k++) {
        int core = settings.isOn("pinned") ? k : -1;
        started.add(
            PartyProcess.start(folder, settings, PARTIES.get(k), ports[k], ports[1 - k], core));
      }
      Object first =
          CompletableFuture.anyOf(
                  started.stream().map(Process::onExit).toArray(CompletableFuture<?>[]::new))
              .join();
      int k = started.indexOf(first);
      // Throws where it failed, before the other one has waited for it in vain.
      PartyFigures one = PartyProcess.figures(folder, PARTIES.get(k), started.get(k));
      started.get(1 - k).waitFor();
      PartyFigures other = PartyProcess.figures(folder, PARTIES.get(1 - k), started.get(1 - k));
      return k == 0 ? new Both(one, other) : new Both(other, one);
    } finally {
      for (Process process : started) {
        process.destroyForcibly().waitFor();
      }
      Runtime.getRuntime().removeShutdownHook(hook);
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Both parties' together, then each one's own. */
  private static Map<String, Object> figures(Settings settings, String load, Both both)
      throws IOException {
    PartyFigures holder = both.label();
    PartyFigures feature = both.feature();
    PartyFigures.Holder model = both.holder();
    double cpu = holder.training().cpuSeconds() + feature.training().cpuSeconds();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("cpu", Machine.processor());
    all.put("jdk", System.getProperty("java.version"));
    all.put("load", load);
    all.put("settings", new LinkedHashMap<String, Object>(settings.values()));
    all.put("secondsPerTree", holder.training().seconds() / model.trees());
    all.put("cpuSecondsPerTree", cpu / model.trees());
    all.put("trainingSeconds", holder.training().seconds());
    all.put("trainingCpuSeconds", cpu);
    all.put("bytesInTraining", holder.bytes(TreesParty.FIT) + feature.bytes(TreesParty.FIT));
    all.put("addedRows", feature.addedRows());
    all.put("additions", feature.additions());
    all.put("sums", feature.sums());
    all.putAll(model.asMap());
    all.put(TreesParty.LABEL_HOLDER.name(), holder.asMap());
    all.put(TreesParty.FEATURE_HOLDER.name(), feature.asMap());
    return all;
  }

  static String json(Object value) {
    return json(value, "\n");
  }

  private static String json(Object value, String line) {
    if (value instanceof Map<?, ?> map) {
      String inner = line + "  ";
      return map.entrySet().stream()
          .map(each -> json(each.getKey(), inner) + ": " + json(each.getValue(), inner))
          .collect(Collectors.joining("," + inner, "{" + inner, line + "}"));
    }
    if (value instanceof List<?> list) {
      String inner = line + "  ";
      return list.stream()
          .map(each -> json(each, inner))
          .collect(Collectors.joining("," + inner, "[" + inner, line + "]"));
    }
    if (value instanceof Double number) {
      return String.format(ROOT, "%.6f", number);
    }
    return value instanceof Number
        ? value.toString()
        : '"' + value.toString().replaceAll("[\"\\\\\\p{Cntrl}]", "") + '"';
  }
}

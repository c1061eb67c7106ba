// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.train.trees.TreeScheme;
import io.heddle.train.trees.TreeTerms;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run is asked to do; the same text at both parties. */
record Settings(Map<String, String> values) implements Serializable {
  private static final Map<String, String> DEFAULTS =
      map(
          "rows", "100000",
          "label-columns", "10",
          "feature-columns", "10",
          "seed", "1",
          "label-holder", "",
          "feature-holder", "",
          "trees", "3",
          "depth", "5",
          "bins", "32",
          "step-size", "0.3",
          "key-bits", "2048",
          "scheme", "paillier",
          "row-packing", "auto",
          "xmx", "",
          "java", "",
          "joint-buckets", "yes",
          "smaller-child", "yes",
          "goss", "no",
          "alone", "no",
          "all-bins", "no",
          "pinned", "no",
          "reference", "no",
          "units", "no");

  private static Map<String, String> map(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  static final String USAGE =
      """
      usage: benchmarks/run --trees [OPTION VALUE]...
      Boosted trees, label holder and feature holder each a JVM of its own, over TLS on loopback. Prints JSON.

        --rows N                    rows of a generated table (100000)
        --label-columns N           its columns at the label holder (10)
        --feature-columns N         its columns at the feature holder (10)
        --seed N                    of that table (1)
        --label-holder FILE         CSV instead: the first column is the id, y the label;
        --feature-holder FILE       and the other party's, with the same rows in the same order
        --trees N                   (3)
        --depth N                   (5)
        --bins N                    (32)
        --step-size X               (0.3)
        --key-bits N                2048, 3072 or 4096 (2048)
        --scheme NAME               paillier or okamoto-uchiyama (paillier)
        --row-packing WHAT          auto, on or off: several rows' derivatives in one ciphertext (auto)
        --joint-buckets no          every column is added up by itself
        --smaller-child no          sums of both children are built and sent
        --goss yes                  trees are grown on a fifth of the rows for their derivatives, and a tenth of all drawn from the rest
        --alone yes                 the label holder grows the first tree alone, as it does by default for users
        --all-bins yes              the feature holder allows as many trees as are asked for
        --pinned yes                each party has one processor core of its own (Linux: taskset)
        --xmx SIZE                  heap of each party, such as 4g
        --java "OPTION..."          more options of the parties' JVMs; %p in them is the party's name
        --reference yes             trains in the clear on the joined columns as well, and compares the leaves
        --units yes                 from the second tree on both parties take samples of their operations one by one (a tenth more time, and more memory)
      """;

  /**
   * @throws IllegalArgumentException names the first option that is unknown or has no value
   */
  static Settings parse(String... arguments) {
    Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (!DEFAULTS.containsKey(name)) {
        throw new IllegalArgumentException(
            "Unknown option '"
                + arguments[i]
                + "': must be one of --"
                + String.join(", --", DEFAULTS.keySet()));
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("Option " + arguments[i] + " needs a value");
      }
      values.put(name, arguments[i + 1]);
    }
    Settings settings = new Settings(values);
    for (String name :
        List.of(
            "joint-buckets",
            "smaller-child",
            "goss",
            "alone",
            "all-bins",
            "pinned",
            "reference",
            "units")) {
      settings.isOn(name);
    }
    settings.number("rows");
    settings.number("label-columns");
    settings.number("feature-columns");
    settings.terms();
    if (settings.isOn("units") && settings.scheme() != TreeScheme.PAILLIER) {
      throw new IllegalArgumentException("--units: must be no with a scheme other than paillier");
    }
    if (settings.isOn("units") && settings.isOn("alone")) {
      throw new IllegalArgumentException(
          "--units: must be no with --alone yes, for the parties measure after the same trees");
    }
    if (settings.text("label-holder").isEmpty() != settings.text("feature-holder").isEmpty()) {
      throw new IllegalArgumentException("--label-holder and --feature-holder go together");
    }
    return settings;
  }

  /** These but for one of them. */
  Settings with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new Settings(changed);
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  int number(String name) {
    if (!text(name).matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          "Invalid --" + name + " '" + text(name) + "': must be a number above 0");
    }
    return Integer.parseInt(text(name));
  }

  boolean isOn(String name) {
    if (!List.of("yes", "no").contains(text(name))) {
      throw new IllegalArgumentException(
          "Invalid --" + name + " '" + text(name) + "': must be yes or no");
    }
    return text(name).equals("yes");
  }

  boolean isGenerated() {
    return text("label-holder").isEmpty();
  }

  List<String> javaOptions(String party) {
    return Arrays.stream(text("java").replace("%p", party).split(" ", -1))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  TreeTerms terms() {
    double stepSize;
    try {
      stepSize = Double.parseDouble(text("step-size"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Invalid --step-size '" + text("step-size") + "': must be a number", e);
    }
    return TreeTerms.builder()
        .maxIter(number("trees"))
        .maxDepth(number("depth"))
        .maxBins(number("bins"))
        .stepSize(stepSize)
        .scheme(scheme())
        .rowPacking(rowPacking())
        .keyBits(number("key-bits"))
        .firstTreeAlone(isOn("alone"))
        .jointBuckets(isOn("joint-buckets"))
        .smallerChild(isOn("smaller-child"))
        .goss(isOn("goss") ? 0.2 : 0, 0.1)
        .build();
  }

  private TreesRowPacking rowPacking() {
    return switch (text("row-packing")) {
      case "auto" -> TreesRowPacking.AUTO;
      case "on" -> TreesRowPacking.ON;
      case "off" -> TreesRowPacking.OFF;
      default ->
          throw new IllegalArgumentException(
              "Invalid --row-packing '" + text("row-packing") + "': must be auto, on or off");
    };
  }

  private TreeScheme scheme() {
    return switch (text("scheme")) {
      case "paillier" -> TreeScheme.PAILLIER;
      case "okamoto-uchiyama" -> TreeScheme.OKAMOTO_UCHIYAMA;
      default ->
          throw new IllegalArgumentException(
              "Invalid --scheme '" + text("scheme") + "': must be paillier or okamoto-uchiyama");
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What came of a demo: for people as a table, for programs as JSON.
 *
 * <p>The keys of the JSON are stable: {@code rows.aligned}, {@code
 * auc.federated|centralised|labelHolderAlone}, {@code reference}, {@code maxCoefficientDifference},
 * {@code seconds.total|psi|train|score}, {@code cpuSeconds.labelHolder|featureHolders[]}, {@code
 * peakMemoryMiB.labelHolder|featureHolders[]}, {@code bytes.psi|train|score} (sent by all parties
 * together), {@code passes}, {@code converged}, {@code parties[].name|role|pid}. The comparison
 * counts in none of the times.
 */
public final class DemoReport {
  private static final int WIDTH = 100;

  private final List<PartyResult> parties;
  private final ComparisonResult comparison;
  private final double totalSeconds;
  private final SortedMap<String, String> terms;
  private final Path folder;

  /**
   * @param parties the label holder first
   * @param terms what the parties agreed on
   */
  DemoReport(
      List<PartyResult> parties,
      ComparisonResult comparison,
      double totalSeconds,
      SortedMap<String, String> terms,
      Path folder) {
    this.parties = List.copyOf(parties);
    this.comparison = comparison;
    this.totalSeconds = totalSeconds;
    this.terms = terms;
    this.folder = folder;
  }

  private PartyResult labelHolder() {
    return parties.get(0);
  }

  private List<PartyResult> featureHolders() {
    return parties.subList(1, parties.size());
  }

  private double longest(ToDoubleFunction<PartyResult> seconds) {
    return parties.stream().mapToDouble(seconds).max().orElse(0);
  }

  private long sum(ToLongFunction<PartyResult> bytes) {
    return parties.stream().mapToLong(bytes).sum();
  }

  /** The report as one JSON object, ending in a line feed. */
  public String toJson() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.putObject("rows").put("aligned", labelHolder().rows().aligned());
    json.putObject("auc")
        .put("federated", labelHolder().auc())
        .put("centralised", comparison.aucCentralised())
        .put("labelHolderAlone", comparison.aucLabelHolderAlone());
    json.put("reference", comparison.reference());
    json.put("maxCoefficientDifference", comparison.maxCoefficientDifference());
    json.putObject("seconds")
        .put("total", totalSeconds)
        .put("psi", longest(party -> party.seconds().psi()))
        .put("train", longest(party -> party.seconds().train()))
        .put("score", longest(party -> party.seconds().score()));
    putPerParty(json.putObject("cpuSeconds"), PartyResult::cpuSeconds);
    putPerParty(json.putObject("peakMemoryMiB"), PartyResult::peakMemoryMiB);
    json.putObject("bytes")
        .put("psi", sum(party -> party.bytes().psi()))
        .put("train", sum(party -> party.bytes().train()))
        .put("score", sum(party -> party.bytes().score()));
    json.put("passes", labelHolder().passes());
    json.put("converged", labelHolder().converged());
    ArrayNode array = json.putArray("parties");
    for (PartyResult party : parties) {
      array.addObject().put("name", party.name()).put("role", party.role()).put("pid", party.pid());
    }
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (IOException e) {
      throw new AssertionError("numbers and texts always have a JSON form", e);
    }
  }

  private void putPerParty(ObjectNode json, ToDoubleFunction<PartyResult> value) {
    json.put("labelHolder", value.applyAsDouble(labelHolder()));
    ArrayNode others = json.putArray("featureHolders");
    featureHolders().forEach(party -> others.add(value.applyAsDouble(party)));
  }

  /** The report for people, with where things lie and what to do next. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append('\n');
    add(
        text,
        "%d organisations trained one model. No row, label or weight left its owner;",
        parties.size());
    add(text, "only %s has the labels.", labelHolder().name());
    text.append('\n');
    addParties(text);
    addQuality(text);
    addCost(text);
    addLedger(text);
    addNext(text);
    return text.toString();
  }

  private boolean trees() {
    return "gbt".equals(terms.get("algorithm"));
  }

  private void addParties(StringBuilder text) {
    int width = parties.stream().mapToInt(party -> party.name().length()).max().orElse(0) + 2;
    String line = "  %-" + width + "s%-16s%10s%10s%10s%10s";
    add(text, line, "party", "role", "rows", "process", "CPU s", "peak MiB");
    for (PartyResult party : parties) {
      add(
          text,
          line,
          party.name(),
          party.role().replace('-', ' '),
          count(party.rows().own()),
          party.pid(),
          fixed(party.cpuSeconds(), 1),
          fixed(party.peakMemoryMiB(), 0));
    }
    PartyResult.Rows rows = labelHolder().rows();
    text.append('\n');
    add(
        text,
        "  aligned rows  %s, of which %s to train and %s held out",
        count(rows.aligned()),
        count(rows.train()),
        count(rows.test()));
    text.append('\n');
  }

  private void addQuality(StringBuilder text) {
    String line = "  %-24s%s";
    add(
        text,
        "How well it tells the labels apart (AUC on the held-out rows: 0.5 guesses, 1 knows)");
    add(text, line, "federated", fixed(labelHolder().auc(), 4));
    add(
        text,
        line,
        "on the joined data",
        fixed(comparison.aucCentralised(), 4) + "  (" + comparison.reference() + ")");
    add(
        text,
        line,
        labelHolder().name() + " alone",
        fixed(comparison.aucLabelHolderAlone(), 4) + "  (same, its own columns only)");
    add(
        text,
        trees()
            ? "  Same trees in the clear: leaves differ by at most %s."
            : "  Same optimiser in the clear: coefficients differ by at most %s in any pass.",
        String.format(Locale.ROOT, "%.1e", comparison.maxCoefficientDifference()));
    if (trees() && "false".equals(terms.get("gbt.firstTreeAlone"))) {
      addWrapped(
          text,
          "  ",
          "  ",
          "All columns may split all trees, as in what stands beside. In a job the label holder grows"
              + " the first tree alone unless gbt.firstTreeAlone = false: see README.md. Here:"
              + " --set firstTreeAlone=true.");
    }
    text.append('\n');
  }

  private void addCost(StringBuilder text) {
    add(
        text,
        trees() ? "  trees    %d%s" : "  passes   %d, %s",
        labelHolder().passes(),
        labelHolder().converged()
            ? trees() ? "" : "converged"
            : trees()
                ? ", fewer than asked for: see the warnings"
                : "not converged: see the warnings");
    add(
        text,
        "  seconds  %s in all: align %s, train %s, score %s",
        fixed(totalSeconds, 1),
        fixed(longest(party -> party.seconds().psi()), 1),
        fixed(longest(party -> party.seconds().train()), 1),
        fixed(longest(party -> party.seconds().score()), 1));
    add(
        text,
        "  sent     align %s, train %s, score %s",
        bytes(sum(party -> party.bytes().psi())),
        bytes(sum(party -> party.bytes().train())),
        bytes(sum(party -> party.bytes().score())));
    StringBuilder parameters = new StringBuilder();
    terms.forEach(
        (key, value) -> {
          if (key.startsWith(trees() ? "gbt." : "logistic.") || key.equals("paillier.key-bits")) {
            parameters
                .append(parameters.length() == 0 ? "" : ", ")
                .append(key.substring(key.indexOf('.') + 1))
                .append(' ')
                .append(value);
          }
        });
    add(text, "  with     %s", parameters);
    for (PartyResult party : parties) {
      for (String warning : party.warnings()) {
        addWrapped(text, "  warning  ", "           ", party.name() + ": " + warning);
      }
    }
    text.append('\n');
  }

  private void addLedger(StringBuilder text) {
    add(text, "What each party learned, beyond its own table");
    for (PartyResult party : parties) {
      add(text, "  %s", party.name());
      party.ledger().forEach(entry -> addWrapped(text, "    - ", "      ", entry));
    }
    text.append('\n');
  }

  private void addNext(StringBuilder text) {
    add(
        text,
        "Where it lies: each party's folder holds its table, keys, configuration and log, its");
    add(text, "part of the model (model) and its figures (output).");
    parties.forEach(party -> add(text, "  %s", folder.resolve(party.name())));
    text.append('\n');
    add(text, "Next");
    add(text, "  your own tables:     ./bin/heddle demo --label-holder FILE --feature-holder FILE");
    add(text, "                         --id COLUMN --label COLUMN");
    add(text, "  two organisations:   README.md, \"Two organisations\"");
    add(text, "  what crosses the wire: docs/protocol.md, section 6");
  }

  private static void add(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** Breaks a long text between words; later lines start with the indent. */
  private static void addWrapped(StringBuilder text, String start, String indent, String words) {
    StringBuilder line = new StringBuilder(start);
    boolean empty = true;
    for (String word : words.split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    text.append(line).append('\n');
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String fixed(double value, int digits) {
    return Double.isNaN(value) ? "unknown" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static String bytes(long value) {
    return value < 1_000_000
        ? fixed(value / 1e3, 1) + " kB"
        : value < 1_000_000_000 ? fixed(value / 1e6, 1) + " MB" : fixed(value / 1e9, 2) + " GB";
  }
}

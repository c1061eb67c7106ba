// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import static java.util.Locale.ROOT;

import io.heddle.benchmarks.Machine;
import io.heddle.train.trees.TreeMessages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Grows the same trees with everything that saves work, and without each of it in turn, and prints
 * what that takes as Markdown: numbers of operations and bytes beside what formulas say of them,
 * and seconds beside what these numbers times the operations' own costs come to.
 *
 * <p>The formulas are checked to the last addition by {@code TreeCostsTest}; here they are those of
 * the design, and what they leave out, such as the first row of a bin, which costs nothing, is
 * printed as padding. Seconds are those of the processor, of an average tree but for the first, in
 * which JVMs still compile; with GOSS, which takes three tenths of the rows, ten trees are grown in
 * the place of three. The formulas' numbers of operations are averages of all trees. Operations'
 * own costs are of samples that the processes take in these trees, while they encrypt and between
 * levels ({@link Operations}); what these take counts nowhere but in seconds of waiting. What the
 * label holder does with each row before it encrypts, such as its derivatives, stands beside the
 * encryption and is not in the formula; sending and reading derivatives is.
 */
public final class OptionsTable {
  private final int rows;
  private final int columns;

  private OptionsTable(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** The name of a row, and the options by which it differs. */
  private static final Map<String, List<String>> VARIANTS = variants();

  private static Map<String, List<String>> variants() {
    Map<String, List<String>> variants = new LinkedHashMap<>();
    variants.put("all that saves", List.of());
    variants.put("no joint buckets", List.of("--joint-buckets", "no"));
    variants.put("both children", List.of("--smaller-child", "no"));
    variants.put("GOSS .2/.1", List.of("--goss", "yes"));
    variants.put("a row in a ciphertext", List.of("--row-packing", "off"));
    return variants;
  }

  /** Arguments: those of {@link TwoParties}, for every row. */
  public static void main(String[] arguments) throws Exception {
    Settings common = Settings.parse(arguments);
    if (common.number("trees") < 2) {
      throw new IllegalArgumentException(
          "Invalid --trees 1: must be at least 2, for the first one is not looked at");
    }
    if (common.number("depth") < 2) {
      throw new IllegalArgumentException(
          "Invalid --depth 1: must be at least 2, for a feature holder is sampled between levels");
    }
    System.out.printf(ROOT, "Load at the start: %s%n%n", Machine.load());
    TreesTable table = TreesTable.of(common, false);
    OptionsTable print = new OptionsTable(table.rows(), table.columns().length);
    System.out.println(
        "| | trees | rows in a ciphertext | encryptions | formula | additions | rows x columns | of it | MB of derivatives |"
            + " formula | MB of sums | CPU-s of a tree: before encrypting | encrypting and sending | formula |"
            + " ratio | feature holder | formula | ratio | s of a tree, samples included |");
    System.out.println("|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|");
    List<String> units = new ArrayList<>();
    for (Map.Entry<String, List<String>> variant : VARIANTS.entrySet()) {
      List<String> all = new ArrayList<>(List.of("--row-packing", "on", "--units", "yes"));
      all.addAll(List.of(arguments));
      all.addAll(variant.getValue());
      Settings settings = Settings.parse(all.toArray(String[]::new));
      if (settings.isOn("goss")) {
        settings = settings.with("trees", String.valueOf((common.number("trees") * 10 + 2) / 3));
      }
      requireSeveralChunks(settings, table.rows());
      TwoParties.Both both = TwoParties.run(settings);
      UnitCosts ofLabel = UnitCosts.average(both.label().units());
      UnitCosts ofFeature = UnitCosts.average(both.feature().units());
      System.out.println(print.row(variant.getKey(), settings, both, ofLabel, ofFeature));
      units.add(told(variant.getKey(), ofLabel, ofFeature));
    }
    System.out.println();
    units.forEach(System.out::println);
  }

  private static void requireSeveralChunks(Settings settings, int rows) {
    if (settings.terms().sampleRows(rows) < 20 * TreeMessages.CHUNK_CIPHERTEXTS) {
      throw new IllegalArgumentException(
          "Invalid --rows: must be enough for several messages with derivatives in each tree");
    }
  }

  private static String told(String name, UnitCosts ofLabel, UnitCosts ofFeature) {
    return String.format(
        ROOT,
        "One operation beside '%s': encrypting %.1f us, sending a MB %.1f ms; at the feature holder"
            + " reading a MB %.1f ms, checking %.1f us, adding %.2f us, masking an answer %.1f us,"
            + " squaring %.2f us.",
        name,
        1e6 * ofLabel.encrypt(),
        1e9 * ofLabel.carry(),
        1e9 * ofFeature.carry(),
        1e6 * ofFeature.check(),
        1e6 * ofFeature.add(),
        1e6 * ofFeature.mask(),
        1e6 * ofFeature.square());
  }

  /** One row. */
  private String row(
      String name,
      Settings settings,
      TwoParties.Both both,
      UnitCosts ofLabel,
      UnitCosts ofFeature) {
    PartyFigures label = both.label();
    PartyFigures feature = both.feature();
    int trees = both.holder().sharedTrees();
    long sampled = settings.terms().sampleRows(rows);
    int perCiphertext = both.holder().rowsPerCiphertext();
    long encryptions = both.holder().encryptions();
    long cells = feature.addedRows() * columns;
    int ciphertextBytes = settings.number("key-bits") / 4;
    // Before the first chunk of a tree there is other work too: a ciphertext of it is as any other.
    double ofTree = (double) encryptions / trees;
    double others = act(label, "work before sending " + TimedChannel.DERIVATIVES);
    double encrypting = others * ofTree / (ofTree - TreeMessages.CHUNK_CIPHERTEXTS);
    double before =
        act(label, "work before the first " + TimedChannel.DERIVATIVES) - (encrypting - others);
    // The network works beside: what it takes of a message may be counted under the next one's, and
    // of the last ones under what comes after.
    encrypting += act(label, "sending " + TimedChannel.DERIVATIVES);
    encrypting += act(label, "waiting for and reading the first " + TimedChannel.SUMS);
    long sent = bytes(label, TimedChannel.DERIVATIVES);
    double adding = act(feature, "");
    long answers = bytes(feature, TimedChannel.SUMS) / ciphertextBytes;
    double encryptingByFormula = (encryptions * ofLabel.encrypt() + sent * ofLabel.carry()) / trees;
    double addingByFormula =
        (encryptions * ofFeature.check()
                + sent * ofFeature.carry()
                + feature.additions() * ofFeature.add()
                + answers * ofFeature.mask()
                + feature.sums() * squarings(perCiphertext) * ofFeature.square())
            / trees;
    return String.format(
        ROOT,
        "| %s | %d | %d | %,d | %,d | %,d | %,d | %.3f | %.1f | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f"
            + " | %.2f | %.2f | %.2f | %.2f |",
        name,
        trees,
        perCiphertext,
        encryptions,
        trees * ((sampled + perCiphertext - 1) / perCiphertext),
        feature.additions(),
        cells,
        (double) feature.additions() / cells,
        sent / 1e6,
        encryptions * ciphertextBytes / 1e6,
        bytes(feature, TimedChannel.SUMS) / 1e6,
        before,
        encrypting,
        encryptingByFormula,
        encrypting / encryptingByFormula,
        adding,
        addingByFormula,
        adding / addingByFormula,
        label.trees().stream().skip(1).mapToDouble(Cost::seconds).average().orElseThrow());
  }

  /**
   * By how many bits a sum is shifted: beside others of one ciphertext, or out of the others of its
   * rows' ciphertexts.
   */
  private int squarings(int perCiphertext) {
    return Math.max(1, perCiphertext - 1) * slotBits(rows, perCiphertext);
  }

  /** Of a row in a ciphertext. */
  static int slotBits(int rows, int perCiphertext) {
    int sum = bits((long) rows << 16) + bits((long) rows << 17);
    return perCiphertext == 1 ? sum : sum + 40;
  }

  private static int bits(long most) {
    return Long.SIZE - Long.numberOfLeadingZeros(most);
  }

  /** Processor seconds of acts whose name begins so, of an average tree but for the first. */
  private static double act(PartyFigures party, String name) {
    return party.actsOfTrees().stream()
        .skip(1)
        .mapToDouble(
            tree ->
                tree.entrySet().stream()
                    .filter(act -> act.getKey().startsWith(name))
                    .mapToDouble(act -> act.getValue().cpuSeconds())
                    .sum())
        .average()
        .orElseThrow();
  }

  private static long bytes(PartyFigures party, String message) {
    return party.sent().stream()
        .filter(each -> each.message().equals(message))
        .mapToLong(PartyFigures.Crossed::bytes)
        .sum();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import static java.util.Locale.ROOT;

import io.heddle.benchmarks.Machine;
import java.time.Duration;
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
 * printed as padding. Seconds are those of the processor, of the last tree: in the first ones JVMs
 * still compile. The formulas' numbers of operations are averages of all trees.
 */
public final class OptionsTable {
  private static final Duration EACH = Duration.ofSeconds(2);

  private final int rows;
  private final int columns;
  private final UnitCosts costs;

  private OptionsTable(int rows, int columns, UnitCosts costs) {
    this.rows = rows;
    this.columns = columns;
    this.costs = costs;
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
    System.out.printf(ROOT, "Load at the start: %s%n%n", Machine.load());
    TreesTable table = TreesTable.of(common, false);
    UnitCosts costs = UnitCosts.measure(common.number("key-bits"), EACH);
    System.out.printf(
        ROOT,
        "One operation on one core: encrypting %.1f us, checking %.1f us, adding %.2f us, masking"
            + " an answer %.1f us, squaring %.2f us, decrypting %.1f us.%n%n",
        1e6 * costs.encrypt(),
        1e6 * costs.check(),
        1e6 * costs.add(),
        1e6 * costs.mask(),
        1e6 * costs.square(),
        1e6 * costs.decrypt());
    OptionsTable print = new OptionsTable(table.rows(), table.columns().length, costs);
    System.out.println(
        "| | rows in a ciphertext | encryptions | formula | additions | rows x columns | of it | MB of derivatives |"
            + " formula | MB of sums | encrypting, CPU-s of the last tree | formula | feature holder, the same |"
            + " formula | ratios | s a tree, all |");
    System.out.println("|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|");
    for (Map.Entry<String, List<String>> variant : VARIANTS.entrySet()) {
      List<String> all = new ArrayList<>(List.of("--row-packing", "on"));
      all.addAll(List.of(arguments));
      all.addAll(variant.getValue());
      Settings settings = Settings.parse(all.toArray(String[]::new));
      System.out.println(print.row(variant.getKey(), settings, TwoParties.run(settings)));
    }
  }

  /** One row. */
  private String row(String name, Settings settings, TwoParties.Both both) {
    PartyFigures label = both.label();
    PartyFigures feature = both.feature();
    int trees = both.holder().sharedTrees();
    long sampled = settings.terms().sampleRows(rows);
    int perCiphertext = both.holder().rowsPerCiphertext();
    long encryptions = both.holder().encryptions();
    long cells = feature.addedRows() * columns;
    int ciphertextBytes = settings.number("key-bits") / 4;
    double encrypting =
        label
            .actsOfLast()
            .getOrDefault("work before sending GradientChunk", Cost.NONE)
            .cpuSeconds();
    double adding = feature.actsOfLast().values().stream().mapToDouble(Cost::cpuSeconds).sum();
    long answers = bytes(feature, "NodeSums") / ciphertextBytes;
    double encryptingByFormula = encryptions * costs.encrypt() / trees;
    double addingByFormula =
        (encryptions * costs.check()
                + feature.additions() * costs.add()
                + answers * costs.mask()
                + feature.sums() * squarings(perCiphertext) * costs.square())
            / trees;
    return String.format(
        ROOT,
        "| %s | %d | %,d | %,d | %,d | %,d | %.3f | %.1f | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f,"
            + " %.2f | %.2f |",
        name,
        perCiphertext,
        encryptions,
        trees * ((sampled + perCiphertext - 1) / perCiphertext),
        feature.additions(),
        cells,
        (double) feature.additions() / cells,
        bytes(label, "GradientChunk") / 1e6,
        encryptions * ciphertextBytes / 1e6,
        bytes(feature, "NodeSums") / 1e6,
        encrypting,
        encryptingByFormula,
        adding,
        addingByFormula,
        encrypting / encryptingByFormula,
        adding / addingByFormula,
        label.training().seconds() / both.holder().trees());
  }

  /**
   * By how many bits a sum is shifted: beside others of one ciphertext, or out of the others of its
   * rows' ciphertexts.
   */
  private int squarings(int perCiphertext) {
    int sum = bits((long) rows << 16) + bits((long) rows << 17);
    return perCiphertext == 1 ? sum : (perCiphertext - 1) * (sum + 40);
  }

  private static int bits(long most) {
    return Long.SIZE - Long.numberOfLeadingZeros(most);
  }

  private static long bytes(PartyFigures party, String message) {
    return party.sent().stream()
        .filter(each -> each.message().equals(message))
        .mapToLong(PartyFigures.Crossed::bytes)
        .sum();
  }
}

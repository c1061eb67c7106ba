// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.config.MonotoneConstraints;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** For tests: whole fits of trees in memory on generated tables. */
final class Forests {
  static final PartyId BANK = new PartyId("bank");
  static final PaillierPrivateKey KEY = PaillierPrivateKey.generate(2048, new SecureRandom());
  static final byte[] DIGEST = new byte[32];

  private Forests() {}

  static byte[] seed() {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 9);
    return seed;
  }

  static PartyId featureHolder(int number) {
    return new PartyId("shop-" + number);
  }

  /** Labels and the columns of every holder, the label holder's first. */
  record Joined(double[] labels, List<double[][]> holders) {
    int rows() {
      return labels.length;
    }

    Joined withLabels(double[] others) {
      return new Joined(others, holders);
    }
  }

  /**
   * Columns of which some are two-valued, some skewed and some, if asked for, full of holes; labels
   * by thresholds and products of columns of all holders.
   */
  static Joined generate(int rows, long seed, boolean holes, int... columnsPerHolder) {
    SplittableRandom random = new SplittableRandom(seed);
    int columns = Arrays.stream(columnsPerHolder).sum();
    double[][] table = new double[columns][rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double z = -0.5;
      for (int j = 0; j < columns; j++) {
        double value = random.nextDouble() + random.nextDouble() - 1;
        if (j % 4 == 3) {
          value = value > 0.3 ? 1 : 0;
        }
        if (j % 5 == 2) {
          value = Math.exp(3 * value);
        }
        z += (j % 2 == 0 ? 1.5 : -1) * (value > 0.2 ? 1 : 0) + (j % 3 == 1 ? value : 0);
        boolean hole = holes && j % 3 == 1 && random.nextDouble() < 0.2 + 0.3 * value;
        z += hole ? 0.7 : 0;
        table[j][i] = hole ? Double.NaN : 10 * j + value;
      }
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    }
    List<double[][]> holders = new ArrayList<>();
    int from = 0;
    for (int count : columnsPerHolder) {
      holders.add(Arrays.copyOfRange(table, from, from + count));
      from += count;
    }
    return new Joined(labels, holders);
  }

  /**
   * The same columns; labels of so many classes, about as many rows of each, by thresholds of
   * columns of all holders that say other things of each class.
   */
  static Joined classes(int rows, long seed, boolean holes, int classes, int... columnsPerHolder) {
    Joined two = generate(rows, seed, holes, columnsPerHolder);
    SplittableRandom random = new SplittableRandom(~seed);
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      double best = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        double z = -Math.log(-Math.log(random.nextDouble()));
        int column = c;
        for (double[][] holder : two.holders()) {
          for (double[] values : holder) {
            double value =
                Double.isNaN(values[i]) ? 0.1 : values[i] - Math.rint(values[i] / 10) * 10;
            double weight = column++ % classes == 0 ? 2 : -0.3;
            z += value > 0.2 ? weight : 0;
          }
        }
        if (z > best) {
          best = z;
          labels[i] = c;
        }
      }
    }
    return two.withLabels(labels);
  }

  static PartyTable table(double[][] columns, int rows, int partitions) {
    return new PartyTable(
        LocalAlignedRows.of(rows, columns, partitions),
        IntStream.range(0, columns.length).mapToObj(j -> "x" + j).toList(),
        DIGEST);
  }

  static List<TreesFit> fit(TreeTerms terms, Joined joined, double @Nullable [] weights) {
    return fit(terms, joined, weights, TreeRules.DEFAULT);
  }

  static List<TreesFit> fit(
      TreeTerms terms, Joined joined, double @Nullable [] weights, TreeRules rules) {
    return fit(
        terms,
        joined,
        weights,
        rules,
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
  }

  /**
   * As below, where feature holders allow all trees.
   *
   * @param wrapLabel what the label holder speaks through
   * @param wrapFeature what every feature holder speaks through
   */
  static List<TreesFit> fit(
      TreeTerms terms,
      Joined joined,
      double @Nullable [] weights,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature) {
    return fit(
        terms,
        joined,
        weights,
        new TreeRules(true),
        wrapLabel,
        wrapFeature,
        (exchange, opened) -> Session.open(exchange, opened, Progress.NONE));
  }

  /**
   * The label holder's first.
   *
   * @param wrapLabel what the label holder speaks through
   * @param wrapFeature what every feature holder speaks through
   */
  static List<TreesFit> fit(
      TreeTerms terms,
      Joined joined,
      double @Nullable [] weights,
      TreeRules rules,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature,
      Parties.Opening opening) {
    return fit(
        terms, joined, weights, rules, wrapLabel, wrapFeature, opening, MonotoneConstraints.NONE);
  }

  /**
   * As above.
   *
   * @param constraints of the label holder's columns
   */
  static List<TreesFit> fit(
      TreeTerms terms,
      Joined joined,
      double @Nullable [] weights,
      TreeRules rules,
      UnaryOperator<Channel> wrapLabel,
      UnaryOperator<Channel> wrapFeature,
      Parties.Opening opening,
      MonotoneConstraints constraints) {
    Map<PartyId, Parties.Code<TreesFit>> code = new HashMap<>();
    code.put(
        BANK,
        session ->
            new TreesLabelHolder(terms, key(terms), session::privateRandomness, seed(), constraints)
                .fit(
                    wrapLabel.apply(begin(session, terms)),
                    table(joined.holders().get(0), joined.rows(), 3),
                    joined.labels(),
                    weights,
                    Progress.NONE));
    for (int k = 1; k < joined.holders().size(); k++) {
      int number = k;
      code.put(
          featureHolder(k),
          session ->
              new TreesFeatureHolder(terms, rules, session::privateRandomness)
                  .fit(
                      wrapFeature.apply(begin(session, terms)),
                      BANK,
                      table(joined.holders().get(number), joined.rows(), number + 1),
                      0,
                      Progress.NONE));
    }
    return List.copyOf(
        Parties.run(InMemoryExchange::network, TreeMessages.TYPES, opening, code).values());
  }

  /**
   * Requires that a fit's trees are those of the joined columns, to the last bit.
   *
   * @param trees how many the reference grows, unless early stopping keeps fewer
   */
  static TreeEnsemble requireJoined(
      List<TreesFit> fits, TreeTerms terms, int trees, Joined joined, double @Nullable [] weights) {
    TreeEnsemble federated = ensemble(fits);
    TreeEnsemble reference =
        JoinedTrees.of(terms, seed(), joined.labels(), joined.holders())
            .withWeights(weights)
            .fit(trees);
    assertThat(federated.start()).isEqualTo(reference.start());
    assertThat(federated.largestLeafDifference(reference)).isZero();
    assertThat(federated.trees()).isEqualTo(reference.trees()).isNotEmpty();
    return federated;
  }

  /** A fit whose trees must be those of the joined columns, to the last bit. */
  static List<TreesFit> requireEqual(TreeTerms terms, Joined joined, TreeRules rules) {
    List<TreesFit> fits = fit(terms, joined, null, rules);
    requireJoined(fits, terms, fits.get(0).summary().trees(), joined, null);
    return fits;
  }

  /** Parts have the thresholds of the model's trees, and importances count no others. */
  static void requireOnlySplitsOfTheTrees(List<TreesFit> fits) {
    for (int k = 0; k < fits.size(); k++) {
      int owner = k;
      TreesModelPart part = fits.get(k).part();
      long splits =
          ensemble(fits).trees().stream()
              .flatMap(List::stream)
              .filter(node -> node.owner() == owner)
              .count();
      long counted =
          FeatureImportance.of(part).stream()
              .filter(each -> each.peer() == null)
              .mapToInt(FeatureImportance::splits)
              .sum();
      if (part.thresholds().size() != splits || counted != splits) {
        throw new AssertionError(
            part.thresholds().size() + " thresholds, " + counted + " counted, of " + splits);
      }
    }
  }

  static AdditivePrivateKey key(TreeTerms terms) {
    return terms.scheme() == TreeScheme.PAILLIER ? KEY : OkamotoUchiyama.KEY;
  }

  /** Made where it is needed. */
  private static final class OkamotoUchiyama {
    static final AdditivePrivateKey KEY =
        TreeScheme.OKAMOTO_UCHIYAMA.derive(2048, Randomness.derive(new byte[32], "a test's key"));
  }

  static Channel begin(Session session, TreeTerms terms) {
    return session.beginStep("fit", new TreeMap<>(terms.asTerms()));
  }

  /** For messages of roles that run at the same time. */
  static List<Message> tap() {
    return Collections.synchronizedList(new ArrayList<>());
  }

  static <M> List<M> sent(Class<M> type, List<Message> messages) {
    return messages.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /**
   * What the label holder sees of sums under {@link #KEY}, one row in a ciphertext.
   *
   * @param nodeRows no fewer than any of the nodes has
   */
  static Sums open(NodeSums message, GradientPacking packing, int nodeRows) {
    int[] most = new int[message.candidates().length];
    Arrays.fill(most, nodeRows);
    return packing.unpack(decrypt(message, packing), most);
  }

  static PlaintextBlock decrypt(NodeSums message, GradientPacking packing) {
    int plaintexts = packing.plaintexts(message.candidates().length);
    return KEY.decrypt(
        CiphertextBlock.fromBytes(KEY.publicKey(), message.ciphertexts(), plaintexts));
  }

  static TreeEnsemble ensemble(List<TreesFit> fits) {
    TreeEnsemble ensemble = fits.get(0).part().ensemble();
    if (ensemble == null) {
      throw new AssertionError("The label holder has no trees");
    }
    return ensemble;
  }

  /** By score and row: all parties' parts together, in the clear. */
  static double[][] scores(List<TreesFit> fits, Joined joined) {
    return scores(fits, joined, ensemble(fits).trees().size());
  }

  /** By the first trees only. */
  static double[][] scores(List<TreesFit> fits, Joined joined, int first) {
    TreeEnsemble ensemble = ensemble(fits);
    double[][] scores = new double[ensemble.outputs()][joined.rows()];
    for (int i = 0; i < joined.rows(); i++) {
      for (int c = 0; c < scores.length; c++) {
        scores[c][i] = ensemble.start().get(c);
      }
      for (List<TreeNode> tree : ensemble.trees().subList(0, first)) {
        TreeNode node = tree.get(0);
        while (!node.isLeaf()) {
          Threshold threshold = fits.get(node.owner()).part().thresholds().get(node.split());
          double value = joined.holders().get(node.owner())[threshold.column()][i];
          node = tree.get(threshold.goesLeft(value) ? node.left() : node.right());
        }
        for (int c = 0; c < scores.length; c++) {
          scores[c][i] += node.values().get(c);
        }
      }
    }
    return scores;
  }
}

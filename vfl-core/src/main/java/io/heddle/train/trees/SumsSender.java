// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeLimits;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.train.trees.NamedCandidates.Named;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up one tree's derivatives by bin, and sends what lies left of each candidate, under names
 * and masks.
 */
final class SumsSender {
  /** So many candidates go into one message, or those of one node. */
  static final int TOGETHER = 1024;

  private final Channel step;
  private final PartyId labelHolder;
  private final TreeTerms terms;
  private final AdditivePublicKey key;
  private final RowSlots slots;
  private final PrivateRandomness randomness;
  private final int columns;
  private final NamedCandidates offered;
  private final TreesReport report;
  private final int leastBinRows;
  private long addingNanos;

  /**
   * @param slots where rows stand in their plaintexts
   * @param columns how many this party has
   * @param offered what nodes are split by
   */
  SumsSender(
      Channel step,
      PartyId labelHolder,
      TreeTerms terms,
      AdditivePublicKey key,
      RowSlots slots,
      PrivateRandomness randomness,
      int columns,
      NamedCandidates offered,
      TreesReport report) {
    this.step = step;
    this.labelHolder = labelHolder;
    this.terms = terms;
    this.key = key;
    this.slots = slots;
    this.randomness = randomness;
    this.columns = columns;
    this.offered = offered;
    this.report = report;
    leastBinRows = TreeRules.leastBinRows(terms);
  }

  /** How long adding up has taken. */
  long addingNanos() {
    return addingNanos;
  }

  /** Also counts the rows of the pairs' nodes, and sets by which cuts they may be split. */
  void send(TreeGradients gradients, List<NodePair<KnownNode>> asked) {
    List<NodePair<KnownNode>> pairs = NodePair.toBuild(asked, terms);
    long begin = System.nanoTime();
    CiphertextBlock sums = accumulate(gradients, pairs);
    addingNanos += System.nanoTime() - begin;
    List<List<Named>> named = pairs.stream().map(offered::of).toList();
    int ofNode = offered.layout().bins() * slots.rowsPerPlaintext();
    for (int from = 0, to; from < pairs.size(); from = to) {
      to = groupEnd(named, from);
      send(
          pairs.subList(from, to), named.subList(from, to), sums.slice(from * ofNode, to * ofNode));
    }
  }

  /** Up to which node candidates go into one message: as many as it takes, but one at least. */
  static int groupEnd(List<? extends List<?>> named, int from) {
    int to = from;
    int candidates = 0;
    do {
      candidates += named.get(to).size();
      to++;
    } while (to < named.size() && candidates + named.get(to).size() <= TOGETHER);
    return to;
  }

  /** The candidates of some of the nodes, which the label holder decrypts while others are made. */
  private void send(
      List<NodePair<KnownNode>> pairs, List<List<Named>> offers, CiphertextBlock sums) {
    Candidates layout = offered.layout();
    LeftOfCuts left =
        new LeftOfCuts(columnStarts(), layout.bins(), pairs.size(), slots.rowsPerPlaintext());
    List<Integer> shifts = new ArrayList<>();
    List<Integer> sent = new ArrayList<>();
    List<Boolean> allowed = new ArrayList<>();
    int[] counts = new int[pairs.size()];
    for (int p = 0; p < counts.length; p++) {
      KnownNode built = pairs.get(p).built();
      KnownNode sibling = pairs.get(p).sibling();
      for (Named named : offers.get(p)) {
        Candidate candidate = named.candidate();
        left.add(
            p,
            layout.start(candidate.column()) + candidate.cut(),
            candidate.missingLeft() ? layout.missing(candidate) : -1);
        shifts.add(built.ranks().length - layout.left(candidate, built.counts()));
        sent.add(named.name());
        allowed.add(offered.isAllowed(built, candidate));
        allowed.add(sibling != null && offered.isAllowed(sibling, candidate));
        counts[p]++;
      }
    }
    report.sums(sent.size());
    requireFits(sent.size());
    CiphertextBlock masked = masked(left.sums(key.space(), sums), ints(shifts));
    step.send(labelHolder, new NodeSums(counts, ints(sent), bits(allowed), masked.toBytes()));
  }

  private void requireFits(int candidates) {
    long bytes = slots.sumsBytes(candidates, key.ciphertextBytes());
    if (bytes > ExchangeLimits.DEFAULT.maxMessageBytes()) {
      throw new ConfigurationException(
          "Too many columns, bins or classes: the sums of a node with "
              + candidates
              + " candidates need "
              + bytes
              + " bytes, and a message has at most "
              + ExchangeLimits.DEFAULT.maxMessageBytes()
              + ". Take fewer columns here, or less maxBins"
              + (slots.rowsPerPlaintext() > 1 ? " or rowPacking = off" : ""));
    }
  }

  /** Encrypted sums by bin of the nodes to build; counts and cuts of all. */
  private CiphertextBlock accumulate(TreeGradients gradients, List<NodePair<KnownNode>> pairs) {
    int[][] nodes = pairs.stream().map(pair -> pair.built().ranks()).toArray(int[][]::new);
    List<Accumulation.Part> parts =
        pairs.get(0).parent() == null ? gradients.ofAll() : gradients.of(nodes);
    for (int p = 0; p < nodes.length; p++) {
      int[] counts = new int[offered.layout().bins()];
      for (Accumulation.Part part : parts) {
        for (int bin = 0; bin < counts.length; bin++) {
          counts[bin] += part.counts()[p][bin];
        }
      }
      setCounts(pairs.get(p), counts);
      report.addedRows(nodes[p].length);
    }
    parts.forEach(part -> report.additions(part.additions()));
    CiphertextBlock sum = parts.size() == 1 ? parts.get(0).bins() : sum(parts);
    return key.space().block(key.space().residues(sum), slots.bound());
  }

  /** Each part is bounded by its own rows, so that their sum is by all. */
  private CiphertextBlock sum(List<Accumulation.Part> parts) {
    report.additions((long) (parts.size() - 1) * parts.get(0).bins().size());
    return key.sum(parts.stream().map(Accumulation.Part::bins).toList());
  }

  /** Of the built node; its sibling has the others of their parent. */
  private void setCounts(NodePair<KnownNode> pair, int[] counts) {
    KnownNode built = pair.built();
    KnownNode sibling = pair.sibling();
    KnownNode parent = pair.parent();
    Candidates layout = offered.layout();
    if (sibling == null || parent == null) {
      built.counted(counts, built.cuts().coarsened(layout, leastBinRows, counts));
      return;
    }
    int[] others = new int[counts.length];
    Arrays.setAll(others, bin -> parent.counts()[bin] - counts[bin]);
    NodeCuts cuts = parent.cuts().coarsened(layout, leastBinRows, counts, others);
    built.counted(counts, cuts);
    sibling.counted(others, cuts);
  }

  private CiphertextBlock masked(CiphertextBlock left, int[] shifts) {
    CiphertextBlock sums = slots.together(key.space(), left);
    byte[] path = step.path().getBytes(StandardCharsets.UTF_8);
    byte[] digest = Sha256.of(sums.toBytes());
    return key.addAndObfuscate(
        sums,
        slots.added(shifts, randomness.derive("trees/masks of sums", path, digest)),
        randomness.derive("trees/sums", path, digest));
  }

  /** Where each column of a node begins. */
  private int[] columnStarts() {
    int[] starts = new int[columns];
    Arrays.setAll(starts, offered.layout()::start);
    return starts;
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  private static boolean[] bits(List<Boolean> values) {
    boolean[] bits = new boolean[values.size()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = values.get(i);
    }
    return bits;
  }
}

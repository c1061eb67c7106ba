// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One tree as a feature holder goes through it. */
final class FeatureHolderTree {
  private final Channel step;
  private final PartyId labelHolder;
  private final TreeTerms terms;
  private final AdditivePublicKey key;
  private final RowSlots slots;
  private final OwnColumns own;
  private final int rows;
  private final SampledRows sample;
  private final TreesReport report;
  private final int[] chosen;
  private final NamedCandidates offered;
  private final SumsSender sums;
  private final List<Threshold> thresholds = new ArrayList<>();
  private List<byte[]> blobs = List.of();

  /**
   * @param slots where rows stand in their plaintexts
   * @param rows how many this party has
   * @param sample those that the tree is grown on
   */
  FeatureHolderTree(
      Channel step,
      PartyId labelHolder,
      TreeTerms terms,
      AdditivePublicKey key,
      RowSlots slots,
      PrivateRandomness randomness,
      OwnColumns own,
      int rows,
      SampledRows sample,
      TreesReport report) {
    this.step = step;
    this.labelHolder = labelHolder;
    this.terms = terms;
    this.key = key;
    this.slots = slots;
    this.own = own;
    this.rows = rows;
    this.sample = sample;
    this.report = report;
    byte[] context = step.path().getBytes(StandardCharsets.UTF_8);
    int columns = own.binned().count();
    chosen =
        ColumnSampler.ofFeatureHolder(terms.featureSubsetStrategy(), columns, randomness, context);
    offered =
        new NamedCandidates(
            own.candidates().of(chosen),
            new SecretNames(
                own.candidates().size(), randomness.derive("trees/names of candidates", context)),
            terms);
    sums =
        new SumsSender(step, labelHolder, terms, key, slots, randomness, columns, offered, report);
  }

  /** This party's splits of it, in the order in which they were chosen. */
  List<Threshold> thresholds() {
    return List.copyOf(thresholds);
  }

  /** How long adding up has taken. */
  long addingNanos() {
    return sums.addingNanos();
  }

  /** The names of those that its derivatives were in. */
  List<byte[]> blobs() {
    return blobs;
  }

  /** Receives its derivatives, and answers until the label holder asks no more. */
  void grow() {
    GradientReceiver arriving =
        new GradientReceiver(step, labelHolder, key, slots.plaintexts(sample.size()));
    ColumnBins[] columns = own.binned().columns();
    KnownNode root = KnownNode.root(rows, sample, NodeCuts.all(columns).of(chosen));
    try (TreeGradients gradients =
        TreeGradients.receive(arriving, own.binned(), own.bins(), sample, chosen, ofNoNodes())) {
      if (terms.isLeafWise()) {
        growByLeaf(gradients, root);
      } else {
        growByLevel(gradients, root);
      }
    }
    blobs = arriving.blobs();
  }

  private Accumulation ofNoNodes() {
    int[] sizes = own.binned().sizes();
    return new Accumulation(
        key,
        new int[0][],
        Arrays.stream(chosen).map(j -> sizes[j]).toArray(),
        slots,
        terms.jointBuckets());
  }

  private void growByLevel(TreeGradients gradients, KnownNode root) {
    List<NodePair<KnownNode>> pairs = List.of(NodePair.ofRoot(root));
    for (int depth = 0; depth < terms.maxDepth() && !pairs.isEmpty(); depth++) {
      List<KnownNode> level = NodePair.nodes(pairs);
      report.nodesAsked(level.size());
      sums.send(gradients, pairs);
      boolean[][] left = split(level);
      pairs = depth + 1 < terms.maxDepth() ? descend(level, left).pairs() : List.of();
    }
  }

  /** Nodes that are not split yet stand in the order in which they became known. */
  private void growByLeaf(TreeGradients gradients, KnownNode root) {
    List<NodePair<KnownNode>> pairs = List.of(NodePair.ofRoot(root));
    List<KnownNode> open = new ArrayList<>();
    int built = 0;
    while (!open.isEmpty() || !pairs.isEmpty()) {
      if (!pairs.isEmpty()) {
        built += pairs.size();
        requireBuilt(built);
        List<KnownNode> fresh = NodePair.nodes(pairs);
        open.addAll(fresh);
        report.nodesAsked(fresh.size());
        sums.send(gradients, pairs);
      }
      boolean[][] left = split(open);
      Below below = descend(open, left);
      if (below.kept().size() == open.size()) {
        throw new ProtocolException("The label holder keeps all nodes as they are");
      }
      open.clear();
      open.addAll(below.kept());
      pairs = below.pairs();
    }
  }

  private void requireBuilt(int nodes) {
    if (nodes > TreeRules.lastNodes(terms)) {
      throw new ProtocolException(
          "The label holder asks about more nodes than a tree of "
              + terms.maxLeaves()
              + " leaves and depth "
              + terms.maxDepth()
              + " has");
    }
  }

  /**
   * Splits what the label holder chooses, and tells it where the rows go.
   *
   * @return which rows of each node go left; null where this party does not split it
   */
  private boolean[][] split(List<KnownNode> nodes) {
    SplitChoices choices = step.receive(labelHolder, SplitChoices.class);
    boolean[][] left = new boolean[nodes.size()][];
    if (choices.nodes().length != choices.candidates().length) {
      throw new ProtocolException("The label holder chose nodes and candidates of other numbers");
    }
    int bytes = 0;
    int before = -1;
    for (int i = 0; i < choices.nodes().length; i++) {
      int at = choices.nodes()[i];
      if (at <= before || at >= nodes.size()) {
        throw new ProtocolException(
            "The label holder chose node " + at + " out of order, or of " + nodes.size());
      }
      before = at;
      Candidate candidate = offered.chosen(nodes.get(at), choices.candidates()[i]);
      thresholds.add(own.candidates().threshold(candidate));
      left[at] = own.left(nodes.get(at).rows(), candidate);
      bytes += RowSets.bytes(left[at].length);
      report.bits(left[at].length);
    }
    if (choices.nodes().length > 0) {
      byte[] bits = new byte[bytes];
      int next = 0;
      for (int at : choices.nodes()) {
        next = RowSets.write(left[at], bits, next);
      }
      step.send(labelHolder, new SplitBits(bits));
    }
    return left;
  }

  /**
   * What comes after a level, or after a step.
   *
   * @param pairs nodes whose parents were split
   * @param kept nodes that were not, and may be
   */
  private record Below(List<NodePair<KnownNode>> pairs, List<KnownNode> kept) {}

  /**
   * The nodes that come next, as the label holder has split these.
   *
   * @param ownLeft what {@link #split} returned
   */
  private Below descend(List<KnownNode> nodes, boolean[][] ownLeft) {
    Descent descent = step.receive(labelHolder, Descent.class);
    if (descent.fates().length != nodes.size()) {
      throw new ProtocolException(
          "The fates of " + descent.fates().length + " nodes: must be " + nodes.size());
    }
    List<NodePair<KnownNode>> pairs = new ArrayList<>();
    List<KnownNode> kept = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < nodes.size(); i++) {
      KnownNode node = nodes.get(i);
      if (descent.fates()[i] == Descent.KEPT) {
        if (!terms.isLeafWise()) {
          throw new ProtocolException("Invalid fate 3 of a node: must be 0, 1 or 2");
        }
        if (ownLeft[i] != null) {
          throw new ProtocolException("The label holder keeps a node that this party has split");
        }
        kept.add(node);
      } else if (descent.fates()[i] != Descent.ENDED) {
        int end = at + RowSets.bytes(node.rows().length);
        if (end > descent.bits().length) {
          throw new ProtocolException("Too few bits for the rows of the nodes that go on");
        }
        boolean[] left = RowSets.read(descent.bits(), at, node.rows().length);
        if (ownLeft[i] != null && !Arrays.equals(ownLeft[i], left)) {
          throw new ProtocolException(
              "The label holder sends other rows to the left than this party's split does");
        }
        pairs.add(pair(node, left, descent.fates()[i] == Descent.LEFT_IS_SMALLER));
        at = end;
      }
    }
    if (at != descent.bits().length) {
      throw new ProtocolException("More bits than the nodes that go on have rows");
    }
    return new Below(pairs, kept);
  }

  private NodePair<KnownNode> pair(KnownNode parent, boolean[] left, boolean leftIsSmaller) {
    int depth = parent.depth() + 1;
    if (depth >= terms.maxDepth()) {
      throw new ProtocolException("The label holder asks about a node at depth " + depth);
    }
    KnownNode smaller = parent.child(left, leftIsSmaller, sample);
    KnownNode larger = parent.child(left, !leftIsSmaller, sample);
    int least = TreeRules.leastNodeRows(rows, terms);
    if (smaller.ranks().length < least || smaller.ranks().length > larger.ranks().length) {
      throw new ProtocolException(
          "The label holder asks about a node of "
              + smaller.ranks().length
              + " rows beside one of "
              + larger.ranks().length
              + ": the smaller one must have at least "
              + least);
    }
    return new NodePair<>(smaller, larger, parent, leftIsSmaller);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.train.trees.GrowingTree.Node;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One tree as the label holder grows it, once feature holders have its derivatives. */
final class LabelHolderTree {
  private static final boolean[] NO_BITS = {};

  private final Channel step;
  private final TreeTerms terms;
  private final TrainingRows rows;
  private final Gradients gradients;
  private final OwnSplits own;
  private final int[] ownColumns;
  private final SumsReceiver receiver;
  private final SplitNumbers numbers;
  private final TreesReport report;
  private final List<PartyId> peers;
  private final SplitGain gain;
  private final GrowingTree tree;

  // The nodes that feature holders can be asked about, in their order.
  private List<Node> known = List.of();
  // Those of them whose sums come next.
  private List<NodePair<Node>> asked = List.of();
  private Map<Node, PeerSums[]> sums = new HashMap<>();

  /**
   * @param step of this tree, or any if the label holder grows it alone
   * @param ownColumns those of its columns that may split it
   */
  LabelHolderTree(
      Channel step,
      TreeTerms terms,
      TrainingRows rows,
      Gradients gradients,
      OwnSplits own,
      int[] ownColumns,
      SumsReceiver receiver,
      SplitNumbers numbers,
      TreesReport report) {
    this.step = step;
    this.terms = terms;
    this.rows = rows;
    this.gradients = gradients;
    this.own = own;
    this.ownColumns = ownColumns.clone();
    this.receiver = receiver;
    this.numbers = numbers;
    this.report = report;
    peers = List.copyOf(step.peers());
    gain = new SplitGain(gradients, terms);
    tree = new GrowingTree(rows.count(), gradients, terms);
  }

  /**
   * Level by level or leaf by leaf.
   *
   * @param isShared on the columns of all, or else on this party's only, with nothing sent
   */
  GrowingTree grow(boolean isShared) {
    if (isShared) {
      known = List.of(tree.root());
      asked = List.of(NodePair.ofRoot(tree.root()));
    }
    if (terms.isLeafWise()) {
      growByLeaf();
    } else {
      growByLevel();
    }
    return tree;
  }

  private void growByLevel() {
    List<Node> level = List.of(tree.root());
    for (int depth = 0; depth < terms.maxDepth() && !level.isEmpty(); depth++) {
      sums = receiver.receive(step, asked, sums);
      Map<Node, Split> best = new HashMap<>();
      for (Node node : level) {
        best.put(node, best(node));
      }
      Map<Node, boolean[]> bits = askOwners(best);
      List<Node> below = new ArrayList<>();
      Map<Node, List<Node>> children = new HashMap<>();
      for (Node node : level) {
        Split split = best.getOrDefault(node, Split.NONE);
        if (split.exists()) {
          List<Node> two = split(node, split, bits);
          children.put(node, two);
          below.addAll(two);
        }
      }
      boolean isLast = depth + 1 == terms.maxDepth();
      asked = known.isEmpty() || isLast ? List.of() : descend(children, Descent.ENDED);
      known = NodePair.nodes(asked);
      level = below;
    }
  }

  /** Splits the leaf whose split gains most, the first of several, until there are enough. */
  private void growByLeaf() {
    List<Node> fresh = List.of(tree.root());
    Map<Node, Split> open = new LinkedHashMap<>();
    for (int leaves = 1; leaves < terms.maxLeaves(); leaves++) {
      sums.putAll(receiver.receive(step, asked, sums));
      asked = List.of();
      for (Node node : fresh) {
        if (node.depth() < terms.maxDepth()) {
          open.put(node, best(node));
        }
      }
      Node next = first(open);
      if (next == null) {
        break;
      }
      Split split = open.getOrDefault(next, Split.NONE);
      open.remove(next);
      boolean isKnown = known.contains(next);
      Map<Node, boolean[]> bits = isKnown ? askOwners(Map.of(next, split)) : Map.of();
      fresh = split(next, split, bits);
      if (isKnown && leaves + 1 == terms.maxLeaves()) {
        endAll();
      } else if (isKnown) {
        asked = descend(Map.of(next, fresh), Descent.KEPT);
        List<Node> still = new ArrayList<>(known);
        still.remove(next);
        still.addAll(NodePair.nodes(asked));
        known = still;
      }
    }
    if (!known.isEmpty()) {
      askOwners(Map.of());
      endAll();
    }
  }

  private static @Nullable Node first(Map<Node, Split> open) {
    Node first = null;
    double most = 0;
    for (Map.Entry<Node, Split> entry : open.entrySet()) {
      if (entry.getValue().gain() > most) {
        first = entry.getKey();
        most = entry.getValue().gain();
      }
    }
    return first;
  }

  /** By columns of all parties where feature holders have sent sums, or else by own ones. */
  private Split best(Node node) {
    Split best = own.best(node, ownColumns, gradients, gain);
    PeerSums[] ofPeers = sums.get(node);
    if (ofPeers != null) {
      for (int k = 0; k < ofPeers.length; k++) {
        best = best.or(ofPeers[k].best(k + 1, node, gain));
      }
    }
    return best;
  }

  /** Each feature holder tells which rows go left in the nodes that its columns split. */
  private Map<Node, boolean[]> askOwners(Map<Node, Split> best) {
    Map<Node, boolean[]> bits = new HashMap<>();
    if (known.isEmpty()) {
      return bits;
    }
    List<List<Node>> chosen = new ArrayList<>();
    for (int k = 0; k < peers.size(); k++) {
      int owner = k + 1;
      List<Node> nodes =
          known.stream()
              .filter(node -> best.getOrDefault(node, Split.NONE).owner() == owner)
              .toList();
      step.send(
          peers.get(k),
          new SplitChoices(
              nodes.stream().mapToInt(known::indexOf).toArray(),
              nodes.stream()
                  .mapToInt(node -> best.getOrDefault(node, Split.NONE).number())
                  .toArray()));
      chosen.add(nodes);
    }
    for (int k = 0; k < peers.size(); k++) {
      if (!chosen.get(k).isEmpty()) {
        SplitBits answer = step.receive(peers.get(k), SplitBits.class);
        readBits(peers.get(k), answer.bits(), chosen.get(k), bits);
      }
    }
    return bits;
  }

  private void readBits(PartyId peer, byte[] bytes, List<Node> nodes, Map<Node, boolean[]> bits) {
    int least = TreeRules.leastSideRows(terms);
    int expected = nodes.stream().mapToInt(node -> RowSets.bytes(node.rows().length)).sum();
    if (bytes.length != expected) {
      throw new ProtocolException(
          peer + " sent " + bytes.length + " bytes with rows of nodes: must be " + expected);
    }
    int at = 0;
    for (Node node : nodes) {
      boolean[] left = RowSets.read(bytes, at, node.rows().length);
      int count = node.sampledLeft(left);
      if (Math.min(count, node.sampled().length - count) < least) {
        throw new ProtocolException(
            peer + " splits off fewer than " + least + " rows of a node, which it may not offer");
      }
      bits.put(node, left);
      report.bits(left.length);
      at += RowSets.bytes(left.length);
    }
  }

  /**
   * Splits a node.
   *
   * @param bits which of its rows go left, if a feature holder's column splits it
   * @return its children, the left one first
   */
  private List<Node> split(Node node, Split split, Map<Node, boolean[]> bits) {
    int number = split.number();
    if (split.owner() == 0) {
      int record = numbers.add(own.threshold(number));
      boolean[] left = own.left(node.rows(), number);
      return tree.split(node, split, own.direction(number), left, record);
    }
    int k = split.owner() - 1;
    PeerSums sent = SumsReceiver.requireOf(sums, node)[k];
    boolean[] left = bits.getOrDefault(node, NO_BITS);
    List<Node> two = tree.split(node, split, 0, left, numbers.next(k));
    sent.requireLeft(peers.get(k), number, two.get(0));
    return two;
  }

  /**
   * Tells feature holders in which children they will be asked again.
   *
   * @param unsplit the fate of nodes without children
   */
  private List<NodePair<Node>> descend(Map<Node, List<Node>> children, byte unsplit) {
    List<NodePair<Node>> pairs = new ArrayList<>();
    byte[] fates = new byte[known.size()];
    int bytes = 0;
    for (int i = 0; i < fates.length; i++) {
      Node node = known.get(i);
      List<Node> two = children.get(node);
      fates[i] = two == null ? unsplit : Descent.ENDED;
      if (two != null && node.depth() + 1 < terms.maxDepth() && isShared(two)) {
        boolean leftSmaller = two.get(0).sampled().length <= two.get(1).sampled().length;
        fates[i] = leftSmaller ? Descent.LEFT_IS_SMALLER : Descent.RIGHT_IS_SMALLER;
        Node smaller = two.get(leftSmaller ? 0 : 1);
        Node larger = two.get(leftSmaller ? 1 : 0);
        pairs.add(new NodePair<>(smaller, larger, node, leftSmaller));
        bytes += RowSets.bytes(node.rows().length);
      }
    }
    byte[] bits = new byte[bytes];
    int at = 0;
    for (NodePair<Node> pair : pairs) {
      Node parent = pair.parent();
      at = parent == null ? at : RowSets.write(parent.left(), bits, at);
    }
    step.sendToAll(new Descent(fates, bits));
    return pairs;
  }

  /** Tells feature holders that they will not be asked again. */
  private void endAll() {
    descend(Map.of(), Descent.ENDED);
    known = List.of();
  }

  /**
   * Whether feature holders are asked below a split: of neither child if one has too few rows, or
   * rows worth too few by their weights, from which with its parent's sums the other's would
   * follow, or nearly all of one label, which their sibling's going on would tell.
   */
  private boolean isShared(List<Node> children) {
    int least = TreeRules.leastNodeRows(rows.count(), terms);
    return children.stream()
        .allMatch(child -> rows.worth(child.sampled()) >= least && !rows.isPure(child.rows()));
  }
}

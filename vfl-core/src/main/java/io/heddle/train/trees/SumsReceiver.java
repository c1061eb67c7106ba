// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.train.trees.GrowingTree.Node;
import io.heddle.train.trees.TreeMessage.NodeSums;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Receives, checks and decrypts the sums of all feature holders in the nodes of a fit. */
final class SumsReceiver {
  private final AdditivePrivateKey key;
  private final TreeTerms terms;
  private final RowSlots slots;
  private final List<PartyId> peers;
  private final SortedMap<PartyId, Integer> candidates;
  private final TreesReport report;

  /**
   * @param slots where rows stand in their plaintexts
   * @param candidates how many each feature holder has declared
   */
  SumsReceiver(
      AdditivePrivateKey key,
      TreeTerms terms,
      RowSlots slots,
      SortedMap<PartyId, Integer> candidates,
      TreesReport report) {
    this.key = key;
    this.terms = terms;
    this.slots = slots;
    this.candidates = candidates;
    this.report = report;
    peers = List.copyOf(candidates.keySet());
  }

  /**
   * Sums of both nodes of each pair, by feature holder; nothing is received for no pairs.
   *
   * @param above sums of their parents
   * @throws ProtocolException if what comes is not what feature holders are to send
   */
  Map<Node, PeerSums[]> receive(
      Channel step, List<NodePair<Node>> pairs, Map<Node, PeerSums[]> above) {
    Map<Node, PeerSums[]> sums = new HashMap<>();
    if (pairs.isEmpty()) {
      return sums;
    }
    for (Node node : NodePair.nodes(pairs)) {
      sums.put(node, new PeerSums[peers.size()]);
    }
    report.nodesAsked(sums.size());
    List<NodePair<Node>> sent = NodePair.toBuild(pairs, terms);
    for (int k = 0; k < peers.size(); k++) {
      for (int from = 0; from < sent.size(); ) {
        NodeSums message = step.receive(peers.get(k), NodeSums.class);
        requireCounts(peers.get(k), message, sent.size() - from);
        int to = from + message.counts().length;
        read(k, message, sent.subList(from, to), above, sums);
        from = to;
      }
    }
    return sums;
  }

  /** Those of one node, which must have been asked about. */
  static PeerSums[] requireOf(Map<Node, PeerSums[]> sums, Node node) {
    PeerSums[] known = sums.get(node);
    if (known == null) {
      throw new IllegalStateException("No sums of a node that was asked about");
    }
    return known;
  }

  private void read(
      int k,
      NodeSums message,
      List<NodePair<Node>> pairs,
      Map<Node, PeerSums[]> above,
      Map<Node, PeerSums[]> sums) {
    PartyId peer = peers.get(k);
    requireNames(peer, message);
    report.sums(message.candidates().length);
    Sums all = decrypt(message, pairs);
    int at = 0;
    for (int p = 0; p < pairs.size(); p++) {
      NodePair<Node> pair = pairs.get(p);
      int end = at + message.counts()[p];
      PeerSums built =
          new PeerSums(
              Arrays.copyOfRange(message.candidates(), at, end),
              all.part(at, end),
              allowed(message, at, end, 0));
      requireOf(sums, pair.built())[k] = built;
      Node sibling = pair.sibling();
      Node parent = pair.parent();
      if (sibling != null && parent != null) {
        PeerSums whole = requireOf(above, parent)[k];
        requireOf(sums, sibling)[k] =
            built.sibling(peer, whole, allowed(message, at, end, 1), sibling);
      }
      at = end;
    }
  }

  /** One node's candidates after another's. */
  private Sums decrypt(NodeSums message, List<NodePair<Node>> pairs) {
    int[] rowsByCandidate = new int[message.candidates().length];
    int at = 0;
    for (int p = 0; p < pairs.size(); p++) {
      int end = at + message.counts()[p];
      Arrays.fill(rowsByCandidate, at, end, pairs.get(p).built().sampled().length);
      at = end;
    }
    CiphertextBlock block =
        CiphertextBlock.fromBytes(
            key.publicKey(), message.ciphertexts(), slots.answers(rowsByCandidate.length));
    return slots.unpack(key.decrypt(block), rowsByCandidate);
  }

  /**
   * The bits of candidates from one to before another.
   *
   * @param which 0 for the node itself, 1 for its sibling
   */
  private static boolean[] allowed(NodeSums message, int from, int to, int which) {
    boolean[] allowed = new boolean[to - from];
    for (int i = from; i < to; i++) {
      allowed[i - from] = message.allowed()[2 * i + which];
    }
    return allowed;
  }

  private static void requireCounts(PartyId peer, NodeSums message, int nodes) {
    long total = 0;
    for (int count : message.counts()) {
      if (count < 0) {
        throw new ProtocolException(peer + " sent a negative number of candidates");
      }
      total += count;
    }
    if (message.counts().length < 1 || message.counts().length > nodes) {
      throw new ProtocolException(
          peer + " sent sums of " + message.counts().length + " nodes: must be 1 to " + nodes);
    }
    if (total != message.candidates().length
        || 2L * message.candidates().length != message.allowed().length) {
      throw new ProtocolException(
          peer
              + " sent "
              + message.candidates().length
              + " candidates and "
              + message.allowed().length
              + " bits for them: must be "
              + total
              + " and two for each");
    }
  }

  /** Within each node. */
  private void requireNames(PartyId peer, NodeSums message) {
    int most = candidates.getOrDefault(peer, 0);
    int[] names = message.candidates();
    int from = 0;
    for (int count : message.counts()) {
      for (int i = from; i < from + count; i++) {
        if (names[i] < 0 || names[i] >= most || (i > from && names[i] <= names[i - 1])) {
          throw new ProtocolException(
              peer + " sent names of candidates that are not ascending below " + most);
        }
      }
      from += count;
    }
  }
}

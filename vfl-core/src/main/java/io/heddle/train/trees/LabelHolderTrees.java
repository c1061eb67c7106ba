// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.error.CheckpointException;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import io.heddle.train.trees.GrowingTree.Node;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import io.heddle.train.trees.TreeMessage.TreesDeclaration;
import io.heddle.train.trees.TreeMessage.TreesKept;
import io.heddle.train.trees.TreeMessage.TreesOpening;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One fit as the label holder goes through it. */
final class LabelHolderTrees {
  private final Channel channel;
  private final TreeTerms terms;
  private final AdditivePrivateKey key;
  private final PrivateRandomness randomness;
  private final byte[] roundingSeed;
  private final Progress progress;
  private final PartyTable table;
  private final TrainingRows rows;
  private final OwnSplits own;
  private final OwnData data;
  private final GradientSender sender;
  private final List<PartyId> peers;
  private final TreesReport report = new TreesReport();
  private final SortedMap<PartyId, Integer> candidates = new TreeMap<>();

  private final double[][] scores;
  private final List<List<TreeNode>> trees = new ArrayList<>();
  private final List<Threshold> thresholds = new ArrayList<>();
  // How many splits each feature holder has made.
  private final int[] records;
  private TreesAgreed agreed = new TreesAgreed(1, 0, 1);

  LabelHolderTrees(
      Channel channel,
      TreeTerms terms,
      AdditivePrivateKey key,
      PrivateRandomness randomness,
      byte[] roundingSeed,
      Progress progress,
      PartyTable table,
      BinnedColumns columns,
      TrainingRows rows,
      int[] directions,
      OwnData data) {
    this.channel = channel;
    this.terms = terms;
    this.key = key;
    this.randomness = randomness;
    this.roundingSeed = roundingSeed;
    this.progress = progress;
    this.table = table;
    this.rows = rows;
    this.data = data;
    // Sums with derivatives are taken in this JVM: they tell labels, which no executor is to see.
    own = new OwnSplits(columns.columns(), columns.collect(), terms, directions);
    sender = new GradientSender(key, terms.scheme(), randomness, columns.rows());
    peers = List.copyOf(channel.peers());
    records = new int[peers.size()];
    scores = rows.startScores();
    report.constantColumns(columns.constantColumns());
  }

  /**
   * @param restored what {@link #progress} gave in a run that was broken off; null to begin
   */
  TreesFit run(byte @Nullable [] restored) {
    if (restored == null) {
      begin();
      commit(progress(), null);
    } else {
      goOn(restored);
    }
    SharedTrees turns = SharedTrees.of(agreed, terms);
    report.rowsPerCiphertext(agreed.rowsPerCiphertext());
    progress.begin("train", agreed.last(), "trees");
    progress.advance(trees.size());
    while (trees.size() < agreed.last() && !EarlyStopping.isOver(terms, report.heldOutLosses())) {
      int number = trees.size() + 1;
      Gradients gradients = Gradients.of(rows, scores, terms, roundingSeed, number);
      boolean shared = turns.isShared(number);
      GrowingTree tree = grow(number, gradients, shared);
      trees.add(tree.finish(scores));
      report.treeDone(shared);
      noteLosses("tree " + number);
      progress.advance(1);
      if (number < agreed.last() && shared) {
        commit(progress(), null);
      }
    }
    int grown = trees.size();
    int kept = EarlyStopping.kept(terms, grown, report.heldOutLosses());
    if (grown < agreed.last()) {
      int next = turns.after(grown);
      if (next <= agreed.last()) {
        sendToAll(step(next), new TreeRows(new byte[0]));
      }
    }
    if (terms.earlyStoppingRounds() > 0) {
      sendToAll(channel, new TreesKept(grown, kept));
      report.kept(agreed.last(), grown, kept);
    }
    progress.end();
    if (agreed.last() < terms.maxIter()) {
      report.stoppedAtLimit(agreed.last(), terms.maxIter());
    }
    report.labelHolderLedger(candidates, terms, rows.count());
    if (terms.samplesRows()) {
      report.sampledRows(terms.gossTopRate() > 0);
    }
    TreesFit fit =
        new TreesFit(
            new TreesModelPart(
                HexFormat.of().formatHex(fitId()),
                table.columnNames(),
                thresholds.subList(0, ownSplits(kept)),
                new TreeEnsemble(terms.objective(), rows.start(), trees.subList(0, kept)),
                peers),
            report.summary(agreed.last() == terms.maxIter()));
    commit(new byte[0], fit);
    return fit;
  }

  /** How many nodes of the first trees this party's columns split. */
  private int ownSplits(int kept) {
    return (int)
        trees.subList(0, kept).stream()
            .flatMap(List::stream)
            .filter(node -> node.owner() == 0)
            .count();
  }

  private void begin() {
    if (terms.alternate() && own.isEmpty()) {
      throw new DataException(
          "No column of the label holder can split: sharedTrees must be all, for with alternate it"
              + " grows every second tree on these alone");
    }
    sendToAll(
        channel,
        new TreesOpening(
            rows.count(), table.alignmentDigest(), fitId(), key.publicKey().toBytes()));
    int limit = Integer.MAX_VALUE;
    int first = terms.firstTreeAlone() && !own.isEmpty() ? 2 : 1;
    for (PartyId peer : peers) {
      TreesDeclaration declared = channel.receive(peer, TreesDeclaration.class);
      table.requireSame(peer, declared.rows(), declared.alignmentDigest());
      candidates.put(peer, declared.candidates());
      limit = Math.min(limit, declared.treeLimit());
    }
    int rowsPerCiphertext = new RowsPerCiphertext(terms, rows.count(), candidates.values()).best();
    agreed = new TreesAgreed(first, SharedTrees.last(terms, first, limit), rowsPerCiphertext);
    sendToAll(channel, agreed);
    noteLosses("no tree");
  }

  private void noteLosses(String after) {
    double loss = rows.meanLoss(scores);
    report.loss(loss);
    String heldOut = "";
    if (terms.validationFraction() > 0) {
      double ofHeldOut = rows.heldOutLoss(scores);
      report.heldOutLoss(ofHeldOut);
      heldOut = ", of rows held out " + ofHeldOut;
    }
    progress.note(after + ": loss " + loss + heldOut);
  }

  private RowSlots slots() {
    return RowSlots.of(terms, rows.count(), agreed.rowsPerCiphertext());
  }

  private Channel step(int tree) {
    return channel.step("tree-" + tree);
  }

  private byte[] fitId() {
    byte[] fitId = new byte[TreeMessages.FIT_ID_BYTES];
    randomness.derive("trees/fit id", context(channel)).fill(0, fitId);
    return fitId;
  }

  private List<Node> splitByOwn(GrowingTree tree, Node node, Split split) {
    thresholds.add(own.threshold(split.number()));
    return tree.split(
        node,
        split,
        own.direction(split.number()),
        own.left(node.rows(), split.number()),
        thresholds.size() - 1);
  }

  private List<Node> splitByPeer(
      GrowingTree tree, Node node, Split split, boolean[] bits, PeerSums[] sums) {
    int k = split.owner() - 1;
    List<Node> two = tree.split(node, split, 0, bits, records[k]++);
    sums[k].requireLeft(peers.get(k), split.number(), two.get(0));
    return two;
  }

  /** Two nodes of which feature holders send the sums of one, or the root. */
  private record Pair(Node built, @Nullable Node sibling, @Nullable Node parent) {
    /** This one, and the same with the sums of the other node where both are sent. */
    Stream<Pair> sent(TreeTerms terms) {
      return terms.smallerChild() || sibling == null
          ? Stream.of(this)
          : Stream.of(this, new Pair(/* built= */ sibling, /* sibling= */ built, parent));
    }
  }

  /**
   * One tree, level by level or leaf by leaf.
   *
   * @param isShared on the columns of all, or else on this party's only, with nothing sent
   */
  private GrowingTree grow(int number, Gradients gradients, boolean isShared) {
    Channel step = isShared ? step(number) : channel;
    if (isShared) {
      sendGradients(step, gradients);
    }
    SplitGain gain = new SplitGain(gradients, terms);
    GrowingTree tree = new GrowingTree(rows.count(), gradients, terms);
    int[] ownColumns = ownColumns(number);
    if (terms.isLeafWise()) {
      growByLeaf(step, tree, ownColumns, gradients, isShared);
      return tree;
    }
    List<Node> level = List.of(tree.root());
    // What feature holders know of the level, in their order, and its sums.
    List<Node> shared = isShared ? level : List.of();
    List<Pair> pairs = isShared ? List.of(new Pair(tree.root(), null, null)) : List.of();
    Map<Node, PeerSums[]> sums = new HashMap<>();
    for (int depth = 0; depth < terms.maxDepth() && !level.isEmpty(); depth++) {
      sums = receiveSums(step, pairs, sums);
      Map<Node, Split> best = new HashMap<>();
      for (Node node : level) {
        best.put(node, best(node, ownColumns, sums.get(node), gradients, gain));
      }
      Map<Node, boolean[]> bits = askOwners(step, shared, best);
      List<Node> below = new ArrayList<>();
      Map<Node, List<Node>> children = new HashMap<>();
      for (Node node : level) {
        Split split = best.getOrDefault(node, Split.NONE);
        if (split.exists()) {
          List<Node> two = split(tree, node, split, bits, sums);
          children.put(node, two);
          below.addAll(two);
        }
      }
      pairs = List.of();
      if (!shared.isEmpty() && depth + 1 < terms.maxDepth()) {
        pairs = descend(step, shared, children, Descent.ENDED);
      }
      shared = nodes(pairs, children);
      level = below;
    }
    return tree;
  }

  /** Splits the leaf whose split gains most, the first of several, until there are enough. */
  private void growByLeaf(
      Channel step, GrowingTree tree, int[] ownColumns, Gradients gradients, boolean isShared) {
    SplitGain gain = new SplitGain(gradients, terms);
    List<Node> fresh = List.of(tree.root());
    List<Node> shared = new ArrayList<>(isShared ? fresh : List.of());
    List<Pair> pairs = isShared ? List.of(new Pair(tree.root(), null, null)) : List.of();
    Map<Node, PeerSums[]> sums = new HashMap<>();
    Map<Node, Split> open = new LinkedHashMap<>();
    for (int leaves = 1; leaves < terms.maxLeaves(); leaves++) {
      sums.putAll(receiveSums(step, pairs, sums));
      for (Node node : fresh) {
        if (node.depth() < terms.maxDepth()) {
          open.put(node, best(node, ownColumns, sums.get(node), gradients, gain));
        }
      }
      Node next = first(open);
      if (next == null) {
        break;
      }
      Split split = open.getOrDefault(next, Split.NONE);
      open.remove(next);
      boolean isKnown = shared.contains(next);
      Map<Node, boolean[]> bits = isKnown ? askOwners(step, shared, Map.of(next, split)) : Map.of();
      fresh = split(tree, next, split, bits, sums);
      pairs = List.of();
      if (isKnown) {
        boolean isLast = leaves + 1 == terms.maxLeaves();
        pairs =
            isLast
                ? descend(step, shared, Map.of(), Descent.ENDED)
                : descend(step, shared, Map.of(next, fresh), Descent.KEPT);
        shared.remove(next);
        shared.addAll(pairs.isEmpty() ? List.of() : fresh);
        shared.removeIf(node -> isLast);
      }
    }
    if (!shared.isEmpty()) {
      askOwners(step, shared, Map.of());
      descend(step, shared, Map.of(), Descent.ENDED);
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

  private List<Node> split(
      GrowingTree tree,
      Node node,
      Split split,
      Map<Node, boolean[]> bits,
      Map<Node, PeerSums[]> sums) {
    return split.owner() == 0
        ? splitByOwn(tree, node, split)
        : splitByPeer(tree, node, split, bits.getOrDefault(node, NO_BITS), requireOf(sums, node));
  }

  private static final boolean[] NO_BITS = {};

  private int[] ownColumns(int tree) {
    return ColumnSampler.ofLabelHolder(
        terms.featureSubsetStrategy(), own.columns(), roundingSeed, tree);
  }

  private Split best(
      Node node,
      int[] ownColumns,
      PeerSums @Nullable [] sums,
      Gradients gradients,
      SplitGain gain) {
    Split best = own.best(node, ownColumns, gradients, gain);
    if (sums != null) {
      for (int k = 0; k < sums.length; k++) {
        best = best.or(sums[k].best(k + 1, node, gain));
      }
    }
    return best;
  }

  private void sendGradients(Channel step, Gradients gradients) {
    if (terms.samplesRows()) {
      sendToAll(step, new TreeRows(gradients.sample().toBits()));
    }
    sender.send(step, gradients, slots());
  }

  /** Sums of both nodes of each pair, by feature holder. */
  private Map<Node, PeerSums[]> receiveSums(
      Channel step, List<Pair> pairs, Map<Node, PeerSums[]> above) {
    Map<Node, PeerSums[]> sums = new HashMap<>();
    if (pairs.isEmpty()) {
      return sums;
    }
    for (Pair pair : pairs) {
      sums.put(pair.built(), new PeerSums[peers.size()]);
      if (pair.sibling() != null) {
        sums.put(pair.sibling(), new PeerSums[peers.size()]);
      }
    }
    report.nodesAsked(sums.size());
    List<Pair> sent = pairs.stream().flatMap(pair -> pair.sent(terms)).toList();
    for (int k = 0; k < peers.size(); k++) {
      readSums(k, step.receive(peers.get(k), NodeSums.class), sent, above, sums);
    }
    return sums;
  }

  private void readSums(
      int k,
      NodeSums message,
      List<Pair> pairs,
      Map<Node, PeerSums[]> above,
      Map<Node, PeerSums[]> sums) {
    PartyId peer = peers.get(k);
    int[] names = message.candidates();
    requireCounts(peer, message, pairs.size());
    report.sums(names.length);
    int[] rowsByCandidate = new int[names.length];
    int at = 0;
    for (int p = 0; p < pairs.size(); p++) {
      int end = at + message.counts()[p];
      Arrays.fill(rowsByCandidate, at, end, pairs.get(p).built().sampled().length);
      requireNames(peer, names, at, end);
      at = end;
    }
    CiphertextBlock block =
        CiphertextBlock.fromBytes(
            key.publicKey(), message.ciphertexts(), slots().answers(names.length));
    Sums all = slots().unpack(key.decrypt(block), rowsByCandidate);
    at = 0;
    for (int p = 0; p < pairs.size(); p++) {
      Pair pair = pairs.get(p);
      int end = at + message.counts()[p];
      boolean[] here = new boolean[end - at];
      boolean[] there = new boolean[end - at];
      for (int i = at; i < end; i++) {
        here[i - at] = message.allowed()[2 * i];
        there[i - at] = message.allowed()[2 * i + 1];
      }
      PeerSums built = new PeerSums(Arrays.copyOfRange(names, at, end), all.part(at, end), here);
      requireOf(sums, pair.built())[k] = built;
      Node sibling = pair.sibling();
      Node parent = pair.parent();
      if (sibling != null && parent != null) {
        requireOf(sums, sibling)[k] =
            built.sibling(peer, requireOf(above, parent)[k], there, sibling);
      }
      at = end;
    }
  }

  private static PeerSums[] requireOf(Map<Node, PeerSums[]> sums, Node node) {
    PeerSums[] known = sums.get(node);
    if (known == null) {
      throw new IllegalStateException("No sums of a node that was asked about");
    }
    return known;
  }

  private static void requireCounts(PartyId peer, NodeSums message, int nodes) {
    long total = 0;
    for (int count : message.counts()) {
      if (count < 0) {
        throw new ProtocolException(peer + " sent a negative number of candidates");
      }
      total += count;
    }
    if (message.counts().length != nodes) {
      throw new ProtocolException(
          peer + " sent sums of " + message.counts().length + " nodes: must be " + nodes);
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

  private void requireNames(PartyId peer, int[] names, int from, int to) {
    int most = candidates.getOrDefault(peer, 0);
    for (int i = from; i < to; i++) {
      if (names[i] < 0 || names[i] >= most || (i > from && names[i] <= names[i - 1])) {
        throw new ProtocolException(
            peer + " sent names of candidates that are not ascending below " + most);
      }
    }
  }

  /** Each feature holder tells which rows go left in the nodes that its columns split. */
  private Map<Node, boolean[]> askOwners(Channel step, List<Node> shared, Map<Node, Split> best) {
    Map<Node, boolean[]> bits = new HashMap<>();
    if (shared.isEmpty()) {
      return bits;
    }
    List<List<Node>> asked = new ArrayList<>();
    for (int k = 0; k < peers.size(); k++) {
      int owner = k + 1;
      List<Node> nodes =
          shared.stream()
              .filter(node -> best.getOrDefault(node, Split.NONE).owner() == owner)
              .toList();
      step.send(
          peers.get(k),
          new SplitChoices(
              nodes.stream().mapToInt(shared::indexOf).toArray(),
              nodes.stream()
                  .mapToInt(node -> best.getOrDefault(node, Split.NONE).number())
                  .toArray()));
      asked.add(nodes);
    }
    for (int k = 0; k < peers.size(); k++) {
      if (!asked.get(k).isEmpty()) {
        readBits(
            peers.get(k), step.receive(peers.get(k), SplitBits.class).bits(), asked.get(k), bits);
      }
    }
    return bits;
  }

  private void readBits(PartyId peer, byte[] bytes, List<Node> nodes, Map<Node, boolean[]> bits) {
    int least = TreeRules.leastBinRows(terms);
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
   * Tells feature holders in which children they will be asked again.
   *
   * @param unsplit the fate of nodes without children
   */
  private List<Pair> descend(
      Channel step, List<Node> shared, Map<Node, List<Node>> children, byte unsplit) {
    List<Pair> pairs = new ArrayList<>();
    byte[] fates = new byte[shared.size()];
    int bytes = 0;
    for (int i = 0; i < fates.length; i++) {
      Node node = shared.get(i);
      List<Node> two = children.get(node);
      fates[i] = two == null ? unsplit : Descent.ENDED;
      if (two != null && node.depth() + 1 < terms.maxDepth() && isShared(two)) {
        boolean leftSmaller = two.get(0).sampled().length <= two.get(1).sampled().length;
        fates[i] = leftSmaller ? Descent.LEFT_IS_SMALLER : Descent.RIGHT_IS_SMALLER;
        pairs.add(new Pair(two.get(leftSmaller ? 0 : 1), two.get(leftSmaller ? 1 : 0), node));
        bytes += RowSets.bytes(node.rows().length);
      }
    }
    byte[] bits = new byte[bytes];
    int at = 0;
    for (Pair pair : pairs) {
      Node parent = pair.parent();
      at = parent == null ? at : RowSets.write(parent.left(), bits, at);
    }
    sendToAll(step, new Descent(fates, bits));
    return pairs;
  }

  /**
   * Whether feature holders are asked below a split: of neither child if one has too few rows, from
   * which with its parent's sums the other's would follow, or nearly all of one label, which their
   * sibling's going on would tell.
   */
  private boolean isShared(List<Node> children) {
    int least = TreeRules.leastNodeRows(rows.count(), terms);
    return children.stream()
        .allMatch(child -> child.sampled().length >= least && !rows.isPure(child.rows()));
  }

  /** The nodes of the pairs, left before right, as feature holders count them. */
  private static List<Node> nodes(List<Pair> pairs, Map<Node, List<Node>> children) {
    List<Node> nodes = new ArrayList<>();
    for (Pair pair : pairs) {
      Node parent = pair.parent();
      if (parent != null) {
        nodes.addAll(children.getOrDefault(parent, List.of()));
      }
    }
    return nodes;
  }

  private void commit(byte[] reached, @Nullable TreesFit result) {
    channel.commit(new TreesState(data, reached, result).toBytes());
  }

  /** All that the trees to come need, but for the data and the key. */
  byte[] progress() {
    return StateFormat.write(
        out -> {
          out.writeRaw(secrets());
          TreeMessages.write(agreed, out);
          out.writeInts(candidates.values().stream().mapToInt(Integer::intValue).toArray());
          out.writeInts(records);
          StateFormat.writeVectors(out, List.of(scores));
          new TreesModelPart("", table.columnNames(), thresholds, null, List.of()).write(out);
          new TreeEnsemble(terms.objective(), rows.start(), trees).write(out);
          report.write(out);
        });
  }

  /** Takes up what {@link #progress} gave. */
  void goOn(byte[] restored) {
    byte[] secrets = StateFormat.read(restored, this::read);
    if (!MessageDigest.isEqual(secrets, secrets())) {
      throw new CheckpointException(
          "The key and the seed of this fit are not those of its last commit: another version of"
              + " the program made them. Go on with that one, or begin anew");
    }
  }

  private byte[] read(WireReader in) {
    byte[] secrets = in.readRaw(OwnData.DIGEST_BYTES);
    agreed = TreeMessages.readAgreed(in);
    StateFormat.require(
        agreed.rowsPerCiphertext() <= RowSlots.most(terms, rows.count()), "rows per ciphertext");
    int[] counts = in.readInts(peers.size());
    int[] done = in.readInts(peers.size());
    List<double[]> reached = StateFormat.readVectors(in);
    StateFormat.require(
        counts.length == peers.size()
            && done.length == peers.size()
            && reached.size() == scores.length
            && reached.stream().allMatch(each -> each.length == rows.count()),
        "peers or rows");
    for (int k = 0; k < peers.size(); k++) {
      candidates.put(peers.get(k), counts[k]);
      records[k] = done[k];
    }
    for (int c = 0; c < scores.length; c++) {
      scores[c] = reached.get(c);
    }
    thresholds.addAll(TreesModelPart.read(in).thresholds());
    trees.addAll(TreeEnsemble.read(in).trees());
    StateFormat.require(trees.size() < agreed.last(), trees.size() + " trees");
    report.read(in);
    return secrets;
  }

  /** Tells whether key and seed are the same, and nothing of them. */
  private byte[] secrets() {
    return Sha256.of(key.publicKey().toBytes(), roundingSeed);
  }

  private void sendToAll(Channel step, TreeMessage message) {
    for (PartyId peer : peers) {
      step.send(peer, message);
    }
  }

  private static byte[] context(Channel step) {
    return step.path().getBytes(StandardCharsets.UTF_8);
  }
}

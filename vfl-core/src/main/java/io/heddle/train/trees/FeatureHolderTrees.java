// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One fit as a feature holder goes through it. */
final class FeatureHolderTrees {
  private final Channel channel;
  private final PartyId labelHolder;
  private final TreeTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final PartyTable table;
  private final BinnedColumns columns;
  private final OwnData data;
  private final int treeLimit;
  private final Candidates candidates;
  private final byte[][] bins;
  private final int leastRows;
  private final int leastBinRows;
  private final TreesReport report = new TreesReport();

  private final List<Threshold> thresholds = new ArrayList<>();
  // How many of them there were after each tree.
  private final List<Integer> splitsAfter = new ArrayList<>();
  private int treesDone;
  private long addingNanos;
  private List<byte[]> treeBlobs = List.of();
  private List<byte[]> lastBlobs = List.of();

  FeatureHolderTrees(
      Channel channel,
      PartyId labelHolder,
      TreeTerms terms,
      int treeLimit,
      PrivateRandomness randomness,
      Progress progress,
      PartyTable table,
      BinnedColumns columns,
      OwnData data) {
    this.channel = channel;
    this.labelHolder = labelHolder;
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
    this.table = table;
    this.columns = columns;
    this.data = data;
    this.treeLimit = treeLimit;
    candidates = new Candidates(columns.columns());
    bins = columns.collect();
    leastRows = TreeRules.leastSideRows(terms);
    leastBinRows = TreeRules.leastBinRows(terms);
    report.constantColumns(columns.constantColumns());
  }

  /** What stands before the first tree. */
  record Agreed(TreesOpening opening, TreesAgreed trees) {}

  /**
   * @param restored what {@link #progress} gave in a run that was broken off; null to begin
   */
  TreesFit run(byte @Nullable [] restored) {
    Agreed agreed = restored == null ? begin() : goOn(restored);
    AdditivePublicKey key = accept(agreed);
    RowSlots slots = RowSlots.of(terms, table.rows().rows(), agreed.trees().rowsPerCiphertext());
    report.rowsPerCiphertext(slots.rowsPerPlaintext());
    if (restored == null) {
      commit(progress(agreed), null);
    }
    SharedTrees turns = SharedTrees.of(agreed.trees(), terms);
    int last = turns.last();
    int end = last + 1;
    progress.begin("train", last, "trees");
    progress.advance(treesDone);
    for (int number = turns.after(treesDone); number <= last; number = turns.after(number)) {
      Channel step = channel.step("tree-" + number);
      SampledRows sample = receiveRows(step);
      if (sample == null) {
        end = number;
        break;
      }
      countAlone(number);
      grow(step, key, sample, slots);
      progress.advance(number - treesDone);
      progress.note("tree " + number + " done, " + seconds(addingNanos) + " s adding up");
      treesDone = number;
      treeDone(true);
      if (number < last) {
        commit(progress(agreed), null);
        dropBlobsBeforeLast();
      }
    }
    if (terms.earlyStoppingRounds() > 0) {
      keep(last, end, channel.receive(labelHolder, TreesKept.class));
    } else {
      countAlone(end);
    }
    progress.end();
    if (last < terms.maxIter()) {
      report.stoppedAtLimit(last, terms.maxIter());
    }
    report.featureHolderLedger(terms, table.rows().rows());
    TreesFit fit =
        new TreesFit(
            new TreesModelPart(
                HexFormat.of().formatHex(agreed.opening().fitId()),
                table.columnNames(),
                thresholds,
                null,
                List.of()),
            report.summary(last == terms.maxIter()));
    commit(new byte[0], fit);
    dropBlobsBeforeLast();
    return fit;
  }

  /** The label holder has grown those before a tree alone that this party knows nothing of. */
  private void countAlone(int before) {
    for (int number = treesDone + 1; number < before; number++) {
      treeDone(false);
    }
  }

  private void treeDone(boolean shared) {
    report.treeDone(shared);
    splitsAfter.add(thresholds.size());
  }

  /**
   * Forgets the splits of trees that the model does not have.
   *
   * @param end the number of the tree before which the fit stopped
   */
  private void keep(int last, int end, TreesKept trees) {
    int grown = trees.grown();
    int kept = trees.kept();
    if (grown < Math.max(1, treesDone) || grown >= end) {
      throw new ProtocolException(
          "The label holder says that there were "
              + grown
              + " trees, after "
              + treesDone
              + " that this party took part in, and fewer than "
              + end);
    }
    if (kept > grown || kept < grown - terms.earlyStoppingRounds()) {
      throw new ProtocolException(
          "The label holder keeps "
              + kept
              + " of "
              + grown
              + " trees: must be all but at most "
              + terms.earlyStoppingRounds());
    }
    countAlone(grown + 1);
    thresholds.subList(splitsAfter.get(kept - 1), thresholds.size()).clear();
    report.kept(last, grown, kept);
  }

  private Agreed begin() {
    TreesOpening opening = channel.receive(labelHolder, TreesOpening.class);
    table.requireSame(labelHolder, opening.rows(), opening.alignmentDigest());
    channel.send(
        labelHolder,
        new TreesDeclaration(
            table.rows().rows(), table.alignmentDigest(), candidates.size(), treeLimit));
    return new Agreed(opening, channel.receive(labelHolder, TreesAgreed.class));
  }

  private AdditivePublicKey accept(Agreed agreed) {
    TreesAgreed trees = agreed.trees();
    if (trees.last() > terms.maxIter() || SharedTrees.of(trees, terms).count() > treeLimit) {
      throw new ProtocolException(
          "The label holder wants to ask in the trees "
              + trees.first()
              + " to "
              + trees.last()
              + ": at most "
              + Math.min(treeLimit, terms.maxIter())
              + " are allowed here");
    }
    requireRowsPerCiphertext(trees.rowsPerCiphertext());
    AdditivePublicKey key = terms.scheme().publicKey(agreed.opening().publicKey());
    if (key.keyBits() != terms.keyBits()) {
      throw new ProtocolException(
          "The label holder's key has " + key.keyBits() + " bits: must be " + terms.keyBits());
    }
    return key;
  }

  private void requireRowsPerCiphertext(int rows) {
    int most = RowSlots.most(terms, table.rows().rows());
    boolean isAllowed =
        switch (terms.rowPacking()) {
          case AUTO -> rows <= most;
          case ON -> rows == most;
          case OFF -> rows == 1;
        };
    if (!isAllowed) {
      throw new ProtocolException(
          "The label holder wants "
              + rows
              + " rows in a ciphertext: "
              + most
              + " fit, and rowPacking is "
              + TreeTerms.word(terms.rowPacking()));
    }
  }

  /**
   * A node that is known here: all its rows, and those that the tree is grown on by their ranks
   * among these.
   */
  private static final class Node {
    private final int[] rows;
    private final int depth;
    private final int[] ranks;
    private int[] counts = {};
    private NodeCuts cuts;

    Node(int[] rows, int depth, SampledRows sample, NodeCuts cuts) {
      this.rows = rows;
      this.depth = depth;
      ranks = sample.ranksAmong(rows);
      this.cuts = cuts;
    }
  }

  /** Two nodes of which this party sends the sums of one, or the root; in the parent's order. */
  private record Pair(Node built, @Nullable Node sibling, @Nullable Node parent, boolean isLeft) {
    List<Node> nodes() {
      Node other = sibling;
      if (other == null) {
        return List.of(built);
      }
      return isLeft ? List.of(built, other) : List.of(other, built);
    }

    /** This one, and the same with the sums of the other node where both are to be sent. */
    Stream<Pair> toBuild(TreeTerms terms) {
      return terms.smallerChild() || sibling == null
          ? Stream.of(this)
          : Stream.of(this, new Pair(/* built= */ sibling, /* sibling= */ built, parent, !isLeft));
    }
  }

  /**
   * What stands for a whole tree.
   *
   * @param sample the rows that it is grown on
   * @param gradients of these, several in each ciphertext, which the caller closes
   * @param slots where they stand in it
   * @param chosen the columns that may split it
   * @param layout where their bins stand
   * @param names of candidates
   */
  private record Tree(
      Channel step,
      AdditivePublicKey key,
      SampledRows sample,
      TreeGradients gradients,
      RowSlots slots,
      int[] chosen,
      Candidates layout,
      SecretNames names) {}

  /** One tree, on what comes of its derivatives. */
  private void grow(Channel step, AdditivePublicKey key, SampledRows sample, RowSlots slots) {
    int[] chosen =
        ColumnSampler.ofFeatureHolder(
            terms.featureSubsetStrategy(), columns.count(), randomness, context(step));
    int[] sizes = columns.sizes();
    Accumulation what =
        new Accumulation(
            key,
            new int[0][],
            Arrays.stream(chosen).map(j -> sizes[j]).toArray(),
            slots,
            terms.jointBuckets());
    GradientReceiver arriving =
        new GradientReceiver(step, labelHolder, key, slots.plaintexts(sample.size()));
    addingNanos = 0;
    try (TreeGradients gradients =
        TreeGradients.receive(arriving, columns, bins, sample, chosen, what)) {
      grow(
          new Tree(
              step,
              key,
              sample,
              gradients,
              slots,
              chosen,
              candidates.of(chosen),
              new SecretNames(
                  candidates.size(),
                  randomness.derive("trees/names of candidates", context(step)))));
    }
    treeBlobs = arriving.blobs();
  }

  /** After a crash this party may have to go on from the commit before the last one. */
  private void dropBlobsBeforeLast() {
    channel.dropBlobs(lastBlobs);
    lastBlobs = treeBlobs;
    treeBlobs = List.of();
  }

  /** Level by level or leaf by leaf. */
  private void grow(Tree tree) {
    Node root =
        new Node(
            RowSets.all(table.rows().rows()),
            0,
            tree.sample(),
            NodeCuts.all(columns.columns()).of(tree.chosen()));
    List<Pair> pairs = List.of(new Pair(root, null, null, true));
    if (terms.isLeafWise()) {
      growByLeaf(tree, pairs);
      return;
    }
    for (int depth = 0; depth < terms.maxDepth() && !pairs.isEmpty(); depth++) {
      List<Node> level = pairs.stream().flatMap(pair -> pair.nodes().stream()).toList();
      report.nodesAsked(level.size());
      sendSums(tree, pairs);
      boolean[][] own = split(tree, level);
      pairs = depth + 1 < terms.maxDepth() ? descend(tree, level, own).pairs() : List.of();
    }
  }

  /** Nodes that are not split yet stand in the order in which they became known. */
  private void growByLeaf(Tree tree, List<Pair> root) {
    List<Pair> pairs = root;
    List<Node> open = new ArrayList<>();
    int built = 0;
    while (!open.isEmpty() || !pairs.isEmpty()) {
      if (!pairs.isEmpty()) {
        built += pairs.size();
        if (built > TreeRules.lastNodes(terms)) {
          throw new ProtocolException(
              "The label holder asks about more nodes than a tree of "
                  + terms.maxLeaves()
                  + " leaves and depth "
                  + terms.maxDepth()
                  + " has");
        }
        pairs.forEach(pair -> open.addAll(pair.nodes()));
        report.nodesAsked(pairs.stream().mapToInt(pair -> pair.nodes().size()).sum());
        sendSums(tree, pairs);
      }
      boolean[][] own = split(tree, open);
      Below below = descend(tree, open, own);
      if (below.kept().size() == open.size()) {
        throw new ProtocolException("The label holder keeps all nodes as they are");
      }
      open.clear();
      open.addAll(below.kept());
      pairs = below.pairs();
    }
  }

  /** The rows that a tree is grown on; null if there are no more trees. */
  private @Nullable SampledRows receiveRows(Channel step) {
    int rows = table.rows().rows();
    if (!terms.samplesRows()) {
      return SampledRows.all(rows);
    }
    byte[] bits = step.receive(labelHolder, TreeRows.class).bits();
    if (bits.length == 0 && terms.earlyStoppingRounds() > 0) {
      return null;
    }
    return SampledRows.read(bits, rows, terms.sampleRows(rows));
  }

  /** A candidate of a pair of nodes under its name. */
  private record Named(int name, Candidate candidate) {}

  /** Adds up by bin, and sends what lies left of each candidate, under names and masks. */
  private void sendSums(Tree tree, List<Pair> below) {
    List<Pair> pairs = below.stream().flatMap(pair -> pair.toBuild(terms)).toList();
    long begin = System.nanoTime();
    CiphertextBlock sums = accumulate(tree, pairs);
    addingNanos += System.nanoTime() - begin;
    Candidates layout = tree.layout();
    LeftOfCuts left =
        new LeftOfCuts(
            columnStarts(layout), layout.bins(), pairs.size(), tree.slots().rowsPerPlaintext());
    List<Integer> shifts = new ArrayList<>();
    List<Integer> sent = new ArrayList<>();
    List<Boolean> allowed = new ArrayList<>();
    int[] counts = new int[pairs.size()];
    for (int p = 0; p < counts.length; p++) {
      Pair pair = pairs.get(p);
      for (Named named : named(tree, pair)) {
        Candidate candidate = named.candidate();
        int rowsLeft = layout.left(candidate, pair.built().counts);
        left.add(
            p,
            layout.start(candidate.column()) + candidate.cut(),
            candidate.missingLeft() ? layout.missing(candidate) : -1);
        shifts.add(pair.built().ranks.length - rowsLeft);
        sent.add(named.name());
        allowed.add(isAllowed(layout, pair.built(), candidate));
        allowed.add(pair.sibling() != null && isAllowed(layout, pair.sibling(), candidate));
        counts[p]++;
      }
    }
    report.sums(sent.size());
    CiphertextBlock masked = masked(tree, left.sums(tree.key().space(), sums), ints(shifts));
    tree.step()
        .send(labelHolder, new NodeSums(counts, ints(sent), bits(allowed), masked.toBytes()));
  }

  private CiphertextBlock masked(Tree tree, CiphertextBlock left, int[] shifts) {
    AdditivePublicKey key = tree.key();
    CiphertextBlock sums = tree.slots().together(key.space(), left);
    byte[] path = context(tree.step());
    byte[] digest = Sha256.of(sums.toBytes());
    return key.addAndObfuscate(
        sums,
        tree.slots().added(shifts, randomness.derive("trees/masks of sums", path, digest)),
        randomness.derive("trees/sums", path, digest));
  }

  /** Where each column of a node begins. */
  private int[] columnStarts(Candidates layout) {
    int[] starts = new int[columns.count()];
    Arrays.setAll(starts, layout::start);
    return starts;
  }

  /** Encrypted sums by bin of the nodes to build; counts and cuts of all. */
  private CiphertextBlock accumulate(Tree tree, List<Pair> pairs) {
    AdditivePublicKey key = tree.key();
    int[][] nodes = pairs.stream().map(pair -> pair.built().ranks).toArray(int[][]::new);
    List<Accumulation.Part> parts =
        pairs.get(0).parent() == null ? tree.gradients().ofAll() : tree.gradients().of(nodes);
    for (int p = 0; p < nodes.length; p++) {
      Pair pair = pairs.get(p);
      int[] counts = new int[tree.layout().bins()];
      for (Accumulation.Part part : parts) {
        for (int bin = 0; bin < counts.length; bin++) {
          counts[bin] += part.counts()[p][bin];
        }
      }
      pair.built().counts = counts;
      setCuts(tree.layout(), pair);
      report.addedRows(nodes[p].length);
    }
    parts.forEach(part -> report.additions(part.additions()));
    CiphertextBlock sum = parts.size() == 1 ? parts.get(0).bins() : sum(key, parts);
    return key.space().block(key.space().residues(sum), tree.slots().bound());
  }

  /** Each part is bounded by its own rows, so that their sum is by all. */
  private CiphertextBlock sum(AdditivePublicKey key, List<Accumulation.Part> parts) {
    report.additions((long) (parts.size() - 1) * parts.get(0).bins().size());
    return key.sum(parts.stream().map(Accumulation.Part::bins).toList());
  }

  private void setCuts(Candidates layout, Pair pair) {
    Node built = pair.built();
    Node sibling = pair.sibling();
    Node parent = pair.parent();
    if (sibling == null || parent == null) {
      built.cuts = built.cuts.coarsened(layout, leastBinRows, built.counts);
      return;
    }
    sibling.counts = new int[built.counts.length];
    Arrays.setAll(sibling.counts, bin -> parent.counts[bin] - built.counts[bin]);
    built.cuts = parent.cuts.coarsened(layout, leastBinRows, built.counts, sibling.counts);
    sibling.cuts = built.cuts;
  }

  /** Those that either node may be split by, names ascending. */
  private List<Named> named(Tree tree, Pair pair) {
    Candidates layout = tree.layout();
    Node sibling = pair.sibling();
    return layout.of(pair.built().cuts).stream()
        .filter(
            candidate ->
                isAllowed(layout, pair.built(), candidate)
                    || (sibling != null && isAllowed(layout, sibling, candidate)))
        .map(candidate -> new Named(tree.names().nameOf(layout.number(candidate)), candidate))
        .sorted(Comparator.comparingInt(Named::name))
        .toList();
  }

  private boolean isAllowed(Candidates layout, Node node, Candidate candidate) {
    int left = layout.left(candidate, node.counts);
    return left >= leastRows && node.ranks.length - left >= leastRows;
  }

  /** Splits what the label holder chooses, and tells it where the rows go. */
  private boolean[][] split(Tree tree, List<Node> level) {
    SplitChoices choices = tree.step().receive(labelHolder, SplitChoices.class);
    boolean[][] bits = new boolean[level.size()][];
    if (choices.nodes().length != choices.candidates().length) {
      throw new ProtocolException("The label holder chose nodes and candidates of other numbers");
    }
    int bytes = 0;
    int before = -1;
    for (int i = 0; i < choices.nodes().length; i++) {
      int at = choices.nodes()[i];
      if (at <= before || at >= level.size()) {
        throw new ProtocolException(
            "The label holder chose node " + at + " out of order, or of " + level.size());
      }
      before = at;
      Candidate candidate = chosen(tree, level.get(at), choices.candidates()[i]);
      thresholds.add(candidates.threshold(candidate));
      bits[at] = left(level.get(at), candidate);
      bytes += RowSets.bytes(bits[at].length);
      report.bits(bits[at].length);
    }
    if (choices.nodes().length > 0) {
      byte[] all = new byte[bytes];
      int next = 0;
      for (int at : choices.nodes()) {
        next = RowSets.write(bits[at], all, next);
      }
      tree.step().send(labelHolder, new SplitBits(all));
    }
    return bits;
  }

  /** Only what was offered for this very node. */
  private Candidate chosen(Tree tree, Node node, int name) {
    Candidates layout = tree.layout();
    if (name >= 0 && name < tree.names().size()) {
      for (Candidate candidate : layout.of(node.cuts)) {
        if (tree.names().nameOf(layout.number(candidate)) == name
            && isAllowed(layout, node, candidate)) {
          return candidate;
        }
      }
    }
    throw new ProtocolException("The label holder chose a candidate that its node does not have");
  }

  private boolean[] left(Node node, Candidate candidate) {
    boolean[] left = new boolean[node.rows.length];
    for (int i = 0; i < left.length; i++) {
      left[i] = candidates.goesLeft(candidate, bins[candidate.column()][node.rows[i]] & 0xff);
    }
    return left;
  }

  /**
   * What comes after a level, or after a step.
   *
   * @param pairs nodes whose parents were split
   * @param kept nodes that were not, and may be
   */
  private record Below(List<Pair> pairs, List<Node> kept) {}

  /** The nodes that come next, as the label holder has split these. */
  private Below descend(Tree tree, List<Node> level, boolean[][] own) {
    Descent descent = tree.step().receive(labelHolder, Descent.class);
    if (descent.fates().length != level.size()) {
      throw new ProtocolException(
          "The fates of " + descent.fates().length + " nodes: must be " + level.size());
    }
    List<Pair> pairs = new ArrayList<>();
    List<Node> kept = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < level.size(); i++) {
      Node node = level.get(i);
      if (descent.fates()[i] == Descent.KEPT) {
        if (!terms.isLeafWise()) {
          throw new ProtocolException("Invalid fate 3 of a node: must be 0, 1 or 2");
        }
        if (own[i] != null) {
          throw new ProtocolException("The label holder keeps a node that this party has split");
        }
        kept.add(node);
      } else if (descent.fates()[i] != Descent.ENDED) {
        int end = at + RowSets.bytes(node.rows.length);
        if (end > descent.bits().length) {
          throw new ProtocolException("Too few bits for the rows of the nodes that go on");
        }
        boolean[] left = RowSets.read(descent.bits(), at, node.rows.length);
        if (own[i] != null && !Arrays.equals(own[i], left)) {
          throw new ProtocolException(
              "The label holder sends other rows to the left than this party's split does");
        }
        pairs.add(pair(tree.sample(), node, left, descent.fates()[i] == Descent.LEFT_IS_SMALLER));
        at = end;
      }
    }
    if (at != descent.bits().length) {
      throw new ProtocolException("More bits than the nodes that go on have rows");
    }
    return new Below(pairs, kept);
  }

  private Pair pair(SampledRows sample, Node parent, boolean[] left, boolean leftIsSmaller) {
    int depth = parent.depth + 1;
    if (depth >= terms.maxDepth()) {
      throw new ProtocolException("The label holder asks about a node at depth " + depth);
    }
    Node one = new Node(RowSets.part(parent.rows, left, true), depth, sample, parent.cuts);
    Node other = new Node(RowSets.part(parent.rows, left, false), depth, sample, parent.cuts);
    Node smaller = leftIsSmaller ? one : other;
    Node larger = leftIsSmaller ? other : one;
    int least = TreeRules.leastNodeRows(table.rows().rows(), terms);
    if (smaller.ranks.length < least || smaller.ranks.length > larger.ranks.length) {
      throw new ProtocolException(
          "The label holder asks about a node of "
              + smaller.ranks.length
              + " rows beside one of "
              + larger.ranks.length
              + ": the smaller one must have at least "
              + least);
    }
    return new Pair(smaller, larger, parent, leftIsSmaller);
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

  private void commit(byte[] reached, @Nullable TreesFit result) {
    channel.commit(new TreesState(data, reached, result).toBytes());
  }

  /** All that the trees to come need, but for the data. */
  byte[] progress(Agreed agreed) {
    return StateFormat.write(
        out -> {
          out.writeRaw(agreed.opening().fitId());
          out.writeBytes(agreed.opening().publicKey());
          TreeMessages.write(agreed.trees(), out);
          out.writeInt(treesDone);
          out.writeInts(splitsAfter.stream().mapToInt(Integer::intValue).toArray());
          TreesModelPart.write(out, thresholds);
          report.write(out);
        });
  }

  /** Takes up what {@link #progress} gave. */
  Agreed goOn(byte[] restored) {
    return StateFormat.read(restored, this::read);
  }

  private Agreed read(WireReader in) {
    TreesOpening opening =
        new TreesOpening(
            table.rows().rows(),
            table.alignmentDigest(),
            in.readRaw(TreeMessages.FIT_ID_BYTES),
            in.readBytes(TreeMessages.MAX_KEY_BYTES));
    Agreed agreed = new Agreed(opening, TreeMessages.readAgreed(in));
    treesDone = in.readBetween("number of trees", 0, Math.max(0, agreed.trees().last() - 1));
    for (int splits : in.readInts(treesDone)) {
      splitsAfter.add(splits);
    }
    thresholds.addAll(TreesModelPart.readThresholds(in));
    StateFormat.require(
        splitsAfter.size() == treesDone
            && splitsAfter.stream().allMatch(splits -> splits >= 0 && splits <= thresholds.size()),
        "splits of trees");
    report.read(in);
    return agreed;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
  }

  private static byte[] context(Channel step) {
    return step.path().getBytes(StandardCharsets.UTF_8);
  }
}

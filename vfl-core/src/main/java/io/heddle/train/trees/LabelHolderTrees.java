// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.error.CheckpointException;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import io.heddle.train.trees.TreeMessage.TreesDeclaration;
import io.heddle.train.trees.TreeMessage.TreesKept;
import io.heddle.train.trees.TreeMessage.TreesOpening;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final SplitNumbers numbers;
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
    numbers = new SplitNumbers(peers.size());
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
    RowSlots slots = RowSlots.of(terms, rows.count(), agreed.rowsPerCiphertext());
    SumsReceiver receiver = new SumsReceiver(key, terms, slots, candidates, report);
    report.rowsPerCiphertext(agreed.rowsPerCiphertext());
    progress.begin("train", agreed.last(), "trees");
    progress.advance(trees.size());
    while (trees.size() < agreed.last() && !EarlyStopping.isOver(terms, report.heldOutLosses())) {
      int number = trees.size() + 1;
      boolean shared = turns.isShared(number);
      GrowingTree tree = grow(number, shared, slots, receiver);
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
        step(next).sendToAll(new TreeRows(new byte[0]));
      }
    }
    if (terms.earlyStoppingRounds() > 0) {
      channel.sendToAll(new TreesKept(grown, kept));
      report.kept(agreed.last(), grown, kept);
    }
    progress.end();
    if (agreed.last() < terms.maxIter()) {
      report.stoppedAtLimit(agreed.last(), terms.maxIter());
    }
    if (trees.stream().allMatch(tree -> tree.size() == 1)) {
      report.nothingSplits(terms);
    }
    report.labelHolderLedger(candidates, terms, rows, turns.isShared(1));
    TreesFit fit =
        new TreesFit(
            new TreesModelPart(
                HexFormat.of().formatHex(fitId()),
                table.columnNames(),
                numbers.own().subList(0, ownSplits(kept)),
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
    channel.sendToAll(
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
    channel.sendToAll(agreed);
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

  private Channel step(int tree) {
    return channel.step("tree-" + tree);
  }

  private byte[] fitId() {
    byte[] fitId = new byte[TreeMessages.FIT_ID_BYTES];
    randomness.derive("trees/fit id", context(channel)).fill(0, fitId);
    return fitId;
  }

  /** One tree, on the columns of all or on this party's only. */
  private GrowingTree grow(int number, boolean isShared, RowSlots slots, SumsReceiver receiver) {
    Channel step = isShared ? step(number) : channel;
    Gradients gradients = Gradients.of(rows, scores, terms, roundingSeed, number);
    if (number == 1) {
      int[] training = rows.training();
      report.outliers(training.length, gradients.worth(training));
    }
    if (isShared) {
      TreeRules.requireRows(rows.count(), terms, rows.worth(gradients.sample().rows()));
      sendGradients(step, gradients, slots);
    }
    int[] ownColumns =
        ColumnSampler.ofLabelHolder(
            terms.featureSubsetStrategy(), own.columns(), roundingSeed, number);
    return new LabelHolderTree(
            step, terms, rows, gradients, own, ownColumns, receiver, numbers, report)
        .grow(isShared);
  }

  private void sendGradients(Channel step, Gradients gradients, RowSlots slots) {
    if (terms.samplesRows()) {
      step.sendToAll(new TreeRows(gradients.sample().toBits()));
    }
    sender.send(step, gradients, slots);
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
          out.writeInts(numbers.ofPeers());
          StateFormat.writeVectors(out, List.of(scores));
          new TreesModelPart("", table.columnNames(), numbers.own(), null, List.of()).write(out);
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
    }
    for (int c = 0; c < scores.length; c++) {
      scores[c] = reached.get(c);
    }
    numbers.restore(done, TreesModelPart.read(in).thresholds());
    trees.addAll(TreeEnsemble.read(in).trees());
    StateFormat.require(trees.size() < agreed.last(), trees.size() + " trees");
    report.read(in);
    return secrets;
  }

  /** Tells whether key and seed are the same, and nothing of them. */
  private byte[] secrets() {
    return Sha256.of(key.publicKey().toBytes(), roundingSeed);
  }

  private static byte[] context(Channel step) {
    return step.path().getBytes(StandardCharsets.UTF_8);
  }
}

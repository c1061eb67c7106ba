// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.error.ProtocolException;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One fit as a feature holder goes through it. */
final class FeatureHolderTrees {
  private final Channel channel;
  private final PartyId labelHolder;
  private final TreeTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final PartyTable table;
  private final OwnColumns own;
  private final OwnData data;
  private final int treeLimit;
  private final TreesReport report = new TreesReport();

  private final List<Threshold> thresholds = new ArrayList<>();
  // How many of them there were after each tree.
  private final List<Integer> splitsAfter = new ArrayList<>();
  private int treesDone;

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
    this.data = data;
    this.treeLimit = treeLimit;
    own = OwnColumns.of(columns);
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
    // Kept past a commit: after a crash this party may have to go on from the one before it.
    List<byte[]> lastBlobs = List.of();
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
      FeatureHolderTree tree = tree(step, key, slots, sample);
      tree.grow();
      thresholds.addAll(tree.thresholds());
      progress.advance(number - treesDone);
      progress.note("tree " + number + " done, " + seconds(tree.addingNanos()) + " s adding up");
      treesDone = number;
      treeDone(true);
      if (number < last) {
        commit(progress(agreed), null);
        channel.dropBlobs(lastBlobs);
        lastBlobs = tree.blobs();
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
    report.featureHolderLedger(terms, table.rows().rows(), turns.isShared(1));
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
    channel.dropBlobs(lastBlobs);
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
            table.rows().rows(), table.alignmentDigest(), own.candidates().size(), treeLimit));
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

  private FeatureHolderTree tree(
      Channel step, AdditivePublicKey key, RowSlots slots, SampledRows sample) {
    return new FeatureHolderTree(
        step, labelHolder, terms, key, slots, randomness, own, table.rows().rows(), sample, report);
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
}

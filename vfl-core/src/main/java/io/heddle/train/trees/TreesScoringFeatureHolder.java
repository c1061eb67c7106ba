// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import io.heddle.train.trees.TreesScoringMessage.PathAnswers;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import io.heddle.train.trees.TreesScoringMessage.TreesScoringOpening;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A feature holder's side of joint scoring. It learns which rows come to its own splits; the label
 * holder learns where they go from there.
 */
public final class TreesScoringFeatureHolder {
  private final TreesModelPart part;
  private final int messageBytes;

  public TreesScoringFeatureHolder(TreesModelPart part) {
    this(part, PathQuestions.MOST_BYTES);
  }

  /**
   * @param messageBytes how long questions may be
   */
  TreesScoringFeatureHolder(TreesModelPart part, int messageBytes) {
    this.part = part;
    this.messageBytes = messageBytes;
  }

  /**
   * Scores the rows together with the label holder. Where the step has ended already, does nothing.
   *
   * @throws io.heddle.error.DataException if columns are not those of the model part
   * @throws io.heddle.error.CheckpointException if what was kept of the step is of another version,
   *     or of other columns
   * @throws io.heddle.error.AlignmentException if the label holder has other rows
   * @throws ProtocolException if its part is of another fit, or it sends what the protocol does not
   *     allow
   */
  public void score(Channel step, PartyId labelHolder, PartyTable table, Progress progress) {
    if (!step.peers().contains(labelHolder)) {
      throw new IllegalArgumentException("The label holder " + labelHolder + " is no peer");
    }
    table.requireColumns(part.columnNames());
    progress.begin("score", table.rows().rows(), "rows");
    OwnPaths paths = OwnPaths.of(table, part.thresholds());
    OwnData data = paths.data(table, part);
    byte[] kept = step.restored();
    if (kept == null) {
      step.send(
          labelHolder,
          new TreesScoringOpening(table.rows().rows(), table.alignmentDigest(), part.fitId()));
      requireSame(labelHolder, step.receive(labelHolder, TreesScoringOpening.class), part, table);
      new Answering(paths).run(step, labelHolder);
      step.commit(StateFormat.write(data::write));
    } else {
      StateFormat.read(kept, OwnData::read)
          .requireSame(data, part.columnNames(), "The model part has");
    }
    progress.advance(table.rows().rows());
    progress.end();
  }

  static void requireSame(
      PartyId peer, TreesScoringOpening theirs, TreesModelPart part, PartyTable table) {
    table.requireSame(peer, theirs.rows(), theirs.alignmentDigest());
    if (!theirs.fitId().equals(part.fitId())) {
      throw new ProtocolException(
          "The model part of "
              + peer
              + " is of fit "
              + theirs.fitId()
              + ", this of "
              + part.fitId());
    }
  }

  /** Questions and answers, level by level. */
  private final class Answering {
    private final OwnPaths paths;
    private final int[] all;
    // Of a level: they are sent when all its questions are there, so that neither side waits to
    // send to one that waits to send. Together no longer than the paths.
    private final List<PathAnswers> answers = new ArrayList<>();
    private int before = -1;
    // Over all levels: so there are no more rounds than splits.
    private final BitSet asked = new BitSet();

    Answering(OwnPaths paths) {
      this.paths = paths;
      all = RowSets.all(paths.rows());
    }

    void run(Channel step, PartyId labelHolder) {
      PathQuestions questions = step.receive(labelHolder, PathQuestions.class);
      while (questions.splits().length > 0) {
        answers.add(new PathAnswers(answer(questions)));
        if (!questions.more()) {
          answers.forEach(each -> step.send(labelHolder, each));
          answers.clear();
          before = -1;
        }
        questions = step.receive(labelHolder, PathQuestions.class);
      }
      if (questions.bits().length > 0) {
        throw new ProtocolException("Bits for no split");
      }
      if (questions.more() || !answers.isEmpty()) {
        throw new ProtocolException("Questions end in the middle of a level");
      }
    }

    private byte[] answer(PathQuestions questions) {
      int[] splits = questions.splits();
      int most = PathQuestions.mostSplits(paths.rows(), messageBytes);
      if (splits.length > most) {
        throw new ProtocolException(
            splits.length + " splits in one message: must be at most " + most);
      }
      int bytes = RowSets.bytes(paths.rows());
      if (questions.bits().length != (long) splits.length * bytes) {
        throw new ProtocolException(
            questions.bits().length
                + " bytes with rows of "
                + splits.length
                + " splits: must be "
                + (long) splits.length * bytes);
      }
      List<boolean[]> lefts = new ArrayList<>();
      int length = 0;
      for (int i = 0; i < splits.length; i++) {
        if (splits[i] <= before || splits[i] >= paths.thresholds()) {
          throw new ProtocolException(
              "Splits out of order, or beyond this party's " + paths.thresholds());
        }
        if (asked.get(splits[i])) {
          throw new ProtocolException("Split " + splits[i] + " was asked about before");
        }
        asked.set(splits[i]);
        before = splits[i];
        boolean[] come = RowSets.read(questions.bits(), i * bytes, paths.rows());
        boolean[] left = paths.left(splits[i], RowSets.part(all, come, true));
        lefts.add(left);
        length += RowSets.bytes(left.length);
      }
      byte[] bits = new byte[length];
      int at = 0;
      for (boolean[] left : lefts) {
        at = RowSets.write(left, bits, at);
      }
      return bits;
    }
  }
}

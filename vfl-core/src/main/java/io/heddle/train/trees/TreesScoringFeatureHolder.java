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
import java.util.List;

/**
 * A feature holder's side of joint scoring. It learns which rows come to its own splits; the label
 * holder learns where they go from there.
 */
public final class TreesScoringFeatureHolder {
  private final TreesModelPart part;

  public TreesScoringFeatureHolder(TreesModelPart part) {
    this.part = part;
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
      PathQuestions questions;
      do {
        questions = step.receive(labelHolder, PathQuestions.class);
        if (questions.splits().length > 0) {
          step.send(labelHolder, new PathAnswers(answers(paths, questions)));
        } else if (questions.bits().length > 0) {
          throw new ProtocolException("Bits for no split");
        }
      } while (!questions.last());
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

  private static byte[] answers(OwnPaths paths, PathQuestions questions) {
    int[] splits = questions.splits();
    int bytes = RowSets.bytes(paths.rows());
    if (questions.bits().length != (long) splits.length * bytes) {
      throw new ProtocolException(
          questions.bits().length
              + " bytes with rows of "
              + splits.length
              + " splits: must be "
              + (long) splits.length * bytes);
    }
    List<boolean[]> all = new ArrayList<>();
    int length = 0;
    for (int i = 0; i < splits.length; i++) {
      if (splits[i] < 0
          || splits[i] >= paths.thresholds()
          || (i > 0 && splits[i] <= splits[i - 1])) {
        throw new ProtocolException(
            "Splits out of order, or beyond this party's " + paths.thresholds());
      }
      boolean[] come = RowSets.read(questions.bits(), i * bytes, paths.rows());
      boolean[] left = paths.left(splits[i], RowSets.part(RowSets.all(paths.rows()), come, true));
      all.add(left);
      length += RowSets.bytes(left.length);
    }
    byte[] bits = new byte[length];
    int at = 0;
    for (boolean[] left : all) {
      at = RowSets.write(left, bits, at);
    }
    return bits;
  }
}

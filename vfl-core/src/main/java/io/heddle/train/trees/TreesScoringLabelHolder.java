// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
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
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The label holder's side of joint scoring: all rows go down all trees at once, level by level. It
 * learns a bit for each row that comes to a feature holder's split, no value.
 */
public final class TreesScoringLabelHolder {
  private final TreesModelPart part;
  private final TreeEnsemble ensemble;
  private final int messageBytes;
  private final long stateBytes;

  /**
   * @throws IllegalArgumentException if the part is a feature holder's
   */
  public TreesScoringLabelHolder(TreesModelPart part) {
    this(part, PathQuestions.MOST_BYTES, Channel.MOST_STATE_BYTES);
  }

  /**
   * @param messageBytes how long questions may be
   * @param stateBytes how long what is kept of leaves may be
   */
  TreesScoringLabelHolder(TreesModelPart part, int messageBytes, long stateBytes) {
    TreeEnsemble trees = part.ensemble();
    if (trees == null) {
      throw new IllegalArgumentException("The model part has no trees: it is a feature holder's");
    }
    this.part = part;
    this.ensemble = trees;
    this.messageBytes = messageBytes;
    this.stateBytes = stateBytes;
  }

  /**
   * Scores the rows together with all peers of the channel. Where the step has ended already, gives
   * the same scores at once.
   *
   * @throws io.heddle.error.DataException if columns are not those of the model part, or the leaves
   *     of so many rows cannot be kept
   * @throws io.heddle.error.CheckpointException if what was kept of the step is of another version,
   *     or of other columns
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws ProtocolException if a peer's part is of another fit, or it sends what the protocol
   *     does not allow
   */
  public TreeScores score(Channel step, PartyTable table, Progress progress) {
    table.requireColumns(part.columnNames());
    LeafPlaces places = new LeafPlaces(ensemble, table.rows().rows());
    // What is kept already has found its room.
    places.requireAtMost(
        stateBytes,
        step.restored() == null ? step.mostToCommit() - Ended.headBytes(part) : Long.MAX_VALUE);
    progress.begin("score", table.rows().rows(), "rows");
    OwnPaths paths = OwnPaths.of(table, part.thresholds());
    OwnData data = paths.data(table, part);
    int[][] leaves = restored(step, data, places);
    if (leaves == null) {
      leaves = new Descending(step, table, paths).run();
      step.commit(new Ended(data, leaves).toBytes(places));
    }
    TreeScores scores = scores(leaves, table.rows().rows());
    progress.advance(table.rows().rows());
    progress.end();
    return scores;
  }

  private TreeScores scores(int[][] leaves, int rows) {
    int outputs = ensemble.outputs();
    double[][] raw = new double[outputs][rows];
    double[][] prediction = new double[outputs][rows];
    double[] ofRow = new double[outputs];
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < outputs; c++) {
        raw[c][i] = ensemble.start().get(c);
        for (int t = 0; t < leaves.length; t++) {
          raw[c][i] += ensemble.trees().get(t).get(leaves[t][i]).values().get(c);
        }
        ofRow[c] = raw[c][i];
      }
      ensemble.objective().predict(ofRow);
      for (int c = 0; c < outputs; c++) {
        prediction[c][i] = ofRow[c];
      }
    }
    return new TreeScores(raw, prediction, leaves);
  }

  private int @Nullable [][] restored(Channel step, OwnData data, LeafPlaces places) {
    byte[] kept = step.restored();
    if (kept == null) {
      return null;
    }
    Ended ended = StateFormat.read(kept, in -> Ended.read(in, places));
    ended.data().requireSame(data, part.columnNames(), "The model part has");
    return ended.leaves();
  }

  /** What a step commits at its end. */
  private record Ended(OwnData data, int[][] leaves) {
    /** Before the second one each leaf took four bytes. */
    private static final int FORMAT = 2;

    /** What is kept beside the leaves: two versions, and of which columns they are. */
    static long headBytes(TreesModelPart part) {
      return 2L * Integer.BYTES + OwnData.bytes(part.columnNames().size());
    }

    byte[] toBytes(LeafPlaces places) {
      return StateFormat.write(
          out -> {
            out.writeInt(FORMAT);
            data.write(out);
            places.write(out, leaves);
          });
    }

    static Ended read(WireReader in, LeafPlaces places) {
      int format = in.readInt();
      StateFormat.require(format == FORMAT, "format " + format + " of leaves, must be " + FORMAT);
      return new Ended(OwnData.read(in), places.read(in));
    }
  }

  /** Rows on their way down. */
  private final class Descending {
    private final Channel step;
    private final PartyTable table;
    private final OwnPaths paths;
    private final List<PartyId> peers;
    private final int[][] leaves;

    /** Rows at one node of one tree. */
    private record Place(int tree, TreeNode node, int[] rows) {}

    /** What one message asks a peer. */
    private record Asked(PartyId peer, List<Place> places) {}

    Descending(Channel step, PartyTable table, OwnPaths paths) {
      this.step = step;
      this.table = table;
      this.paths = paths;
      peers = List.copyOf(step.peers());
      leaves = new int[ensemble.trees().size()][table.rows().rows()];
    }

    int[][] run() {
      open();
      List<Place> level = new ArrayList<>();
      for (int t = 0; t < leaves.length; t++) {
        arrive(t, 0, RowSets.all(table.rows().rows()), level);
      }
      while (!level.isEmpty()) {
        List<Asked> asked = ask(level);
        List<Place> below = new ArrayList<>();
        for (Place place : level) {
          if (place.node().owner() == 0) {
            go(place, paths.left(place.node().split(), place.rows()), below);
          }
        }
        for (Asked each : asked) {
          read(each.peer(), each.places(), below);
        }
        level = below;
      }
      step.sendToAll(PathQuestions.END);
      return leaves;
    }

    private void open() {
      // Owners of nodes are counted in this order.
      if (!part.peers().equals(peers)) {
        throw new ProtocolException(
            "The trees were grown with feature holders "
                + part.peers()
                + ": this session has "
                + peers);
      }
      step.sendToAll(
          new TreesScoringOpening(table.rows().rows(), table.alignmentDigest(), part.fitId()));
      for (PartyId peer : peers) {
        TreesScoringFeatureHolder.requireSame(
            peer, step.receive(peer, TreesScoringOpening.class), part, table);
      }
    }

    private void arrive(int tree, int at, int[] rows, List<Place> level) {
      TreeNode node = ensemble.trees().get(tree).get(at);
      if (!node.isLeaf()) {
        if (rows.length > 0) {
          level.add(new Place(tree, node, rows));
        }
        return;
      }
      for (int row : rows) {
        leaves[tree][row] = at;
      }
    }

    private void go(Place place, boolean[] left, List<Place> below) {
      arrive(place.tree(), place.node().left(), RowSets.part(place.rows(), left, true), below);
      arrive(place.tree(), place.node().right(), RowSets.part(place.rows(), left, false), below);
    }

    /**
     * Sends all questions of a level before any answer is read: peers answer once they have them,
     * so they always take them.
     */
    private List<Asked> ask(List<Place> level) {
      int most = PathQuestions.mostSplits(table.rows().rows(), messageBytes);
      List<Asked> asked = new ArrayList<>();
      for (int k = 0; k < peers.size(); k++) {
        int owner = k + 1;
        List<Place> places =
            level.stream()
                .filter(place -> place.node().owner() == owner)
                .sorted(Comparator.comparingInt(place -> place.node().split()))
                .toList();
        for (int from = 0; from < places.size(); from += most) {
          int to = Math.min(from + most, places.size());
          List<Place> some = places.subList(from, to);
          step.send(peers.get(k), questions(to < places.size(), some));
          asked.add(new Asked(peers.get(k), some));
        }
      }
      return asked;
    }

    private PathQuestions questions(boolean more, List<Place> places) {
      int bytes = RowSets.bytes(table.rows().rows());
      byte[] bits = new byte[Math.multiplyExact(places.size(), bytes)];
      for (int p = 0; p < places.size(); p++) {
        for (int row : places.get(p).rows()) {
          RowSets.set(bits, p * bytes, row);
        }
      }
      int[] splits = places.stream().mapToInt(place -> place.node().split()).toArray();
      return new PathQuestions(more, splits, bits);
    }

    private void read(PartyId peer, List<Place> places, List<Place> below) {
      byte[] bits = step.receive(peer, PathAnswers.class).bits();
      int expected = places.stream().mapToInt(place -> RowSets.bytes(place.rows().length)).sum();
      if (bits.length != expected) {
        throw new ProtocolException(
            peer + " sent " + bits.length + " bytes with rows of splits: must be " + expected);
      }
      int at = 0;
      for (Place place : places) {
        go(place, RowSets.read(bits, at, place.rows().length), below);
        at += RowSets.bytes(place.rows().length);
      }
    }
  }
}

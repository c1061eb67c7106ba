// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeafPlacesTest {
  /** What a label holder without columns keeps beside leaves: two versions, and two digests. */
  private static final int HEAD_BYTES = 4 + 4 + 4 + 2 * 32;

  private static final String FIT = "00".repeat(16);

  /** So many splits, each in the right child of the one before. */
  private static List<TreeNode> chain(int first, int splits) {
    List<TreeNode> tree = new ArrayList<>();
    for (int k = 0; k < splits; k++) {
      tree.add(new TreeNode(1, first + k, 2 * k + 1, 2 * k + 2, List.of(), 1, 1, 9));
      tree.add(TreeNode.leaf(List.of(0.5), 9));
    }
    tree.add(TreeNode.leaf(List.of(0.25), 9));
    return tree;
  }

  private static TreeEnsemble ensemble(int trees, int splits) {
    return new TreeEnsemble(
        TreeObjective.SQUARED,
        List.of(0.0),
        IntStream.range(0, trees).mapToObj(t -> chain(t * splits, splits)).toList());
  }

  private static byte[] write(LeafPlaces places, int[]... leaves) {
    WireWriter out = new WireWriter();
    places.write(out, leaves);
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "127, 1", "128, 2", "32767, 2", "32768, 3"})
  void write_treeOfSoManySplits_takesAsFewBytesAsItsPlaces(int splits, int bytes) {
    LeafPlaces places = new LeafPlaces(ensemble(1, splits), 3);
    int[] leaves = {2 * splits, splits == 0 ? 0 : 1, splits == 0 ? 0 : 2 * splits - 1};
    byte[] written = write(places, leaves);
    assertThat(written).hasSize(3 * bytes);
    WireReader in = new WireReader(written);
    assertThat(places.read(in)).isDeepEqualTo(new int[][] {leaves});
    in.end();
  }

  @Test
  void read_placesOfNoLeaf_isRefused() {
    LeafPlaces places = new LeafPlaces(ensemble(1, 2), 1);
    for (int place : List.of(0, 2, 5, 255)) {
      assertThatThrownBy(() -> places.read(new WireReader(new byte[] {(byte) place})))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("Invalid state: no leaf " + place);
    }
    assertThatThrownBy(() -> places.read(new WireReader(new byte[0])))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void requireAtMost_moreThanOneArrayTakes_isRefusedTellingHowMany() {
    new LeafPlaces(ensemble(200, 1), 10_000_000)
        .requireAtMost(Channel.MOST_STATE_BYTES, Long.MAX_VALUE);
    // A session of its own, in which the alignment keeps some, has no more room for them.
    assertThatThrownBy(
            () ->
                new LeafPlaces(ensemble(300, 1), 10_000_000)
                    .requireAtMost(Channel.MOST_STATE_BYTES, Channel.MOST_STATE_BYTES - 20_000_000))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "The leaves of 10000000 rows in 300 trees take 3000000000 bytes, and no more than")
        .hasMessageEndingWith("can be kept for going on after a crash: score fewer rows at a time");
  }

  /** Two scorings of 10 million rows in 110 trees were too much for one session. */
  @Test
  void requireAtMost_moreThanOtherStepsLeave_isRefusedSayingSo() {
    LeafPlaces places = new LeafPlaces(ensemble(110, 1), 10_000_000);
    places.requireAtMost(Channel.MOST_STATE_BYTES, 1_100_000_000);
    assertThatThrownBy(() -> places.requireAtMost(Channel.MOST_STATE_BYTES, 1_099_999_999))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "The leaves of 10000000 rows in 110 trees take 1100000000 bytes, and no more than"
                + " 1099999999 can be kept for going on after a crash, beside what other steps of"
                + " this session keep: score fewer rows at a time, or in a session of its own");
    assertThatThrownBy(() -> places.requireAtMost(Channel.MOST_STATE_BYTES, -5))
        .hasMessageContaining("no more than 0 can be kept");
  }

  /** It sends nothing where another step leaves too little. */
  private static Channel leaving(long bytes, Channel step) {
    return new ForwardingChannel(step) {
      @Override
      protected Channel around(Channel narrower, String name) {
        return leaving(bytes, narrower);
      }

      @Override
      public void send(PartyId to, Message message) {
        throw new AssertionError("sends to " + to);
      }

      @Override
      public long mostToCommit() {
        return bytes;
      }
    };
  }

  @ParameterizedTest
  @CsvSource({"8, 9000", "9, 8"})
  void score_leavesThatCannotBeKept_isRefusedBeforeAnythingIsAsked(long stateBytes, long room) {
    TreesModelPart bank =
        new TreesModelPart(
            FIT, List.of(), List.of(), ensemble(1, 1), List.of(Forests.featureHolder(1)));
    TreesModelPart shop =
        new TreesModelPart(
            FIT, List.of("x0"), List.of(new Threshold(0, 0.5, true)), null, List.of());
    PartyTable none = Forests.table(new double[0][], 9, 1);
    PartyTable column = Forests.table(new double[][] {new double[9]}, 9, 1);
    Map<PartyId, Parties.Code<Integer>> code =
        Map.of(
            Forests.BANK,
            session ->
                new TreesScoringLabelHolder(bank, PathQuestions.MOST_BYTES, stateBytes)
                    .score(
                        leaving(room + HEAD_BYTES, session.beginStep("transform", new TreeMap<>())),
                        none,
                        Progress.NONE)
                    .leaves()
                    .length,
            Forests.featureHolder(1),
            session -> {
              new TreesScoringFeatureHolder(shop)
                  .score(
                      session.beginStep("transform", new TreeMap<>()),
                      Forests.BANK,
                      column,
                      Progress.NONE);
              return 0;
            });
    assertThatThrownBy(() -> Parties.run(TreesScoringMessages.TYPES, code))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("The leaves of 9 rows in 1 trees take 9 bytes, and no more than 8");
  }
}

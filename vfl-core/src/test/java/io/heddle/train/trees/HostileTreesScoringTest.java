// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreesScoringMessage.PathAnswers;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileTreesScoringTest {
  private static final String FIT = "00112233445566778899aabbccddeeff";
  private static final int ROWS = 9;

  private static <M extends Message> UnaryOperator<Message> with(
      Class<M> type, UnaryOperator<M> change) {
    return message -> type.isInstance(message) ? change.apply(type.cast(message)) : message;
  }

  private static Arguments question(String what, UnaryOperator<PathQuestions> lie, String error) {
    return arguments(what, with(PathQuestions.class, lie), error);
  }

  private static Arguments answer(String what, UnaryOperator<PathAnswers> lie, String error) {
    return arguments(what, with(PathAnswers.class, lie), error);
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        question(
            "split beyond all",
            m -> new PathQuestions(true, new int[] {1}, m.bits()),
            "Splits out of order, or beyond this party's 1"),
        question(
            "split below zero",
            m -> new PathQuestions(true, new int[] {-1}, m.bits()),
            "Splits out of order, or beyond this party's 1"),
        question(
            "split twice",
            m -> new PathQuestions(true, new int[] {0, 0}, new byte[4]),
            "Splits out of order, or beyond this party's 1"),
        question(
            "bits for no split",
            m -> new PathQuestions(true, new int[0], m.bits()),
            "Bits for no split"),
        question(
            "bits too few",
            m -> new PathQuestions(true, m.splits(), Arrays.copyOf(m.bits(), 1)),
            "1 bytes with rows of 1 splits: must be 2"),
        question(
            "bits of no row",
            m -> new PathQuestions(true, m.splits(), new byte[] {0, 2}),
            "Bits of a node are set beyond its 9 rows"),
        answer(
            "bits too few",
            m -> new PathAnswers(new byte[1]),
            "shop-1 sent 1 bytes with rows of splits: must be 2"),
        answer(
            "bits too many",
            m -> new PathAnswers(new byte[3]),
            "shop-1 sent 3 bytes with rows of splits: must be 2"),
        answer(
            "bits of no row",
            m -> new PathAnswers(new byte[] {0, -128}),
            "Bits of a node are set beyond its 9 rows"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("lies")
  void score_withALyingPeer_endsWithItsError(
      String what, UnaryOperator<Message> lie, String message) {
    List<TreeNode> tree =
        List.of(
            new TreeNode(1, 0, 1, 2, List.of(), 1, 1, 9),
            TreeNode.leaf(List.of(-1.0), 4),
            TreeNode.leaf(List.of(1.0), 5));
    TreesModelPart bank =
        new TreesModelPart(
            FIT,
            List.of(),
            List.of(),
            new TreeEnsemble(TreeObjective.LOGISTIC, List.of(0.0), List.of(tree)),
            List.of(Forests.featureHolder(1)));
    TreesModelPart shop =
        new TreesModelPart(
            FIT, List.of("x0"), List.of(new Threshold(0, 0.5, true)), null, List.of());
    PartyTable none = Forests.table(new double[0][], ROWS, 1);
    PartyTable column = Forests.table(new double[][] {new double[ROWS]}, ROWS, 1);
    UnaryOperator<Channel> liar = TappedChannel.sending(lie);
    PartyId shopId = Forests.featureHolder(1);
    Map<PartyId, Parties.Code<Integer>> code =
        Map.of(
            Forests.BANK,
            session ->
                new TreesScoringLabelHolder(bank)
                    .score(
                        liar.apply(session.beginStep("transform", new TreeMap<>())),
                        none,
                        Progress.NONE)
                    .leaves()
                    .length,
            shopId,
            session -> {
              new TreesScoringFeatureHolder(shop)
                  .score(
                      liar.apply(session.beginStep("transform", new TreeMap<>())),
                      Forests.BANK,
                      column,
                      Progress.NONE);
              return 0;
            });
    assertThatThrownBy(() -> Parties.run(TreesScoringMessages.TYPES, code))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }
}

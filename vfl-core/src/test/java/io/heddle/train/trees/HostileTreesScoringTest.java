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
import io.heddle.session.Session;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreesScoringMessage.PathAnswers;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import io.heddle.train.trees.TreesScoringMessage.TreesScoringOpening;
import java.util.Arrays;
import java.util.Collections;
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
  private static final int ROW_BYTES = 2;
  private static final PartyId SHOP = Forests.featureHolder(1);

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
            m -> new PathQuestions(false, new int[] {1}, m.bits()),
            "Splits out of order, or beyond this party's 1"),
        question(
            "split below zero",
            m -> new PathQuestions(false, new int[] {-1}, m.bits()),
            "Splits out of order, or beyond this party's 1"),
        question(
            "split twice",
            m -> new PathQuestions(false, new int[] {0, 0}, new byte[4]),
            "Splits out of order, or beyond this party's 1"),
        question(
            "bits for no split",
            m -> new PathQuestions(false, new int[0], m.bits()),
            "Bits for no split"),
        question(
            "bits too few",
            m -> new PathQuestions(false, m.splits(), Arrays.copyOf(m.bits(), 1)),
            "1 bytes with rows of 1 splits: must be 2"),
        question(
            "bits of no row",
            m -> new PathQuestions(false, m.splits(), new byte[] {0, 2}),
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
            List.of(SHOP));
    PartyTable none = Forests.table(new double[0][], ROWS, 1);
    UnaryOperator<Channel> liar = TappedChannel.sending(lie);
    Map<PartyId, Parties.Code<Integer>> code =
        Map.of(
            Forests.BANK,
            session ->
                new TreesScoringLabelHolder(bank)
                    .score(liar.apply(begin(session)), none, Progress.NONE)
                    .leaves()
                    .length,
            SHOP,
            session -> answer(liar.apply(begin(session)), 1, PathQuestions.MOST_BYTES));
    assertThatThrownBy(() -> Parties.run(TreesScoringMessages.TYPES, code))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  private static Channel begin(Session session) {
    return session.beginStep("transform", new TreeMap<>());
  }

  /** The shop's role, with so many thresholds. */
  private static int answer(Channel step, int thresholds, int messageBytes) {
    TreesModelPart part =
        new TreesModelPart(
            FIT,
            List.of("x0"),
            Collections.nCopies(thresholds, new Threshold(0, 0.5, true)),
            null,
            List.of());
    PartyTable column = Forests.table(new double[][] {new double[ROWS]}, ROWS, 1);
    new TreesScoringFeatureHolder(part, messageBytes)
        .score(step, Forests.BANK, column, Progress.NONE);
    return 0;
  }

  private static PathQuestions ask(boolean more, int... splits) {
    return new PathQuestions(more, splits, new byte[splits.length * ROW_BYTES]);
  }

  static Stream<Arguments> questions() {
    return Stream.of(
        arguments(
            "a level's later message about an earlier split",
            List.of(ask(true, 2), ask(false, 1)),
            "Splits out of order, or beyond this party's 3"),
        arguments(
            "a level's later message about the same split",
            List.of(ask(true, 0, 1), ask(false, 1, 2)),
            "Splits out of order, or beyond this party's 3"),
        arguments(
            "more than a message may ask",
            List.of(ask(false, 0, 1, 2)),
            "3 splits in one message: must be at most 2"),
        arguments(
            "no split, and more to come",
            List.of(ask(true)),
            "Questions end in the middle of a level"),
        arguments(
            "a later level about an earlier one's split",
            List.of(ask(false, 0, 2), ask(false, 1), ask(false, 2)),
            "Split 2 was asked about before"),
        arguments(
            "the same question again and again",
            Collections.nCopies(100, ask(false, 1)),
            "Split 1 was asked about before"),
        arguments(
            "nothing, again and again",
            Collections.nCopies(100, ask(true)),
            "Questions end in the middle of a level"),
        arguments(
            "the end instead of what was to come",
            List.of(ask(false, 0), ask(true, 1), ask(false)),
            "Questions end in the middle of a level"));
  }

  /** A label holder that says what it likes, of a feature holder of three thresholds. */
  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("questions")
  void score_askedWhatMayNotBeAsked_endsWithAnError(
      String what, List<PathQuestions> questions, String message) {
    Map<PartyId, Parties.Code<Integer>> code =
        Map.of(
            Forests.BANK,
            session -> {
              Channel step = begin(session);
              step.send(SHOP, new TreesScoringOpening(ROWS, Forests.DIGEST, FIT));
              questions.forEach(each -> step.send(SHOP, each));
              step.receive(SHOP, TreesScoringOpening.class);
              // Until the other one has had enough.
              while (true) {
                step.receive(SHOP, PathAnswers.class);
              }
            },
            SHOP,
            session -> answer(begin(session), 3, 2 * (Integer.BYTES + ROW_BYTES)));
    assertThatThrownBy(() -> Parties.run(TreesScoringMessages.TYPES, code))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.ProtocolException;
import io.heddle.session.PinnedSession;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that share ciphertexts give the trees of rows that do not. */
class RowPackingTreesTest {
  private static TreeTerms.Builder terms() {
    return TreeTerms.builder().maxIter(2).maxDepth(3).maxBins(8).firstTreeAlone(false);
  }

  private static Arguments row(String what, TreeTerms.Builder terms, Joined joined) {
    return arguments(what, terms, joined);
  }

  static Stream<Arguments> fits() {
    Joined two = Forests.generate(450, 81, true, 2, 3);
    TreeTerms.Builder classes = terms().objective(TreeObjective.MULTI_CLASS).classes(3);
    return Stream.of(
        row(
            "missing values, two feature holders",
            terms(),
            Forests.generate(500, 82, true, 2, 3, 2)),
        row("no columns at the label holder", terms(), Forests.generate(400, 83, false, 0, 4)),
        row("large derivatives", terms().goss(0.3, 0.4), two),
        row("some rows and columns held out", terms().earlyStopping(0.2, 1).maxIter(4), two),
        row("leaf by leaf", terms().maxDepth(4).maxLeaves(5), two),
        row("classes", classes, Forests.classes(1300, 84, true, 3, 2, 3)),
        row("okamoto-uchiyama", terms().scheme(TreeScheme.OKAMOTO_UCHIYAMA), two),
        row("a longer sum than rows", terms().maxDepth(1), Forests.generate(131, 85, false, 0, 2)));
  }

  private static List<TreesFit> fit(TreeTerms.Builder terms, Joined joined, TreesRowPacking rows) {
    // With the same secret names, by which equal gains are decided.
    return Forests.fit(
        terms.rowPacking(rows).build(),
        joined,
        weights(joined.rows()),
        new TreeRules(true),
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        (exchange, opened) -> PinnedSession.open(exchange, opened, "secret", "nonce"));
  }

  private static double @Nullable [] weights(int rows) {
    double[] weights = new double[rows];
    Arrays.setAll(weights, row -> 0.5 + row % 3);
    return weights;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fits")
  void trees_onOrOff_areThoseOfTheJoinedColumns(
      String what, TreeTerms.Builder terms, Joined joined) {
    List<TreesFit> on = fit(terms, joined, TreesRowPacking.ON);
    List<TreesFit> off = fit(terms, joined, TreesRowPacking.OFF);
    TreeEnsemble trees = Forests.ensemble(on);
    assertThat(trees.trees()).isNotEmpty();
    assertThat(trees).isEqualTo(Forests.ensemble(off));
    TreeEnsemble reference =
        JoinedTrees.of(terms.build(), Forests.seed(), joined.labels(), joined.holders())
            .withWeights(weights(joined.rows()))
            .fit(terms.build().maxIter());
    assertThat(trees.largestLeafDifference(reference)).isZero();
    assertThat(trees.trees()).isEqualTo(reference.trees());
    assertThat(trees.trees().stream().flatMap(List::stream)).anyMatch(node -> node.owner() > 0);
    int most = RowSlots.most(terms.build(), joined.rows());
    assertThat(most).isGreaterThan(1);
    for (int party = 0; party < on.size(); party++) {
      TreesSummary summary = on.get(party).summary();
      assertThat(summary.rowsPerCiphertext()).isEqualTo(most);
      assertThat(summary.ledger())
          .anyMatch(line -> line.startsWith("The derivatives of " + most + " rows stood in one"));
      TreesSummary apart = off.get(party).summary();
      assertThat(apart.rowsPerCiphertext()).isEqualTo(1);
      assertThat(apart.ledger()).noneMatch(line -> line.startsWith("The derivatives of"));
      assertThat(on.get(party).part().thresholds()).isEqualTo(off.get(party).part().thresholds());
    }
  }

  @Test
  void ciphertexts_ofRowsThatShareThem_areAsManyTimesFewerAndOneForEachCandidate() {
    Joined joined = Forests.generate(500, 86, true, 1, 3);
    TreeTerms terms = terms().maxIter(1).rowPacking(TreesRowPacking.ON).build();
    List<Message> fromLabel = Forests.tap();
    List<Message> fromFeature = Forests.tap();
    Forests.fit(
        terms,
        joined,
        null,
        channel -> TappedChannel.keepingSent(channel, fromLabel),
        channel -> TappedChannel.keepingSent(channel, fromFeature));
    int most = RowSlots.most(terms, 500);
    assertThat(Forests.sent(TreesAgreed.class, fromLabel))
        .containsExactly(new TreesAgreed(1, 1, most));
    assertThat(Forests.sent(GradientChunk.class, fromLabel))
        .extracting(chunk -> chunk.ciphertexts().length)
        .containsExactly((500 + most - 1) / most * 512);
    List<NodeSums> sums = Forests.sent(NodeSums.class, fromFeature);
    assertThat(sums)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.ciphertexts()).hasSize(each.candidates().length * 512));
    // What stands beside the sums is large whatever they are: at both ends, and never the same.
    RowSlots slots = RowSlots.of(terms, 500, most);
    PlaintextBlock seen =
        Forests.KEY.decrypt(
            Forests.KEY
                .publicKey()
                .read(sums.get(0).ciphertexts(), slots.answers(sums.get(0).candidates().length)));
    BigInteger below = BigInteger.ONE.shiftLeft((most - 1) * slots.slotBits());
    assertThat(seen.size()).isGreaterThan(10);
    for (int i = 1; i < seen.size(); i++) {
      assertThat(seen.get(i).mod(below)).isNotEqualTo(seen.get(i - 1).mod(below));
    }
  }

  private static UnaryOperator<Channel> agreeing(int rowsPerCiphertext) {
    return TappedChannel.sending(
        message ->
            message instanceof TreesAgreed agreed
                ? new TreesAgreed(agreed.first(), agreed.last(), rowsPerCiphertext)
                : message);
  }

  @ParameterizedTest
  @CsvSource({"ON, 1", "ON, 10", "ON, 12", "OFF, 2", "AUTO, 12", "AUTO, 64"})
  void numberOfRows_thatTheTermsDoNotAllow_isRefused(TreesRowPacking packing, int rows) {
    TreeTerms terms = terms().rowPacking(packing).build();
    assertThat(RowSlots.most(terms, 300)).isEqualTo(11);
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms,
                    Forests.generate(300, 87, false, 0, 2),
                    null,
                    agreeing(rows),
                    UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(
            "wants "
                + rows
                + " rows in a ciphertext: 11 fit, and rowPacking is "
                + TreeTerms.word(packing));
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "65"})
  void numberOfRows_thatNoKeyAllows_isRefused(int rows) {
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms().build(),
                    Forests.generate(300, 87, false, 0, 2),
                    null,
                    agreeing(rows),
                    UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("rows per ciphertext");
  }

  /** Sums under masks as the protocol has them, but for the place in the middle. */
  private static NodeSums withMiddle(TreeTerms terms, int rows, NodeSums message, BigInteger sum) {
    RowSlots slots = RowSlots.of(terms, rows, RowSlots.most(terms, rows));
    PlaintextBlock masks =
        slots.added(new int[message.candidates().length], Randomness.derive(new byte[32], "masks"));
    int start = (slots.rowsPerPlaintext() - 1) * slots.slotBits();
    List<BigInteger> values =
        Stream.iterate(0, i -> i < masks.size(), i -> i + 1)
            .map(i -> masks.get(i).add(sum.shiftLeft(start)))
            .toList();
    byte[] ciphertexts =
        Forests.KEY
            .encrypt(PlaintextBlock.of(0, values), Randomness.derive(new byte[32], "hostile"))
            .toBytes();
    return new NodeSums(message.counts(), message.candidates(), message.allowed(), ciphertexts);
  }

  private static void assertSumEnds(BigInteger sum, String message) {
    TreeTerms terms = terms().maxIter(1).rowPacking(TreesRowPacking.ON).build();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms,
                    Forests.generate(300, 88, false, 0, 2),
                    null,
                    UnaryOperator.identity(),
                    TappedChannel.sending(
                        sent ->
                            sent instanceof NodeSums sums
                                ? withMiddle(terms, 300, sums, sum)
                                : sent)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void sums_thatCannotBe_endTheFit() {
    String beyond = "A sum of a candidate is beyond what its node's rows can sum to";
    GradientPacking packing = GradientPacking.of(2048, 300, 1);
    assertSumEnds(packing.bound(301), beyond);
    assertSumEnds(packing.bound(150).setBit(packing.candidateBits()), beyond);
    assertSumEnds(packing.bound(150).setBit(packing.candidateBits() + 39), beyond);
    // Sums of no rows in particular: -100 and 100 units.
    BigInteger units = BigInteger.valueOf(100L << Gradients.BITS);
    assertSumEnds(
        units.shiftLeft(packing.lowBits() + 1).add(units),
        "sends other rows of a node to the left");
  }

  @Test
  void ciphertexts_tooFewOrTooMany_endTheFit() {
    for (int more : new int[] {-512, 512, 1}) {
      assertThatThrownBy(
              () ->
                  Forests.fit(
                      terms().rowPacking(TreesRowPacking.ON).build(),
                      Forests.generate(300, 88, false, 0, 2),
                      null,
                      UnaryOperator.identity(),
                      TappedChannel.sending(
                          sent ->
                              sent instanceof NodeSums sums
                                  ? new NodeSums(
                                      sums.counts(),
                                      sums.candidates(),
                                      sums.allowed(),
                                      Arrays.copyOf(
                                          sums.ciphertexts(), sums.ciphertexts().length + more))
                                  : sent)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("Invalid ciphertext block");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Joint scores are those of all parties' parts in the clear, to the last bit. */
class TreesScoringTest {
  private static final TreeTerms TERMS =
      TreeTerms.builder().maxIter(3).maxDepth(2).maxBins(12).build();
  private static final Joined JOINED = Forests.generate(600, 80, true, 2, 3);
  private static final List<TreesFit> FITS = Forests.fit(TERMS, JOINED, null);

  private static List<TreesModelPart> parts(List<TreesFit> fits) {
    return fits.stream().map(TreesFit::part).toList();
  }

  private static List<PartyTable> tables(Joined joined) {
    return IntStream.range(0, joined.holders().size())
        .mapToObj(k -> Forests.table(joined.holders().get(k), joined.rows(), k + 1))
        .toList();
  }

  private static TreeScores score(List<TreesModelPart> parts, List<PartyTable> tables) {
    return score(
        InMemoryExchange::network,
        PathQuestions.MOST_BYTES,
        UnaryOperator.identity(),
        parts,
        tables);
  }

  /** In messages of that length, and with what the label holder speaks through. */
  private static TreeScores score(
      Parties.Network network,
      int messageBytes,
      UnaryOperator<Channel> wrap,
      List<TreesModelPart> parts,
      List<PartyTable> tables) {
    Map<PartyId, Parties.Code<TreeScores>> code = new HashMap<>();
    for (int k = 0; k < parts.size(); k++) {
      TreesModelPart part = parts.get(k);
      PartyTable table = tables.get(k);
      code.put(
          k == 0 ? Forests.BANK : Forests.featureHolder(k),
          session -> score(session, messageBytes, wrap, part, table));
    }
    return Objects.requireNonNull(
        Parties.run(network, TreesScoringMessages.TYPES, code).get(Forests.BANK));
  }

  private static TreeScores score(
      Session session,
      int messageBytes,
      UnaryOperator<Channel> wrap,
      TreesModelPart part,
      PartyTable table) {
    Channel step = session.beginStep("transform", new TreeMap<>());
    if (step.self().equals(Forests.BANK)) {
      return new TreesScoringLabelHolder(part, messageBytes, Channel.MOST_STATE_BYTES)
          .score(wrap.apply(step), table, Progress.NONE);
    }
    new TreesScoringFeatureHolder(part, messageBytes)
        .score(step, Forests.BANK, table, Progress.NONE);
    return new TreeScores(new double[0][], new double[0][], new int[0][]);
  }

  private static double[] ofRow(double[][] values, int row) {
    return Arrays.stream(values).mapToDouble(each -> each[row]).toArray();
  }

  /** Scores, predictions and leaves against a walk of every row. */
  private static void assertRight(List<TreesFit> fits, Joined rows) {
    TreeScores scores = score(parts(fits), tables(rows));
    assertThat(scores.rawPrediction()).isEqualTo(Forests.scores(fits, rows));
    TreeEnsemble ensemble = Forests.ensemble(fits);
    for (int i = 0; i < rows.rows(); i++) {
      double[] sums = ensemble.start().stream().mapToDouble(Double::doubleValue).toArray();
      for (int t = 0; t < scores.leaves().length; t++) {
        TreeNode leaf = ensemble.trees().get(t).get(scores.leaves()[t][i]);
        assertThat(leaf.isLeaf()).isTrue();
        for (int c = 0; c < sums.length; c++) {
          sums[c] += leaf.values().get(c);
        }
      }
      assertThat(ofRow(scores.rawPrediction(), i)).isEqualTo(sums);
      ensemble.objective().predict(sums);
      assertThat(ofRow(scores.prediction(), i)).isEqualTo(sums);
    }
  }

  @Test
  void leaves_ofTheTrainingRows_haveAsManyRowsAsInTraining() {
    assertRight(FITS, JOINED);
    TreeScores scores = score(parts(FITS), tables(JOINED));
    List<List<TreeNode>> trees = Forests.ensemble(FITS).trees();
    assertThat(trees).anyMatch(tree -> tree.stream().anyMatch(node -> node.owner() == 1));
    for (int t = 0; t < trees.size(); t++) {
      int[] counts = new int[trees.get(t).size()];
      Arrays.stream(scores.leaves()[t]).forEach(leaf -> counts[leaf]++);
      for (int at = 0; at < counts.length; at++) {
        TreeNode node = trees.get(t).get(at);
        assertThat(counts[at]).isEqualTo(node.isLeaf() ? node.rows() : 0);
      }
    }
  }

  @Test
  void scores_ofOtherRowsAndOfOneRow_areThoseInTheClear() {
    assertRight(FITS, Forests.generate(333, 81, true, 2, 3));
    assertRight(FITS, Forests.generate(1, 82, true, 2, 3));
    double[] missing = {Double.NaN};
    assertRight(
        FITS,
        new Joined(
            new double[1],
            List.of(
                new double[][] {missing, missing}, new double[][] {missing, missing, missing})));
  }

  @Test
  void scores_ofThreeFeatureHoldersAndNoColumnsAtTheLabelHolder() {
    Joined joined = Forests.generate(600, 83, true, 0, 2, 2, 3);
    List<TreesFit> fits = Forests.fit(TERMS, joined, null);
    assertRight(fits, joined);
    assertRight(fits, Forests.generate(99, 84, true, 0, 2, 2, 3));
  }

  @Test
  void scores_ofSeveralClasses_areOneForEach() {
    TreeTerms classes =
        TreeTerms.builder()
            .objective(TreeObjective.MULTI_CLASS)
            .classes(4)
            .maxIter(3)
            .maxDepth(2)
            .maxBins(12)
            .build();
    Joined joined = Forests.classes(1200, 86, true, 4, 2, 3);
    List<TreesFit> fits = Forests.fit(classes, joined, null, new TreeRules(true));
    assertRight(fits, joined);
    assertRight(fits, Forests.generate(99, 87, true, 2, 3));
    TreeScores scores = score(parts(fits), tables(joined));
    for (int i = 0; i < joined.rows(); i++) {
      assertThat(Arrays.stream(ofRow(scores.prediction(), i)).sum()).isCloseTo(1, within(1e-14));
    }
  }

  @Test
  void scores_ofTreesThatAreOneLeaf_areThatLeaf() {
    TreeTerms none = TreeTerms.builder().maxIter(2).maxDepth(2).gamma(1e9).build();
    Joined joined = Forests.generate(300, 85, true, 1, 2);
    List<TreesFit> fits = Forests.fit(none, joined, null);
    assertThat(Forests.ensemble(fits).trees()).allMatch(tree -> tree.size() == 1);
    assertThat(Forests.ensemble(fits).depth()).isZero();
    assertRight(fits, joined);
  }

  /** Trees that ask two feature holders each, one after the other. */
  private static List<TreesModelPart> asking(int trees) {
    List<List<TreeNode>> all = new ArrayList<>();
    List<Threshold> thresholds = new ArrayList<>();
    for (int t = 0; t < trees; t++) {
      all.add(
          List.of(
              new TreeNode(1 + t % 2, t / 2, 1, 2, List.of(), 1, 1, 600),
              new TreeNode(2 - t % 2, (trees + t) / 2, 3, 4, List.of(), 1, 1, 300),
              TreeNode.leaf(List.of(t + 0.5), 300),
              TreeNode.leaf(List.of(0.25), 150),
              TreeNode.leaf(List.of(-t - 0.5), 150)));
      thresholds.add(new Threshold(0, 0.25 + 0.5 * t / trees, true));
    }
    String fit = "00".repeat(16);
    List<PartyId> peers = List.of(Forests.featureHolder(1), Forests.featureHolder(2));
    TreeEnsemble ensemble = new TreeEnsemble(TreeObjective.SQUARED, List.of(1.0), all);
    TreesModelPart holder = new TreesModelPart(fit, List.of("x0"), thresholds, null, List.of());
    return List.of(new TreesModelPart(fit, List.of(), List.of(), ensemble, peers), holder, holder);
  }

  /** A level's questions, and its answers, are about five times what a window takes. */
  @Test
  void scores_askedInSeveralMessagesOfALevel_areTheSameAndNobodyWaitsForRoom() {
    List<TreesModelPart> parts = asking(1200);
    SplittableRandom random = new SplittableRandom(88);
    Joined joined =
        new Joined(
            new double[600],
            List.of(
                new double[0][],
                new double[][] {random.doubles(600).toArray()},
                new double[][] {random.doubles(600).toArray()}));
    TreeScores once = score(parts, tables(joined));
    assertThat(once.leaves()).hasDimensions(1200, 600);
    ExchangeLimits narrow = new ExchangeLimits(1 << 16, 1 << 20);
    for (int splits : List.of(1, 3, 599, 600)) {
      List<Message> sent = Forests.tap();
      TreeScores scores =
          score(
              (parties, codec) ->
                  InMemoryExchange.network(
                      parties,
                      codec,
                      narrow,
                      ExchangeTimeouts.DEFAULT,
                      party -> FrameObserver.NONE),
              splits * (Integer.BYTES + RowSets.bytes(600)),
              channel -> TappedChannel.keepingSent(channel, sent),
              parts,
              tables(joined));
      assertThat(scores.rawPrediction()).isDeepEqualTo(once.rawPrediction());
      assertThat(scores.leaves()).isDeepEqualTo(once.leaves());
      List<PathQuestions> questions = Forests.sent(PathQuestions.class, sent);
      assertThat(questions).allMatch(each -> each.splits().length <= splits);
      // Two levels at two peers, and an end for each.
      assertThat(questions).filteredOn(each -> !each.more()).hasSize(4 + 2);
      assertThat(questions).hasSize(4 * ((600 + splits - 1) / splits) + 2);
    }
  }

  @Test
  void questions_ofMostBytes_areOfOneSplitAtLeast() {
    assertThat(PathQuestions.mostSplits(10_000_000, PathQuestions.MOST_BYTES)).isEqualTo(13);
    assertThat(PathQuestions.mostSplits(1, PathQuestions.MOST_BYTES)).isEqualTo(3_355_443);
    assertThat(PathQuestions.mostSplits(600_000_000, PathQuestions.MOST_BYTES)).isEqualTo(1);
  }

  private static TreesModelPart ofFit(TreesModelPart part, String fitId) {
    return new TreesModelPart(
        fitId, part.columnNames(), part.thresholds(), part.ensemble(), part.peers());
  }

  @Test
  void parts_ofOtherFits_areRefused() {
    TreesModelPart other = ofFit(FITS.get(1).part(), "00".repeat(16));
    assertThatThrownBy(() -> score(List.of(FITS.get(0).part(), other), tables(JOINED)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is of fit");
  }

  @Test
  void parts_ofAFeatureHolderAsTheLabelHolders_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TreesScoringLabelHolder(FITS.get(1).part()))
        .withMessageContaining("it is a feature holder's");
  }

  @Test
  void parts_thatLackSplitsOfTheTrees_areRefused() {
    TreesModelPart full = FITS.get(1).part();
    assertThat(full.thresholds()).isNotEmpty();
    TreesModelPart cut =
        new TreesModelPart(full.fitId(), full.columnNames(), List.of(), null, List.of());
    assertThatThrownBy(() -> score(List.of(FITS.get(0).part(), cut), tables(JOINED)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("beyond this party's 0");
  }

  @Test
  void sessions_withFewerFeatureHoldersThanTheFit_areRefused() {
    assertThatThrownBy(() -> score(List.of(owned(2), FITS.get(1).part()), tables(JOINED)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("this session has [" + Forests.featureHolder(1) + "]");
  }

  /** A tree of one split by some feature holder. */
  private static TreesModelPart owned(int owner) {
    TreesModelPart part = FITS.get(0).part();
    List<TreeNode> tree =
        List.of(
            new TreeNode(owner, 0, 1, 2, List.of(), 1, 1, 600),
            TreeNode.leaf(List.of(-1.0), 300),
            TreeNode.leaf(List.of(1.0), 300));
    return new TreesModelPart(
        part.fitId(),
        part.columnNames(),
        part.thresholds(),
        new TreeEnsemble(TreeObjective.LOGISTIC, List.of(0.0), List.of(tree)),
        IntStream.rangeClosed(1, owner).mapToObj(Forests::featureHolder).toList());
  }

  @Test
  void columns_thatAreOthers_areNamed() {
    for (int k = 0; k < 2; k++) {
      List<PartyTable> tables = new ArrayList<>(tables(JOINED));
      PartyTable own = tables.get(k);
      List<String> names = new ArrayList<>(own.columnNames());
      names.set(1, "income");
      tables.set(k, new PartyTable(own.rows(), names, own.alignmentDigest()));
      assertThatThrownBy(() -> score(parts(FITS), tables))
          .isInstanceOf(DataException.class)
          .hasMessage("The columns are not those of the model part, missing: x1, unknown: income");
    }
  }

  @Test
  void rows_thatAreOthers_areRefused() {
    PartyTable bank = tables(JOINED).get(0);
    Joined fewer = Forests.generate(599, 80, true, 2, 3);
    assertThatThrownBy(() -> score(parts(FITS), List.of(bank, tables(fewer).get(1))))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("The aligned rows differ");
    PartyTable otherIds = new PartyTable(bank.rows(), bank.columnNames(), Forests.seed());
    assertThatThrownBy(() -> score(parts(FITS), List.of(otherIds, tables(JOINED).get(1))))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("with another digest");
  }
}

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
import io.heddle.crypto.okamoto.OkamotoUchiyamaPrivateKey;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.AlignmentException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import io.heddle.train.trees.TreeMessage.TreesDeclaration;
import io.heddle.train.trees.TreeMessage.TreesKept;
import io.heddle.train.trees.TreeMessage.TreesOpening;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a peer sends against the protocol ends the fit, and the error shows no value. */
class HostileTreesTest {
  private static final int ROWS = 301;
  private static final int WIDTH = 512;
  private static final TreeTerms QUICK =
      TreeTerms.builder()
          .maxIter(1)
          .maxDepth(2)
          .maxBins(8)
          .rowPacking(TreesRowPacking.OFF)
          .firstTreeAlone(false)
          .build();
  private static final int UNKNOWN = 1 << 20;

  /** Labels follow one column, which cuts the rows into two halves of both labels. */
  private static Joined joined(boolean labelHolderSplits) {
    double[] labels = new double[ROWS];
    double[] strong = new double[ROWS];
    double[] weak = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      strong[i] = i * 37 % ROWS;
      weak[i] = i * 61 % ROWS;
      boolean likely = strong[i] < ROWS / 2.0;
      labels[i] = (i % 5 == 0) != likely ? 1 : 0;
    }
    return labelHolderSplits
        ? new Joined(labels, List.of(new double[][] {strong}, new double[][] {weak}))
        : new Joined(labels, List.of(new double[0][], new double[][] {strong, weak}));
  }

  /** Replaces the n-th message of one type, from 0 on. */
  private static <M extends Message> UnaryOperator<Channel> lie(
      Class<M> type, int number, UnaryOperator<M> change) {
    int[] seen = {0};
    return TappedChannel.sending(
        message ->
            type.isInstance(message) && seen[0]++ == number
                ? change.apply(type.cast(message))
                : message);
  }

  /** Sends the messages of one type twice. */
  private static UnaryOperator<Channel> twice(Class<? extends Message> type) {
    return TappedChannel.sending(
        (to, message) -> Collections.nCopies(type.isInstance(message) ? 2 : 1, message));
  }

  private static <M extends Message> Arguments fromLabelHolder(
      String what, Class<M> type, UnaryOperator<M> change, String message) {
    return arguments(what, lie(type, 0, change), UnaryOperator.identity(), message);
  }

  private static <M extends Message> Arguments fromFeatureHolder(
      String what, Class<M> type, UnaryOperator<M> change, String message) {
    return arguments(what, UnaryOperator.identity(), lie(type, 0, change), message);
  }

  private static void assertEnds(
      Joined joined,
      UnaryOperator<Channel> label,
      UnaryOperator<Channel> feature,
      Class<? extends VflException> error,
      String message) {
    assertThatThrownBy(
            () ->
                Forests.fit(
                    QUICK,
                    joined,
                    null,
                    TreeRules.DEFAULT,
                    label,
                    feature,
                    (exchange, terms) -> Session.open(exchange, terms, Progress.NONE)))
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  private static int[] plus(int[] numbers, int at, int by) {
    int[] changed = numbers.clone();
    changed[at] += by;
    return changed;
  }

  private static byte[] longer(byte[] bytes, int by) {
    return Arrays.copyOf(bytes, bytes.length + by);
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] changed = bytes.clone();
    changed[bit / 8] ^= (byte) (1 << (bit % 8));
    return changed;
  }

  private static SplitChoices choices(int[] nodes, int... candidates) {
    return new SplitChoices(nodes, candidates);
  }

  static Stream<Arguments> liesOfLabelHolders() {
    byte[] longKey = PaillierPrivateKey.generate(3072, new SecureRandom()).publicKey().toBytes();
    byte[] otherScheme =
        OkamotoUchiyamaPrivateKey.generate(2048, new SecureRandom()).publicKey().toBytes();
    return Stream.of(
        fromLabelHolder(
            "more trees than the terms say",
            TreesAgreed.class,
            m -> new TreesAgreed(1, 2, 1),
            "wants to ask in the trees 1 to 2: at most 1 are allowed here"),
        fromLabelHolder(
            "a longer key",
            TreesOpening.class,
            m -> new TreesOpening(m.rows(), m.alignmentDigest(), m.fitId(), longKey),
            "key has 3072 bits: must be 2048"),
        fromLabelHolder(
            "a key of another scheme",
            TreesOpening.class,
            m -> new TreesOpening(m.rows(), m.alignmentDigest(), m.fitId(), otherScheme),
            ""),
        fromLabelHolder(
            "no key",
            TreesOpening.class,
            m -> new TreesOpening(m.rows(), m.alignmentDigest(), m.fitId(), new byte[9]),
            ""),
        fromLabelHolder(
            "chunk out of order",
            GradientChunk.class,
            m -> new GradientChunk(1, m.ciphertexts()),
            "Chunk 1 of the derivatives: must be chunk 0"),
        fromLabelHolder(
            "chunk cut",
            GradientChunk.class,
            m -> new GradientChunk(0, longer(m.ciphertexts(), -WIDTH)),
            "Invalid ciphertext block of "
                + (TreeMessages.CHUNK_CIPHERTEXTS - 1) * WIDTH
                + " bytes: must be "
                + TreeMessages.CHUNK_CIPHERTEXTS
                + " ciphertexts"),
        fromLabelHolder(
            "chunk of zeros",
            GradientChunk.class,
            m -> new GradientChunk(0, new byte[m.ciphertexts().length]),
            "Ciphertext 0 is out of range"),
        fromLabelHolder(
            "node beyond the level",
            SplitChoices.class,
            m -> choices(new int[] {1}, m.candidates()),
            "chose node 1 out of order, or of 1"),
        fromLabelHolder(
            "node below zero",
            SplitChoices.class,
            m -> choices(new int[] {-1}, m.candidates()),
            "chose node -1 out of order, or of 1"),
        fromLabelHolder(
            "node twice",
            SplitChoices.class,
            m -> choices(new int[] {0, 0}, m.candidates()[0], m.candidates()[0]),
            "chose node 0 out of order, or of 1"),
        fromLabelHolder(
            "node without candidate",
            SplitChoices.class,
            m -> choices(m.nodes()),
            "nodes and candidates of other numbers"),
        fromLabelHolder(
            "candidate beyond all",
            SplitChoices.class,
            m -> choices(m.nodes(), UNKNOWN),
            "chose a candidate that its node does not have"),
        fromLabelHolder(
            "candidate below zero",
            SplitChoices.class,
            m -> choices(m.nodes(), -1),
            "chose a candidate that its node does not have"),
        fromLabelHolder(
            "other bits than those of the split",
            Descent.class,
            m -> new Descent(m.fates(), flipped(m.bits(), 7)),
            "sends other rows to the left than this party's split does"),
        fromLabelHolder(
            "the larger child as the smaller",
            Descent.class,
            m ->
                new Descent(
                    new byte[] {(byte) (Descent.LEFT_IS_SMALLER + 2 - m.fates()[0])}, m.bits()),
            "the smaller one must have at least 100"),
        fromLabelHolder(
            "bits that are missing",
            Descent.class,
            m -> new Descent(m.fates(), longer(m.bits(), -1)),
            "Too few bits for the rows"),
        fromLabelHolder(
            "bits that nobody needs",
            Descent.class,
            m -> new Descent(m.fates(), longer(m.bits(), 1)),
            "More bits than the nodes"),
        fromLabelHolder(
            "bits of no row",
            Descent.class,
            m -> new Descent(m.fates(), flipped(m.bits(), ROWS)),
            "Bits of a node are set beyond its 301 rows"),
        fromLabelHolder(
            "a fate too many",
            Descent.class,
            m -> new Descent(longer(m.fates(), 1), m.bits()),
            "The fates of 2 nodes: must be 1"),
        fromLabelHolder(
            "a fate that does not exist",
            Descent.class,
            m -> new Descent(new byte[] {3}, m.bits()),
            "Invalid fate 3 of a node: must be 0, 1 or 2"));
  }

  static Stream<Arguments> liesOfFeatureHolders() {
    return Stream.of(
        fromFeatureHolder(
            "fewer candidates declared than sent",
            TreesDeclaration.class,
            m -> new TreesDeclaration(m.rows(), m.alignmentDigest(), 1, m.treeLimit()),
            "not ascending below 1"),
        fromFeatureHolder(
            "a count too large",
            NodeSums.class,
            m -> new NodeSums(plus(m.counts(), 0, 1), m.candidates(), m.allowed(), m.ciphertexts()),
            "bits for them: must be"),
        fromFeatureHolder(
            "a count below zero",
            NodeSums.class,
            m -> new NodeSums(new int[] {-1}, m.candidates(), m.allowed(), m.ciphertexts()),
            "a negative number of candidates"),
        fromFeatureHolder(
            "counts that overflow",
            NodeSums.class,
            m ->
                new NodeSums(
                    new int[] {Integer.MAX_VALUE}, m.candidates(), m.allowed(), m.ciphertexts()),
            "must be 2147483647 and two for each"),
        fromFeatureHolder(
            "counts of two nodes",
            NodeSums.class,
            m ->
                new NodeSums(
                    new int[] {m.counts()[0], 0}, m.candidates(), m.allowed(), m.ciphertexts()),
            "sums of 2 nodes: must be 1"),
        fromFeatureHolder(
            "sums of no node",
            NodeSums.class,
            m -> new NodeSums(new int[0], new int[0], new boolean[0], new byte[0]),
            "sums of 0 nodes: must be 1 to 1"),
        arguments(
            "bits that it was not asked for",
            UnaryOperator.identity(),
            twice(SplitBits.class),
            "Expected NodeSums as message 2 of step 1-fit/tree-1"),
        arguments(
            "choices twice",
            twice(SplitChoices.class),
            UnaryOperator.identity(),
            "Expected Descent as message 3 of step 1-fit/tree-1"),
        fromFeatureHolder(
            "a name twice",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(),
                    plus(m.candidates(), 1, m.candidates()[0] - m.candidates()[1]),
                    m.allowed(),
                    m.ciphertexts()),
            "names of candidates that are not ascending"),
        fromFeatureHolder(
            "a name below zero",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(), plus(m.candidates(), 0, -UNKNOWN), m.allowed(), m.ciphertexts()),
            "names of candidates that are not ascending"),
        fromFeatureHolder(
            "a name beyond all",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(),
                    plus(m.candidates(), m.candidates().length - 1, UNKNOWN),
                    m.allowed(),
                    m.ciphertexts()),
            "names of candidates that are not ascending"),
        fromFeatureHolder(
            "a bit too few",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(),
                    m.candidates(),
                    Arrays.copyOf(m.allowed(), m.allowed().length - 1),
                    m.ciphertexts()),
            "bits for them: must be"),
        fromFeatureHolder(
            "a ciphertext too few",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(), m.candidates(), m.allowed(), longer(m.ciphertexts(), -WIDTH)),
            "Invalid ciphertext block of 0 bytes"),
        fromFeatureHolder(
            "ciphertexts of zeros",
            NodeSums.class,
            m ->
                new NodeSums(
                    m.counts(), m.candidates(), m.allowed(), new byte[m.ciphertexts().length]),
            "Ciphertext 0 is out of range"),
        fromFeatureHolder(
            "a sum beyond the rows",
            NodeSums.class,
            m -> withSums(m, (long) (ROWS + 1) << Gradients.BITS),
            "A sum of a candidate is beyond what its node's rows can sum to"),
        fromFeatureHolder(
            "sums of other rows",
            NodeSums.class,
            m -> withSums(m, (long) ROWS << (Gradients.BITS - 1)),
            "sends other rows of a node to the left than those whose sums it sent"),
        fromFeatureHolder(
            "bits of other rows",
            SplitBits.class,
            m -> new SplitBits(flipped(m.bits(), 5)),
            "sends other rows of a node to the left than those whose sums it sent"),
        fromFeatureHolder(
            "a byte of bits too many",
            SplitBits.class,
            m -> new SplitBits(longer(m.bits(), 1)),
            "sent 39 bytes with rows of nodes: must be 38"),
        fromFeatureHolder(
            "a byte of bits too few",
            SplitBits.class,
            m -> new SplitBits(longer(m.bits(), -1)),
            "sent 37 bytes with rows of nodes: must be 38"),
        fromFeatureHolder(
            "bits of no row",
            SplitBits.class,
            m -> new SplitBits(flipped(m.bits(), ROWS)),
            "Bits of a node are set beyond its 301 rows"),
        fromFeatureHolder(
            "a split of nine rows",
            SplitBits.class,
            m -> {
              byte[] bits = new byte[m.bits().length];
              IntStream.range(0, 9).forEach(i -> RowSets.set(bits, 30 * i));
              return new SplitBits(bits);
            },
            "splits off fewer than 10 rows of a node"));
  }

  /** The same with other sums, all alike: that many units left, and no first derivative. */
  private static NodeSums withSums(NodeSums message, long sum) {
    GradientPacking packing = GradientPacking.of(2048, ROWS, 1);
    int slots = message.candidates().length;
    List<BigInteger> values = new ArrayList<>();
    for (int from = 0; from < slots; from += packing.perPlaintext()) {
      BigInteger value = BigInteger.ZERO;
      for (int k = 0; k < Math.min(packing.perPlaintext(), slots - from); k++) {
        BigInteger slot = BigInteger.valueOf(sum).shiftLeft(packing.lowBits());
        value = value.add(slot.add(BigInteger.valueOf(sum)).shiftLeft(k * packing.slotBits()));
      }
      values.add(value);
    }
    byte[] ciphertexts =
        Forests.KEY
            .encrypt(PlaintextBlock.of(0, values), Randomness.derive(new byte[32], "hostile"))
            .toBytes();
    return new NodeSums(message.counts(), message.candidates(), message.allowed(), ciphertexts);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"liesOfLabelHolders", "liesOfFeatureHolders"})
  void fit_withALyingPeer_endsWithItsError(
      String what, UnaryOperator<Channel> label, UnaryOperator<Channel> feature, String message) {
    assertEnds(joined(false), label, feature, ProtocolException.class, message);
  }

  static Stream<Arguments> liesAboutRows() {
    return Stream.of(
        arguments(
            (UnaryOperator<TreeRows>) m -> new TreeRows(longer(m.bits(), 1)),
            "The rows of a tree in 39 bytes: must be 38"),
        arguments(
            (UnaryOperator<TreeRows>) m -> new TreeRows(flipped(m.bits(), 5)),
            "rows: must be on 241"),
        arguments(
            (UnaryOperator<TreeRows>) m -> new TreeRows(flipped(m.bits(), ROWS)),
            "set beyond its 301 rows"),
        // Only early stopping ends trees.
        arguments(
            (UnaryOperator<TreeRows>) m -> new TreeRows(new byte[0]),
            "The rows of a tree in 0 bytes: must be 38"));
  }

  @ParameterizedTest
  @MethodSource("liesAboutRows")
  void rowsOfATree_thatCannotBe_areRefused(UnaryOperator<TreeRows> change, String message) {
    TreeTerms sampled =
        TreeTerms.builder()
            .maxIter(1)
            .maxDepth(2)
            .maxBins(8)
            .subsamplingRate(0.8)
            .firstTreeAlone(false)
            .build();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    sampled,
                    joined(false),
                    null,
                    TreeRules.DEFAULT,
                    lie(TreeRows.class, 0, change),
                    UnaryOperator.identity(),
                    (exchange, terms) -> Session.open(exchange, terms, Progress.NONE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> liesAboutTreesKept() {
    return Stream.of(
        arguments(new TreesKept(3, 1), "there were 3 trees, after 2 that this party took part in"),
        arguments(new TreesKept(1, 1), "there were 1 trees, after 2 that this party took part in"),
        arguments(new TreesKept(2, 3), "keeps 3 of 2 trees: must be all but at most 1"),
        arguments(new TreesKept(2, 0), "number of trees kept"));
  }

  @ParameterizedTest
  @MethodSource("liesAboutTreesKept")
  void treesKept_thatCannotBe_areRefused(TreesKept lie, String message) {
    TreeTerms stopping =
        TreeTerms.builder()
            .maxIter(2)
            .maxDepth(2)
            .maxBins(8)
            .earlyStopping(0.2, 1)
            .firstTreeAlone(false)
            .build();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    stopping,
                    joined(false),
                    null,
                    new TreeRules(true),
                    lie(TreesKept.class, 0, m -> lie),
                    UnaryOperator.identity(),
                    (exchange, terms) -> Session.open(exchange, terms, Progress.NONE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> otherRows() {
    return Stream.of(
        fromLabelHolder(
            "rows of the label holder",
            TreesOpening.class,
            m -> new TreesOpening(ROWS + 1, m.alignmentDigest(), m.fitId(), m.publicKey()),
            "The aligned rows differ: 301 here, 302 at bank"),
        fromLabelHolder(
            "digest of the label holder",
            TreesOpening.class,
            m -> new TreesOpening(ROWS, Forests.seed(), m.fitId(), m.publicKey()),
            "with another digest"),
        fromFeatureHolder(
            "rows of the feature holder",
            TreesDeclaration.class,
            m -> new TreesDeclaration(ROWS - 1, m.alignmentDigest(), 4, 1),
            "The aligned rows differ: 301 here, 300 at shop-1"),
        fromFeatureHolder(
            "digest of the feature holder",
            TreesDeclaration.class,
            m -> new TreesDeclaration(ROWS, Forests.seed(), 4, 1),
            "with another digest"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherRows")
  void fit_withOtherRows_endsAtOnce(
      String what, UnaryOperator<Channel> label, UnaryOperator<Channel> feature, String message) {
    assertEnds(joined(false), label, feature, AlignmentException.class, message);
  }

  @Test
  void descent_intoAChildBelowTheFloor_isRefused() {
    UnaryOperator<Channel> liar =
        lie(
            Descent.class,
            0,
            m -> {
              byte[] bits = new byte[m.bits().length];
              IntStream.range(0, 99).forEach(i -> RowSets.set(bits, i));
              return new Descent(new byte[] {Descent.LEFT_IS_SMALLER}, bits);
            });
    assertEnds(
        joined(true),
        liar,
        UnaryOperator.identity(),
        ProtocolException.class,
        "asks about a node of 99 rows beside one of 202: the smaller one must have at least 100");
  }

  @Test
  void choice_ofANameThatWasNotOffered_isRefused() {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    UnaryOperator<Channel> liar =
        lie(SplitChoices.class, 0, m -> choices(m.nodes(), notOffered(view)));
    assertEnds(
        joined(false),
        channel -> liar.apply(TappedChannel.recording(view).apply(channel)),
        UnaryOperator.identity(),
        ProtocolException.class,
        "chose a candidate that its node does not have");
  }

  /** A name that is in use, but for none of the root's candidates. */
  private static int notOffered(List<Message> view) {
    TreesDeclaration declared = (TreesDeclaration) view.get(0);
    NodeSums sums = (NodeSums) view.get(1);
    return IntStream.range(0, declared.candidates())
        .filter(name -> Arrays.binarySearch(sums.candidates(), name) < 0)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sums_ofAChild_beyondThoseOfItsParent_areRefused() {
    // The smaller child has at least the 100 rows of the floor, the first candidate fewer.
    assertEnds(
        joined(false),
        UnaryOperator.identity(),
        lie(NodeSums.class, 1, m -> withSums(m, 100L << Gradients.BITS)),
        ProtocolException.class,
        "shop-1 sent sums of a node that do not fit those of its parent");
  }

  @Test
  void names_ofAChild_thatItsParentDidNotHave_areRefused() {
    int[][] parent = new int[1][];
    UnaryOperator<Channel> liar =
        TappedChannel.sending(
            message -> {
              if (!(message instanceof NodeSums sums)) {
                return message;
              }
              if (parent[0] == null) {
                parent[0] = sums.candidates();
                return message;
              }
              return new NodeSums(
                  sums.counts(),
                  withAnother(sums.candidates(), parent[0]),
                  sums.allowed(),
                  sums.ciphertexts());
            });
    assertEnds(
        joined(false),
        UnaryOperator.identity(),
        liar,
        ProtocolException.class,
        "shop-1 sent a candidate of a node that its parent did not have");
  }

  /** Names of which one is not among the parent's; still ascending. */
  private static int[] withAnother(int[] names, int[] parent) {
    int[] changed = names.clone();
    int other = 0;
    while (Arrays.binarySearch(parent, other) >= 0) {
      other++;
    }
    int place = -Arrays.binarySearch(names, other) - 1;
    changed[Math.min(place, names.length - 1)] = other;
    return changed;
  }

  @Test
  void messages_ids_standInTheirRanges() {
    assertThat(TreeMessages.TYPES)
        .allMatch(type -> (type.id() >= 120 && type.id() <= 129) || type.id() == 133);
    assertThat(TreesScoringMessages.TYPES).allMatch(type -> type.id() >= 130 && type.id() <= 132);
  }

  private static final int CLASSES_ROWS = 901;
  private static final TreeTerms CLASSES =
      TreeTerms.builder()
          .objective(TreeObjective.MULTI_CLASS)
          .classes(3)
          .maxIter(1)
          .maxDepth(2)
          .maxBins(8)
          .rowPacking(TreesRowPacking.OFF)
          .firstTreeAlone(false)
          .build();

  /** The same but for the sums of one class, which are all of so many units. */
  private static NodeSums withSums(NodeSums message, int rows, int output, long sum) {
    GradientPacking packing = GradientPacking.of(CLASSES, rows);
    int count = message.candidates().length;
    PlaintextBlock sent = Forests.decrypt(message, packing);
    BigInteger slot = BigInteger.valueOf(sum).shiftLeft(packing.lowBits());
    slot = slot.add(BigInteger.valueOf(sum));
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      BigInteger value = sent.get(i);
      for (int k = 0;
          k < Math.min(packing.perPlaintext(), count - i * packing.perPlaintext());
          k++) {
        int at = k * packing.candidateBits() + output * packing.slotBits();
        BigInteger old =
            value.shiftRight(at).mod(BigInteger.ONE.shiftLeft(packing.slotBits())).shiftLeft(at);
        value = value.subtract(old).add(slot.shiftLeft(at));
      }
      values.add(value);
    }
    byte[] ciphertexts =
        Forests.KEY
            .encrypt(PlaintextBlock.of(0, values), Randomness.derive(new byte[32], "hostile"))
            .toBytes();
    return new NodeSums(message.counts(), message.candidates(), message.allowed(), ciphertexts);
  }

  private static void assertClassesEnd(int number, UnaryOperator<NodeSums> change, String message) {
    assertThatThrownBy(
            () ->
                Forests.fit(
                    CLASSES,
                    Forests.classes(CLASSES_ROWS, 71, false, 3, 0, 3),
                    null,
                    TreeRules.DEFAULT,
                    UnaryOperator.identity(),
                    lie(NodeSums.class, number, change),
                    (exchange, terms) -> Session.open(exchange, terms, Progress.NONE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  /** Whichever class it is, the others' sums as they should be. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void sums_ofOneClass_thatCannotBe_areRefused(int output) {
    assertClassesEnd(
        0,
        m -> withSums(m, CLASSES_ROWS, output, (long) (CLASSES_ROWS + 1) << Gradients.BITS),
        "A sum of a candidate is beyond what its node's rows can sum to");
    assertClassesEnd(
        0,
        m -> withSums(m, CLASSES_ROWS, output, (long) CLASSES_ROWS << (Gradients.BITS - 1)),
        "sends other rows of a node to the left than those whose sums it sent");
    // The smaller child has at least 300 rows, and their largest sums are not in the parent.
    assertClassesEnd(
        1,
        m -> withSums(m, CLASSES_ROWS, output, 300L << Gradients.BITS),
        "sent sums of a node that do not fit those of its parent");
  }

  /** Nobody receives in this fit any more: the transcripts differ. */
  @Test
  void bits_thatNobodyAskedForAtTheEnd_endTheSession() {
    TreeTerms stump =
        TreeTerms.builder().maxIter(1).maxDepth(1).maxBins(8).firstTreeAlone(false).build();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    stump,
                    joined(false),
                    null,
                    TreeRules.DEFAULT,
                    UnaryOperator.identity(),
                    twice(SplitBits.class),
                    (exchange, terms) -> Session.open(exchange, terms, Progress.NONE)))
        .isInstanceOf(ProtocolException.class);
  }

  /** It may offer such a split to nobody: the job's terms say so. */
  @Test
  void split_ofFewerRowsThanTheTermsAllow_isRefused() {
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(1)
            .maxDepth(1)
            .maxBins(8)
            .minInstancesPerNode(140)
            .firstTreeAlone(false)
            .build();
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms,
                    joined(false),
                    null,
                    TreeRules.DEFAULT,
                    UnaryOperator.identity(),
                    lie(
                        SplitBits.class,
                        0,
                        m -> {
                          byte[] bits = new byte[m.bits().length];
                          IntStream.range(0, 139).forEach(i -> RowSets.set(bits, 2 * i));
                          return new SplitBits(bits);
                        }),
                    (exchange, opened) -> Session.open(exchange, opened, Progress.NONE)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("splits off fewer than 140 rows of a node");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.AlignmentException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PredictorConsent;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.LogisticMessage.Declaration;
import io.heddle.train.logistic.LogisticMessage.Direction;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.Floors;
import io.heddle.train.logistic.LogisticMessage.GradientAnswer;
import io.heddle.train.logistic.LogisticMessage.MaskKey;
import io.heddle.train.logistic.LogisticMessage.MaskedGradient;
import io.heddle.train.logistic.LogisticMessage.Opening;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.logistic.LogisticMessage.Step;
import io.heddle.train.logistic.LogisticMessage.Verdict;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostilePeerTest {
  private static final LogisticTerms QUICK =
      LogisticTerms.builder().columnBits(6).residualBits(12).maxIter(2).build();

  /** Replaces messages of one type. */
  private static <M extends Message> UnaryOperator<Message> with(
      Class<M> type, UnaryOperator<M> change) {
    return message -> type.isInstance(message) ? change.apply(type.cast(message)) : message;
  }

  private static Arguments fromLabelHolder(
      String what,
      UnaryOperator<Message> change,
      Class<? extends VflException> error,
      String message) {
    return arguments(what, TappedChannel.sending(change), UnaryOperator.identity(), error, message);
  }

  private static Arguments fromFeatureHolder(
      String what,
      UnaryOperator<Message> change,
      Class<? extends VflException> error,
      String message) {
    return arguments(what, UnaryOperator.identity(), TappedChannel.sending(change), error, message);
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        fromLabelHolder(
            "other row count",
            with(Floors.class, m -> new Floors(m.rows() + 1, m.alignmentDigest(), 50)),
            AlignmentException.class,
            "The aligned rows differ"),
        fromLabelHolder(
            "other digest",
            with(Floors.class, m -> new Floors(m.rows(), Fits.seed(), 50)),
            AlignmentException.class,
            "with another digest"),
        fromLabelHolder(
            "a floor nobody may allow",
            with(Floors.class, m -> new Floors(m.rows(), m.alignmentDigest(), 9)),
            ProtocolException.class,
            "allows 9 rows per column"),
        fromLabelHolder(
            "more passes than declared",
            with(
                Opening.class, m -> new Opening(m.fitId(), m.publicKey(), m.residualExponent(), 3)),
            PrivacyException.class,
            "wants 3 passes"),
        fromLabelHolder(
            "no key",
            with(Opening.class, m -> new Opening(m.fitId(), new byte[9], 0, 2)),
            ProtocolException.class,
            ""),
        fromLabelHolder(
            "chunk out of order",
            with(ResidualChunk.class, m -> new ResidualChunk(1, m.ciphertexts())),
            ProtocolException.class,
            "Chunk 1"),
        fromLabelHolder(
            "chunk cut",
            with(
                ResidualChunk.class,
                m -> new ResidualChunk(0, Arrays.copyOf(m.ciphertexts(), 512))),
            ProtocolException.class,
            ""),
        fromLabelHolder(
            "chunk of zeros",
            with(ResidualChunk.class, m -> new ResidualChunk(0, new byte[m.ciphertexts().length])),
            ProtocolException.class,
            ""),
        fromLabelHolder(
            "too few answers",
            with(GradientAnswer.class, m -> new GradientAnswer(new long[1])),
            ProtocolException.class,
            "answered 1 columns"),
        fromLabelHolder(
            "answer beyond a slot",
            with(GradientAnswer.class, m -> new GradientAnswer(new long[] {0, 0, -1})),
            ProtocolException.class,
            "exceeds a slot"),
        fromLabelHolder(
            "direction of wrong size",
            with(Direction.class, m -> new Direction(true, new double[5])),
            ProtocolException.class,
            "direction of 5 coefficients"),
        fromLabelHolder(
            "step backwards",
            with(Step.class, m -> new Step(-1, m.verdict())),
            ProtocolException.class,
            "negative step length"),
        fromLabelHolder(
            "goes on at the limit",
            with(Step.class, m -> new Step(m.length(), Verdict.CONTINUE)),
            ProtocolException.class,
            "goes on after pass 2"),
        fromFeatureHolder(
            "declares other rows",
            with(Declaration.class, m -> new Declaration(1, m.alignmentDigest(), 3, 5)),
            AlignmentException.class,
            "The aligned rows differ"),
        fromFeatureHolder(
            "declares more columns than the floor lets",
            with(
                Declaration.class,
                m -> new Declaration(m.rows(), m.alignmentDigest(), 4, m.passLimit())),
            PrivacyException.class,
            "199 training rows, at least 200"),
        fromFeatureHolder(
            "asks for more answers than columns",
            with(
                MaskedGradient.class,
                m -> new MaskedGradient(Arrays.copyOf(m.ciphertexts(), 4 * 512))),
            ProtocolException.class,
            ""),
        fromFeatureHolder(
            "asks with no ciphertexts",
            with(MaskedGradient.class, m -> new MaskedGradient(new byte[3 * 512])),
            ProtocolException.class,
            ""),
        fromFeatureHolder(
            "asks with ciphertexts of no one",
            with(
                MaskedGradient.class,
                m -> {
                  byte[] bytes = m.ciphertexts().clone();
                  bytes[511] ^= 2;
                  return new MaskedGradient(bytes);
                }),
            ProtocolException.class,
            ""),
        fromFeatureHolder(
            "sends too few scalars",
            with(DotProducts.class, m -> new DotProducts(new BigInteger[0])),
            ProtocolException.class,
            "sent 0 scalars: must be"),
        fromFeatureHolder(
            "sends too few rows",
            with(Predictor.class, m -> new Predictor(new long[1], m.penalty())),
            ProtocolException.class,
            "sent 1 rows: must be 199"),
        fromFeatureHolder(
            "sends no penalty",
            with(Predictor.class, m -> new Predictor(m.values(), new BigInteger[0])),
            ProtocolException.class,
            "sent 0 scalars: must be 2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void fit_withALyingPeer_endsWithItsError(
      String what,
      UnaryOperator<Channel> label,
      UnaryOperator<Channel> feature,
      Class<? extends VflException> error,
      String message) {
    Joined joined = Fits.generate(199, 40, 1, 3);
    PrivacyRules featureRules = new PrivacyRules(50, PredictorConsent.FULL);
    assertThatThrownBy(
            () -> Fits.fit(QUICK, joined, null, PrivacyRules.DEFAULT, featureRules, label, feature))
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  @Test
  void maskKey_ofLowOrder_isRefused() {
    UnaryOperator<Channel> liar =
        TappedChannel.sending(with(MaskKey.class, m -> new MaskKey(new byte[32], m.columns())));
    assertThatThrownBy(
            () ->
                Fits.fit(
                    QUICK,
                    Fits.generate(150, 41, 0, 1, 2),
                    null,
                    PrivacyRules.DEFAULT,
                    Fits.FULL,
                    UnaryOperator.identity(),
                    liar))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void ciphertexts_ofAWholeFit_areNeverTheSame() {
    List<Message> view = Collections.synchronizedList(new ArrayList<>());
    Fits.fit(
        QUICK,
        Fits.generate(200, 42, 1, 3),
        null,
        Fits.FULL,
        Fits.FULL,
        TappedChannel.recording(view),
        TappedChannel.recording(view));
    Set<String> seen = new HashSet<>();
    int count = 0;
    for (Message message : view) {
      byte[] bytes =
          message instanceof ResidualChunk chunk
              ? chunk.ciphertexts()
              : message instanceof MaskedGradient masked ? masked.ciphertexts() : new byte[0];
      for (int from = 0; from < bytes.length; from += 512) {
        seen.add(Arrays.toString(Arrays.copyOfRange(bytes, from, from + 512)));
        count++;
      }
    }
    assertThat(count).isGreaterThan(10);
    assertThat(seen).hasSize(count);
  }

  private static List<Message> oneOfEach() {
    byte[] digest = new byte[32];
    return List.of(
        new Floors(7, digest, 50),
        new MaskKey(new byte[32], 3),
        new Declaration(7, digest, 3, 2),
        new Opening(new byte[16], new byte[5], 1, 2),
        new ResidualChunk(0, new byte[4]),
        new MaskedGradient(new byte[4]),
        new GradientAnswer(new long[] {1, 2}),
        new DotProducts(new BigInteger[] {BigInteger.ONE, BigInteger.ONE.negate()}),
        new Direction(true, new double[] {-1}),
        new Predictor(new long[] {5, -5}, new BigInteger[] {BigInteger.TEN, BigInteger.ZERO}),
        new Step(0.5, Verdict.PASS_LIMIT),
        new ResidualBlobs(9000, new byte[][] {new byte[32], Fits.seed()}),
        new ScoringMessage.ScoringOpening(7, digest, "ab"),
        new ScoringMessage.ScoringMaskKey(new byte[32]),
        new ScoringMessage.ScoringPredictor(new long[] {9}));
  }

  private static <M extends Message> byte[] write(MessageType<M> type, Message message) {
    WireWriter out = new WireWriter();
    type.write().accept(type.type().cast(message), out);
    return out.toByteArray();
  }

  private static Message read(MessageType<?> type, byte[] bytes) {
    WireReader in = new WireReader(bytes);
    Message message = type.read().apply(in);
    in.end();
    return message;
  }

  @Test
  void messages_everyType_surviveTheWire() {
    MessageCodec codec = Parties.codec(Fits.TYPES);
    assertThat(codec).isNotNull();
    List<Message> messages = oneOfEach();
    assertThat(messages).hasSameSizeAs(Fits.TYPES);
    for (int i = 0; i < messages.size(); i++) {
      assertThat(read(Fits.TYPES.get(i), write(Fits.TYPES.get(i), messages.get(i))))
          .usingRecursiveComparison()
          .isEqualTo(messages.get(i));
    }
  }

  @Test
  void messages_cutOrLengthened_areRefused() {
    List<Message> messages = oneOfEach();
    for (int i = 0; i < messages.size(); i++) {
      MessageType<?> type = Fits.TYPES.get(i);
      byte[] bytes = write(type, messages.get(i));
      for (int length = 0; length <= bytes.length + 1; length++) {
        if (length != bytes.length) {
          byte[] other = Arrays.copyOf(bytes, length);
          assertThatThrownBy(() -> read(type, other)).isInstanceOf(ProtocolException.class);
        }
      }
    }
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        arguments(0, new Floors(0, new byte[32], 50)),
        arguments(0, new Floors(1, new byte[32], -1)),
        arguments(1, new MaskKey(new byte[32], 0)),
        arguments(1, new MaskKey(new byte[32], 10_001)),
        arguments(2, new Declaration(1, new byte[32], 1, 0)),
        arguments(3, new Opening(new byte[16], new byte[1], 63, 1)),
        arguments(3, new Opening(new byte[16], new byte[1], -1, 1)),
        arguments(8, new Direction(true, new double[] {Double.NaN})),
        arguments(10, new Step(Double.POSITIVE_INFINITY, Verdict.CONTINUE)));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void messages_withNumbersOutOfRange_areRefused(int type, Message message) {
    byte[] bytes = write(Fits.TYPES.get(type), message);
    assertThatThrownBy(() -> read(Fits.TYPES.get(type), bytes))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void messages_idsAndLeakage_standInTheirRanges() {
    assertThat(LogisticMessages.TYPES).allMatch(type -> type.id() >= 40 && type.id() <= 69);
    assertThat(ScoringMessages.TYPES).allMatch(type -> type.id() >= 70 && type.id() <= 79);
  }
}

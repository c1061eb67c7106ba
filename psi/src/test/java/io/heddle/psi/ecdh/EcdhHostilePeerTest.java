// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static io.heddle.psi.CurvePoints.good;
import static io.heddle.psi.CurvePoints.number;
import static io.heddle.psi.CurvePoints.point;
import static io.heddle.psi.CurvePoints.points;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.Positions;
import io.heddle.psi.ecdh.EcdhMessage.RingPoints;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Honest roles against peers that send what the protocol does not allow. */
class EcdhHostilePeerTest {
  private static final PartyId HONEST = new PartyId("honest");
  private static final PartyId HOSTILE = new PartyId("hostile");
  private static final PartyId THIRD = new PartyId("third");
  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final PsiTerms TERMS =
      new PsiTerms(new byte[32], true, 1, 100, PsiProtocol.ECDH, true, RunRecord.NONE);
  private static final PrivateRandomness OWN =
      (purpose, context) -> Randomness.derive(new byte[32], purpose, context);
  private static final int WIDTH = Tags.width(4);
  private static final List<byte[]> IDS =
      Stream.of("a", "b", "c", "d").map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();

  /** The same point plus (0, 0), which has order two: other bytes, same multiples by 8. */
  private static byte[] plusOrderTwo(byte[] point) {
    return number(number(point).modInverse(P));
  }

  private static SetSize size(int ids) {
    return TERMS.setSize(ids);
  }

  private interface Role {
    int[] run(Channel channel);
  }

  private static int[] sender(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS.size()).ids();
    return new EcdhSender(TERMS, OWN, Progress.NONE).run(channel, HOSTILE, IDS, theirSize);
  }

  private static int[] receiver(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS.size()).ids();
    return new EcdhReceiver(TERMS, OWN, Progress.NONE).run(channel, HOSTILE, IDS, theirSize);
  }

  private static void assertRefused(
      Role honest, Consumer<Channel> hostile, Class<? extends VflException> error, String message) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    HONEST,
                    session -> honest.run(session.beginStep("psi", new TreeMap<>())),
                    HOSTILE,
                    session -> {
                      hostile.accept(session.beginStep("psi", new TreeMap<>()));
                      return new int[0];
                    }))
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  /** Lists of four points of which something is wrong, and what the refusal says. */
  private static Stream<Arguments> badPoints() {
    byte[] huge = new byte[32];
    Arrays.fill(huge, (byte) 0xff);
    return Stream.of(
        Arguments.of("zero", points(good(3), new byte[32]), "low order"),
        Arguments.of("one", points(good(3), number(BigInteger.ONE)), "low order"),
        Arguments.of("minus one", points(number(P.subtract(BigInteger.ONE)), good(3)), "low order"),
        Arguments.of(
            "order 8",
            points(
                number(
                    new BigInteger(
                        "325606250916557431795983626356110631294008115727848805560023387167927233504")),
                good(3)),
            "low order"),
        Arguments.of(
            "the other of order 8",
            points(
                good(3),
                number(
                    new BigInteger(
                        "39382357235489614581723060781553021112529911719440698176882885853963445705823"))),
            "low order"),
        Arguments.of("p", points(good(3), number(P)), "must be below 2^255 - 19"),
        Arguments.of(
            "p + 2", points(number(P.add(BigInteger.TWO)), good(3)), "must be below 2^255 - 19"),
        Arguments.of("all ones", points(good(3), huge), "must be below 2^255 - 19"),
        Arguments.of(
            "upper bit",
            points(good(3), number(BigInteger.ONE.shiftLeft(255).add(BigInteger.TEN))),
            "must be below 2^255 - 19"),
        Arguments.of("one twice", points(good(3), point(1)), "holds one twice"),
        Arguments.of(
            "one twice but for order two",
            points(good(3), plusOrderTwo(point(1))),
            "holds one twice"),
        Arguments.of("one missing", good(3), "must be 4, for 4 were declared"),
        Arguments.of("one too many", good(5), "must be 4, for 4 were declared"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void sender_badPoints_refuses(String name, byte[] points, String message) {
    assertRefused(
        EcdhHostilePeerTest::sender,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new BlindedPoints(points));
        },
        ProtocolException.class,
        message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void receiver_badPoints_refuses(String name, byte[] points, String message) {
    assertRefused(
        EcdhHostilePeerTest::receiver,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new BlindedTags(WIDTH, distinct(4, WIDTH)));
          channel.send(HONEST, new SenderPoints(points));
        },
        ProtocolException.class,
        message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void ring_badPoints_refuses(String name, byte[] points, String message) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    Map.of(
                        HONEST,
                        session ->
                            new EcdhRing(TERMS, OWN, Progress.NONE)
                                .run(session.beginStep("psi", new TreeMap<>()), HONEST, IDS)
                                .rows(),
                        // In name order the hostile party is the second, the third is its next.
                        HOSTILE,
                        session -> {
                          Channel channel = session.beginStep("psi", new TreeMap<>());
                          channel.send(HONEST, size(4));
                          channel.send(THIRD, size(4));
                          channel.send(THIRD, new RingPoints(points));
                          return new int[0];
                        },
                        THIRD,
                        session ->
                            new EcdhRing(TERMS, OWN, Progress.NONE)
                                .run(session.beginStep("psi", new TreeMap<>()), HONEST, IDS)
                                .rows())))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void ring_intersectionLargerThanTheSmallestList_refuses() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    Map.of(
                        HONEST,
                        session ->
                            new EcdhRing(TERMS, OWN, Progress.NONE)
                                .run(session.beginStep("psi", new TreeMap<>()), HOSTILE, IDS)
                                .rows(),
                        HOSTILE,
                        session -> {
                          Channel channel = session.beginStep("psi", new TreeMap<>());
                          channel.sendToAll(size(1));
                          channel.send(THIRD, new RingPoints(good(1)));
                          channel.receive(HONEST, SetSize.class);
                          channel.receive(HONEST, RingPoints.class);
                          channel.send(THIRD, new RingPoints(good(4)));
                          channel.send(HONEST, new IntersectionSize(2));
                          return new int[0];
                        },
                        THIRD,
                        session ->
                            new EcdhRing(TERMS, OWN, Progress.NONE)
                                .run(session.beginStep("psi", new TreeMap<>()), HOSTILE, IDS)
                                .rows())))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Invalid intersection of 2 ids: must be at most 1");
  }

  private static int[] countingSender(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS.size()).ids();
    new CardinalitySender(TERMS, OWN, Progress.NONE).run(channel, HOSTILE, IDS, theirSize);
    return new int[0];
  }

  private static int[] countingReceiver(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS.size()).ids();
    return new int[] {
      new CardinalityReceiver(TERMS, OWN, Progress.NONE).run(channel, HOSTILE, IDS, theirSize)
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void countingSender_badPoints_refuses(String name, byte[] points, String message) {
    assertRefused(
        EcdhHostilePeerTest::countingSender,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new BlindedPoints(points));
        },
        ProtocolException.class,
        message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void countingReceiver_badPoints_refuses(String name, byte[] points, String message) {
    assertRefused(
        EcdhHostilePeerTest::countingReceiver,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new ShuffledTags(WIDTH, distinct(4, WIDTH)));
          channel.send(HONEST, new CountedPoints(points));
        },
        ProtocolException.class,
        message);
  }

  static Stream<Arguments> badCountingTags() {
    byte[] twice = distinct(4, WIDTH);
    twice[WIDTH] = 0;
    return Stream.of(
        Arguments.of("narrower", new ShuffledTags(WIDTH - 1, distinct(4, WIDTH - 1)), "tag width"),
        Arguments.of("wider", new ShuffledTags(WIDTH + 1, distinct(4, WIDTH + 1)), "tag width"),
        Arguments.of("one missing", new ShuffledTags(WIDTH, distinct(3, WIDTH)), "must be 4"),
        Arguments.of("one too many", new ShuffledTags(WIDTH, distinct(5, WIDTH)), "must be 4"),
        Arguments.of("one twice", new ShuffledTags(WIDTH, twice), "holds one twice"),
        Arguments.of(
            "tags in the receiver's order",
            new BlindedTags(WIDTH, distinct(4, WIDTH)),
            "Expected ShuffledTags"),
        Arguments.of("points instead", new CountedPoints(good(4)), "Expected ShuffledTags"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badCountingTags")
  void countingReceiver_badTags_refuses(String name, Message tags, String message) {
    assertRefused(
        EcdhHostilePeerTest::countingReceiver,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, tags);
          channel.send(HONEST, new CountedPoints(good(4)));
        },
        ProtocolException.class,
        message);
  }

  private static byte[] distinct(int count, int width) {
    byte[] tags = new byte[count * width];
    for (int i = 0; i < count; i++) {
      tags[i * width] = (byte) i;
    }
    return tags;
  }

  private static SetSize opening(int ids, int minIntersection, boolean allLearn) {
    return new SetSize(ids, minIntersection, allLearn, PsiProtocol.ECDH, true);
  }

  static Stream<Arguments> badOpenings() {
    return Stream.of(
        Arguments.of("over quota", opening(101, 1, true), PrivacyException.class, "at most 100"),
        Arguments.of(
            "other minimum", opening(4, 2, true), ProtocolException.class, "Different terms"),
        Arguments.of(
            "other learners", opening(4, 1, false), ProtocolException.class, "Different terms"),
        Arguments.of(
            "other protocol",
            new SetSize(4, 1, true, PsiProtocol.KKRT, true),
            ProtocolException.class,
            "protocol ecdh here, kkrt there"),
        Arguments.of(
            "wrong type", new IntersectionSize(4), ProtocolException.class, "Expected SetSize"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badOpenings")
  void bothRoles_badOpening_refuse(
      String name, Message opening, Class<? extends VflException> error, String message) {
    for (Role role :
        List.<Role>of(
            EcdhHostilePeerTest::sender,
            EcdhHostilePeerTest::receiver,
            EcdhHostilePeerTest::countingSender,
            EcdhHostilePeerTest::countingReceiver)) {
      assertRefused(role, channel -> channel.send(HONEST, opening), error, message);
    }
  }

  static Stream<Arguments> badTags() {
    byte[] twice = distinct(4, WIDTH);
    twice[WIDTH] = 0;
    return Stream.of(
        Arguments.of("narrower", new BlindedTags(WIDTH - 1, distinct(4, WIDTH - 1)), "tag width"),
        Arguments.of("wider", new BlindedTags(WIDTH + 1, distinct(4, WIDTH + 1)), "tag width"),
        Arguments.of("one missing", new BlindedTags(WIDTH, distinct(3, WIDTH)), "must be 4"),
        Arguments.of("one too many", new BlindedTags(WIDTH, distinct(5, WIDTH)), "must be 4"),
        Arguments.of("one twice", new BlindedTags(WIDTH, twice), "holds one twice"),
        Arguments.of("points instead", new SenderPoints(good(4)), "Expected BlindedTags"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTags")
  void receiver_badTags_refuses(String name, EcdhMessage tags, String message) {
    assertRefused(
        EcdhHostilePeerTest::receiver,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, tags);
          channel.send(HONEST, new SenderPoints(good(4)));
        },
        ProtocolException.class,
        message);
  }

  static Stream<Arguments> badPositions() {
    return Stream.of(
        Arguments.of("more than either set", 5, new int[] {0, 1, 2, 3}, "must be at most 4"),
        Arguments.of("beyond the list", 2, new int[] {0, 4}, "outside it or named twice"),
        Arguments.of("negative", 2, new int[] {-1, 0}, "outside it or named twice"),
        Arguments.of("twice", 2, new int[] {3, 3}, "outside it or named twice"),
        Arguments.of("one missing", 2, new int[] {3}, "must be 2"),
        Arguments.of("one too many", 2, new int[] {0, 1, 2}, "must be 2"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPositions")
  void sender_badPositions_refuses(String name, int count, int[] positions, String message) {
    assertRefused(
        EcdhHostilePeerTest::sender,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new BlindedPoints(good(4)));
          channel.send(HONEST, new IntersectionSize(count));
          channel.send(HONEST, new Positions(positions));
        },
        ProtocolException.class,
        message);
  }

  @Test
  void sender_firstMessageOfAnotherProtocolStep_isRefused() {
    assertRefused(
        EcdhHostilePeerTest::sender,
        channel -> {
          channel.send(HONEST, size(4));
          channel.send(HONEST, new SenderPoints(good(4)));
        },
        ProtocolException.class,
        "Expected BlindedPoints");
  }
}

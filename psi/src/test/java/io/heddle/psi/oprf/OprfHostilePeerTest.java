// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.CurvePoints.good;
import static io.heddle.psi.CurvePoints.number;
import static io.heddle.psi.CurvePoints.points;
import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.FullPoints;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.oprf.OprfMessage.Answers;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Honest roles against peers that send what the protocol does not allow. */
class OprfHostilePeerTest {
  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger EULER = P.shiftRight(1);
  private static final BigInteger ORDER_8 =
      new BigInteger(
          "39382357235489614581723060781553021112529911719440698176882885853963445705823");
  private static final PsiTerms TERMS =
      new PsiTerms(new byte[32], true, 1, 10_000, PsiProtocol.ECDH_OPRF, true, RunRecord.NONE);
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final List<byte[]> IDS = OprfParties.bytes(NAMES);
  private static final byte[] SCALAR = Curve25519.scalarOf(Sha256.of(new byte[] {1}));
  private static final byte[] COMMITMENT = Curve25519.multiply(SCALAR, Curve25519.basePoint());
  private static final long EXPIRY = 1_800_000_000L;
  private static final int WIDTH = KeyTerms.width(4, 1000);

  private final OprfParties parties;

  OprfHostilePeerTest(@TempDir Path directory) {
    parties = new OprfParties(directory);
  }

  /** A point on the twist. */
  private static byte[] twist(int from) {
    for (int u = from; ; u++) {
      BigInteger x = BigInteger.valueOf(u);
      BigInteger right =
          x.multiply(x.multiply(x.add(BigInteger.valueOf(486662))).add(BigInteger.ONE)).mod(P);
      if (!right.modPow(EULER, P).equals(BigInteger.ONE)) {
        return number(x);
      }
    }
  }

  /** The negative of a point with sign 0. */
  private static byte[] signed(byte[] point) {
    byte[] negative = point.clone();
    negative[31] |= (byte) 0x80;
    return negative;
  }

  private void assertRefused(
      PartyId honest,
      Consumer<Channel> hostile,
      Class<? extends VflException> error,
      String message) {
    assertRefused(honest, 4, hostile, error, message);
  }

  private void assertRefused(
      PartyId honest,
      int size,
      Consumer<Channel> hostile,
      Class<? extends VflException> error,
      String message) {
    Oprf oprf = parties.oprf(honest);
    PartyId other = honest.equals(SENDER) ? RECEIVER : SENDER;
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    honest,
                    session ->
                        oprf.run(
                            session.beginStep("psi", new TreeMap<>()),
                            RECEIVER,
                            TERMS,
                            session::privateRandomness,
                            IDS,
                            Progress.NONE),
                    other,
                    session -> {
                      Channel step = session.beginStep("psi", new TreeMap<>()).step("oprf");
                      TERMS.exchange(step, honest, size).ids();
                      hostile.accept(step);
                      return new int[0];
                    }))
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  private static Stream<Arguments> badPoints() {
    byte[] huge = new byte[32];
    Arrays.fill(huge, (byte) 0xff);
    return Stream.of(
        Arguments.of("zero", points(good(3), new byte[32]), "low order"),
        Arguments.of("one", points(good(3), number(BigInteger.ONE)), "low order"),
        Arguments.of("minus one", points(number(P.subtract(BigInteger.ONE)), good(3)), "low order"),
        Arguments.of("order 8", points(number(ORDER_8), good(3)), "low order"),
        Arguments.of("order 8, sign 1", points(signed(number(ORDER_8)), good(3)), "has low order"),
        Arguments.of("twist", points(good(3), twist(10)), "Invalid point 3: is not on the curve"),
        Arguments.of("twist, sign 1", points(signed(twist(20)), good(3)), "is not on the curve"),
        Arguments.of("p, sign 1", points(good(3), signed(number(P))), "must be below 2^255 - 19"),
        Arguments.of("p", points(good(3), number(P)), "must be below 2^255 - 19"),
        Arguments.of("p + 2", points(number(P.add(BigInteger.TWO)), good(3)), "must be below"),
        Arguments.of("all ones", points(good(3), huge), "must be below 2^255 - 19"),
        Arguments.of("one missing", good(3), "must be 4, for 4 were declared"),
        Arguments.of("one too many", good(5), "must be 4, for 4 were declared"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void sender_badQueries_refuses(String name, byte[] points, String message) {
    assertRefused(
        SENDER,
        step -> {
          step.send(SENDER, new TagRequest(false));
          step.send(SENDER, new Queries(points));
          step.receive(SENDER, KeyOffer.class);
          // Nothing of a list with a bad point is answered.
          step.receive(SENDER, Answers.class);
        },
        ProtocolException.class,
        message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void receiver_badAnswers_refuses(String name, byte[] points, String message) {
    assertRefused(
        RECEIVER,
        step -> {
          step.send(RECEIVER, new KeyOffer(COMMITMENT, EXPIRY, WIDTH));
          step.send(RECEIVER, new SetTags(WIDTH, new byte[4 * WIDTH]));
          step.send(RECEIVER, new Answers(points));
        },
        ProtocolException.class,
        message);
  }

  static Stream<Arguments> badOffers() {
    return Stream.of(
        Arguments.of("low order", new KeyOffer(new byte[32], EXPIRY, WIDTH), "low order"),
        Arguments.of(
            "order 8", new KeyOffer(number(ORDER_8), EXPIRY, WIDTH), "From sender: Invalid point"),
        Arguments.of("twist", new KeyOffer(twist(2), EXPIRY, WIDTH), "is not on the curve"),
        Arguments.of(
            "order 8q",
            new KeyOffer(number(BigInteger.valueOf(6)), EXPIRY, WIDTH),
            "From sender: Invalid key: must be a point of prime order"),
        Arguments.of(
            "with a sign", new KeyOffer(signed(COMMITMENT), EXPIRY, WIDTH), "must be below"),
        Arguments.of(
            "not canonical", new KeyOffer(number(P), EXPIRY, WIDTH), "must be below 2^255 - 19"),
        Arguments.of(
            "narrow tags",
            new KeyOffer(COMMITMENT, EXPIRY, 5),
            "Invalid tag width 5 from sender: must be at least 6 for these sets"),
        Arguments.of("wrong type", new TagRequest(true), "Expected KeyOffer"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badOffers")
  void receiver_badOffer_refuses(String name, OprfMessage offer, String message) {
    assertRefused(RECEIVER, step -> step.send(RECEIVER, offer), ProtocolException.class, message);
  }

  static Stream<Arguments> badTags() {
    return Stream.of(
        Arguments.of(
            "wider", new SetTags(WIDTH + 1, new byte[4 * (WIDTH + 1)]), "Invalid tag width"),
        Arguments.of("one missing", new SetTags(WIDTH, new byte[3 * WIDTH]), "must be 4"),
        Arguments.of("one too many", new SetTags(WIDTH, new byte[5 * WIDTH]), "must be 4"),
        Arguments.of("points instead", new Answers(good(4)), "Expected SetTags"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTags")
  void receiver_badTags_refusesAndKeepsNothing(String name, OprfMessage tags, String message) {
    assertRefused(
        RECEIVER,
        step -> {
          step.send(RECEIVER, new KeyOffer(COMMITMENT, EXPIRY, WIDTH));
          step.send(RECEIVER, tags);
        },
        ProtocolException.class,
        message);
    assertThat(Files.exists(parties.cache())).isFalse();
  }

  /** They would take too long to look up, in this run and in each later one. */
  @Test
  void receiver_tagsThatBeginAlike_refusesAndKeepsTheListBefore() throws IOException {
    int width = KeyTerms.width(2000, 4);
    byte[] tags = new byte[2000 * width];
    for (int i = 0; i < 2000; i++) {
      tags[(i + 1) * width - 1] = (byte) i;
      tags[(i + 1) * width - 2] = (byte) (i >> 8);
    }
    Files.createDirectories(parties.directory(RECEIVER));
    Files.setPosixFilePermissions(
        parties.directory(RECEIVER), PosixFilePermissions.fromString("rwx------"));
    Files.write(parties.cache(), new byte[] {1, 2, 3});
    Files.setPosixFilePermissions(parties.cache(), PosixFilePermissions.fromString("rw-------"));
    assertRefused(
        RECEIVER,
        2000,
        step -> {
          step.send(RECEIVER, new KeyOffer(COMMITMENT, EXPIRY, width));
          step.send(RECEIVER, new SetTags(width, tags));
        },
        ProtocolException.class,
        "is not random");
    assertThat(parties.cache()).hasBinaryContent(new byte[] {1, 2, 3});
  }

  /** Lets the sender answer with something else. */
  private OprfParties.Run runWithAnswers(UnaryOperator<byte[]> change) {
    parties.around =
        TappedChannel.sending(
            message ->
                message instanceof Answers answers
                    ? new Answers(change.apply(answers.points()))
                    : message);
    return parties.run(NAMES, List.of("c", "d", "e"));
  }

  /** What a sender makes of answers changes its input: these tags are in no honest list. */
  @Test
  void answers_plusAPointOfOrderTwo_matchNothingAndEndNothing() {
    OprfParties.Run run =
        runWithAnswers(
            answers -> {
              ByteArrayOutputStream other = new ByteArrayOutputStream();
              for (int at = 0; at < answers.length; at += 32) {
                byte[] u = Arrays.copyOfRange(answers, at, at + 32);
                u[31] &= 0x7f;
                other.writeBytes(number(number(u).modInverse(P)));
              }
              return other.toByteArray();
            });
    assertThat(run.ofReceiver()).isEmpty();
    assertThat(run.ofSender()).isEmpty();
  }

  @Test
  void answers_negativeOrOfAnotherKey_matchNothingAndEndNothing() {
    assertThat(
            runWithAnswers(
                    answers -> {
                      byte[] negative = answers.clone();
                      for (int at = 31; at < negative.length; at += 32) {
                        negative[at] ^= (byte) 0x80;
                      }
                      return negative;
                    })
                .ofReceiver())
        .isEmpty();
    assertThat(
            runWithAnswers(answers -> FullPoints.multiplyAll(SCALAR, answers, count -> {}))
                .ofReceiver())
        .isEmpty();
    assertThat(runWithAnswers(UnaryOperator.identity()).ofReceiver()).hasSize(2);
  }

  @Test
  void tags_oneManyTimes_countOnce() {
    // A sender that holds one id, and declares a list of four.
    parties.around =
        TappedChannel.sending(
            message -> {
              if (message instanceof SetTags tags) {
                byte[] same = new byte[tags.items().length];
                for (int at = 0; at < same.length; at += tags.width()) {
                  System.arraycopy(tags.items(), 0, same, at, tags.width());
                }
                return (Message) new SetTags(tags.width(), same);
              }
              return message;
            });
    parties.allLearn = false;
    assertThat(parties.run(NAMES, NAMES).ofReceiver()).hasSize(1);
  }
}

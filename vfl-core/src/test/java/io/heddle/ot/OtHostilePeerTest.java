// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static io.heddle.ot.TwoParties.COIN;
import static io.heddle.ot.TwoParties.RECEIVER;
import static io.heddle.ot.TwoParties.SALT;
import static io.heddle.ot.TwoParties.SENDER;
import static io.heddle.ot.TwoParties.USE;
import static io.heddle.ot.TwoParties.secretOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.OtMessage.CoinOpening;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.ot.OtMessage.KkrtRows;
import io.heddle.ot.TwoParties.Role;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Honest roles against peers that send what the protocol does not allow. */
class OtHostilePeerTest {
  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger ORDER_8 =
      new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504");

  private static void assertRefused(Role sender, Role receiver, String message) {
    assertThatThrownBy(() -> TwoParties.run(sender, receiver))
        .isExactlyInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  private static byte[] point(BigInteger u) {
    return NaiveOt.littleEndian(u);
  }

  static Stream<Arguments> badPoints() {
    return Stream.of(
        Arguments.of("zero", BigInteger.ZERO, "has low order"),
        Arguments.of("one", BigInteger.ONE, "has low order"),
        Arguments.of("minus one", P.subtract(BigInteger.ONE), "has low order"),
        Arguments.of("order 8", ORDER_8, "has low order"),
        Arguments.of("p", P, "must be below 2^255 - 19"),
        Arguments.of(
            "255 ones",
            BigInteger.ONE.shiftLeft(255).subtract(BigInteger.ONE),
            "must be below 2^255 - 19"),
        Arguments.of(
            "upper bit", BigInteger.ONE.shiftLeft(255).add(P), "must be below 2^255 - 19"));
  }

  private static Role baseReceiver(int count, byte[] choices) {
    return channel ->
        BaseOtReceiver.run(
            channel, SENDER, USE, USE.binding(channel, "test"), secretOf(RECEIVER), choices, count);
  }

  private static Role baseSender(int count) {
    return channel ->
        BaseOtSender.run(
            channel, RECEIVER, USE, USE.binding(channel, "test"), secretOf(SENDER), count);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void baseReceiver_badPointOnEitherPlace_refusesWhateverItsCoins(
      String name, BigInteger point, String message) {
    byte[] good = point(BigInteger.valueOf(9));
    for (int place = 0; place < 2; place++) {
      byte[] points =
          place == 0 ? NaiveOt.join(point(point), good) : NaiveOt.join(good, point(point));
      // A single transfer uses one of the two only.
      for (byte choice = 0; choice < 2; choice++) {
        assertRefused(
            channel -> {
              channel.send(RECEIVER, new BaseOtPoints(points));
              return 0;
            },
            baseReceiver(1, new byte[] {choice}),
            "From sender: Invalid point " + place + ": " + message);
      }
    }
  }

  private static byte[] strings(int count) {
    byte[] strings = TwoParties.bytes("strings", count * 64);
    for (int last = 31; last < strings.length; last += 32) {
      strings[last] &= 0x7f;
    }
    return strings;
  }

  /** Sends strings of which one transfer gives a point of the peer's own choosing. */
  private static Role choosing(int count, int transfer, int choice, BigInteger point) {
    return channel -> {
      byte[] points = channel.receive(SENDER, BaseOtPoints.class).points();
      byte[] strings = strings(count);
      byte[] prefix =
          NaiveOt.sha256(
              NaiveOt.text("heddle base ot v1"), NaiveOt.binding(SALT, 1, "1-ot", "test"), points);
      byte[] other = NaiveOt.cut(strings, 2 * transfer + 1 - choice, 32);
      byte[] chosen = NaiveOt.unmask(prefix, transfer, choice, point(point), other);
      System.arraycopy(chosen, 0, strings, (2 * transfer + choice) * 32, 32);
      channel.send(SENDER, new BaseOtAnswers(strings));
      return 0;
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPoints")
  void baseSender_stringsThatGiveABadPoint_refuses(String name, BigInteger point, String message) {
    if (point.bitLength() <= 255) {
      for (int choice = 0; choice < 2; choice++) {
        assertRefused(
            baseSender(5),
            choosing(5, 3, choice, point),
            "From receiver: Invalid point " + (6 + choice) + ": " + message);
      }
    }
  }

  @Test
  void baseSender_stringsThatGiveAGoodPoint_takesThem() {
    TwoParties.run(baseSender(5), choosing(5, 3, 0, BigInteger.valueOf(9)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6})
  void baseSender_answersOfAnotherCount_refuses(int count) {
    assertRefused(
        baseSender(5),
        channel -> {
          channel.send(SENDER, new BaseOtAnswers(strings(count)));
          return 0;
        },
        "Invalid answers of " + count + " transfers from receiver: must be 5");
  }

  @Test
  void baseSender_stringOf256Bits_refuses() {
    byte[] strings = strings(5);
    strings[7 * 32 + 31] |= (byte) 0x80;
    assertRefused(
        baseSender(5),
        channel -> {
          channel.send(SENDER, new BaseOtAnswers(strings));
          return 0;
        },
        "Invalid answer 7 from receiver: must have 255 bits");
  }

  @Test
  void bothBaseRoles_wrongType_refuse() {
    assertRefused(
        baseSender(5),
        channel -> {
          channel.send(SENDER, new CoinOpening(new byte[32]));
          return 0;
        },
        "Expected BaseOtAnswers");
    assertRefused(
        channel -> {
          channel.send(RECEIVER, new BaseOtAnswers(strings(1)));
          return 0;
        },
        baseReceiver(1, new byte[1]),
        "Expected BaseOtPoints");
  }

  /** Bodies that no message has. */
  static Stream<Arguments> badBodies() {
    return Stream.of(
        Arguments.of(90, new byte[0]),
        Arguments.of(90, new byte[63]),
        Arguments.of(90, new byte[65]),
        Arguments.of(91, body(0)),
        Arguments.of(91, body(63)),
        Arguments.of(91, body(449 * 64)),
        Arguments.of(92, new byte[31]),
        Arguments.of(93, new byte[33]),
        Arguments.of(94, NaiveOt.join(new byte[8], body(0))),
        Arguments.of(94, NaiveOt.join(new byte[8], body(57))),
        Arguments.of(94, NaiveOt.join(new byte[8], body(8193 * 56))),
        Arguments.of(94, NaiveOt.join(new byte[] {-1}, new byte[7], body(56))),
        Arguments.of(95, NaiveOt.join(new byte[8], body(17))),
        Arguments.of(95, NaiveOt.join(new byte[8], body(8193 * 16))),
        Arguments.of(95, NaiveOt.join(new byte[4], new byte[] {-1}, new byte[3], body(16))));
  }

  private static byte[] body(int bytes) {
    return ByteBuffer.allocate(4 + bytes).putInt(bytes).array();
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void codec_badBody_refuses(int type, byte[] body) {
    assertThatThrownBy(() -> new MessageCodec(OtMessages.TYPES).decode(type, body))
        .isExactlyInstanceOf(ProtocolException.class);
  }

  @Test
  void types_thatHideInputsUnderSharedMasks_areSentOnce() {
    assertThat(OtMessages.TYPES)
        .filteredOn(MessageType::once)
        .extracting(MessageType::id)
        .containsExactly(94, 95);
  }

  private static KkrtRows kkrt(int partition, int block, int rows) {
    return new KkrtRows(partition, block, new byte[rows * 56]);
  }

  private static IknpRows iknp(int partition, int block, int rows) {
    return new IknpRows(partition, block, new byte[rows * 16]);
  }

  static Stream<Arguments> badBlocks() {
    String order = "must be block 0 of partition 4";
    return Stream.of(
        Arguments.of("no rows left", List.of(kkrt(4, 0, 8192), kkrt(4, 1, 2)), "must be 1"),
        Arguments.of("too few rows", List.of(kkrt(4, 0, 8191)), "must be 8192"),
        Arguments.of("other partition", List.of(kkrt(5, 0, 8192)), order),
        Arguments.of("other block", List.of(kkrt(4, 1, 1)), order),
        Arguments.of("a block twice", List.of(kkrt(4, 0, 8192), kkrt(4, 0, 8192)), "block 1"),
        Arguments.of(
            "too many blocks",
            List.of(kkrt(4, 0, 8192), kkrt(4, 1, 1), kkrt(4, 2, 1)),
            "Expected CoinOpening"),
        Arguments.of("the other type", List.of(iknp(4, 0, 8192)), "Expected KkrtRows"));
  }

  private static Role sending(KkrtOrIknp opening, List<? extends Message> blocks) {
    return channel -> {
      opening.open(channel);
      blocks.forEach(block -> channel.send(SENDER, block));
      return 0;
    };
  }

  private interface KkrtOrIknp {
    void open(Channel channel);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBlocks")
  void kkrtSender_badBlocks_refuses(String name, List<Message> blocks, String message) {
    assertRefused(
        channel -> {
          KkrtSender.open(channel, RECEIVER, USE, secretOf(SENDER), COIN)
              .receive(channel, RECEIVER, 4, 8193);
          return channel.receive(RECEIVER, CoinOpening.class);
        },
        sending(
            channel -> KkrtReceiver.open(channel, SENDER, USE, secretOf(RECEIVER), COIN), blocks),
        message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBlocks")
  void iknpSender_badBlocks_refuses(String name, List<Message> blocks, String message) {
    List<Message> turned = new ArrayList<>();
    for (Message block : blocks) {
      if (block instanceof KkrtRows rows) {
        turned.add(iknp(rows.partition(), rows.block(), rows.rows().length / 56));
      } else if (block instanceof IknpRows rows) {
        turned.add(kkrt(rows.partition(), rows.block(), rows.rows().length / 16));
      }
    }
    assertRefused(
        channel -> {
          IknpSender.open(channel, RECEIVER, USE, secretOf(SENDER))
              .receive(channel, RECEIVER, 4, 8193);
          return channel.receive(RECEIVER, CoinOpening.class);
        },
        sending(channel -> IknpReceiver.open(channel, SENDER, USE, secretOf(RECEIVER)), turned),
        message.replace("KkrtRows", "IknpRows"));
  }

  @Test
  void sessionEnd_blockThatNobodyAskedFor_isRefused() {
    assertRefused(
        channel ->
            KkrtSender.open(channel, RECEIVER, USE, secretOf(SENDER), COIN)
                .receive(channel, RECEIVER, 4, 8192),
        sending(
            channel -> KkrtReceiver.open(channel, SENDER, USE, secretOf(RECEIVER), COIN),
            List.of(kkrt(4, 0, 8192), kkrt(4, 1, 1))),
        "have not seen the same messages");
  }

  @Test
  void baseReceiver_pointsOnTheOtherCurves_getAnswersAllTheSame() {
    // What it answers does not depend on them; the keys are worthless to such a sender.
    byte[] swapped = NaiveOt.join(new byte[32], new byte[32]);
    System.arraycopy(Curve25519.generators(), 32, swapped, 0, 32);
    System.arraycopy(Curve25519.generators(), 0, swapped, 32, 32);
    TwoParties.Run run =
        TwoParties.run(
            channel -> {
              channel.send(RECEIVER, new BaseOtPoints(swapped));
              return channel.receive(RECEIVER, BaseOtAnswers.class).strings();
            },
            baseReceiver(3, new byte[1]));
    assertThat((byte[]) run.ofSender()).hasSize(3 * 64);
  }
}

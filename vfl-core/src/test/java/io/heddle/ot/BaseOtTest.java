// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static io.heddle.ot.TwoParties.INPUT;
import static io.heddle.ot.TwoParties.RECEIVER;
import static io.heddle.ot.TwoParties.SALT;
import static io.heddle.ot.TwoParties.SENDER;
import static io.heddle.ot.TwoParties.USE;
import static io.heddle.ot.TwoParties.bit;
import static io.heddle.ot.TwoParties.secretOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.TwoParties.Run;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BaseOtTest {
  private static final byte[] CHOICES = TwoParties.bytes("choices", 56);
  private static final String PART = "test";

  static Stream<Parties.Network> networks() {
    return TwoParties.networks();
  }

  private static Run run(Parties.Network network, OtUse use, byte[] choices, int count) {
    return TwoParties.run(
        network,
        channel ->
            BaseOtSender.run(
                channel, RECEIVER, use, use.binding(channel, PART), secretOf(SENDER), count),
        channel ->
            BaseOtReceiver.run(
                channel,
                SENDER,
                use,
                use.binding(channel, PART),
                secretOf(RECEIVER),
                choices,
                count));
  }

  private static Run run(OtUse use, byte[] choices, int count) {
    return run(InMemoryExchange::network, use, choices, count);
  }

  private static byte[] points(Run run) {
    return run.only(SENDER, BaseOtPoints.class).points();
  }

  private static byte[] answers(Run run) {
    return run.only(RECEIVER, BaseOtAnswers.class).strings();
  }

  private static byte[] key(byte[] keys, int transfer) {
    return NaiveOt.cut(keys, transfer, 16);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void run_manyTransfers_receiverHasTheChosenKeysAndNoOther(Parties.Network network) {
    Run run = run(network, USE, CHOICES, 448);
    KeyPairs pairs = (KeyPairs) run.ofSender();
    byte[] keys = (byte[]) run.ofReceiver();
    Set<String> different = new HashSet<>();
    for (int i = 0; i < 448; i++) {
      boolean one = bit(CHOICES, i);
      assertThat(key(keys, i)).isEqualTo(key(one ? pairs.ones() : pairs.zeros(), i));
      different.add(HexFormat.of().formatHex(key(pairs.zeros(), i)));
      different.add(HexFormat.of().formatHex(key(pairs.ones(), i)));
    }
    assertThat(different).hasSize(896);
  }

  @Test
  void run_oneTransferOfEachChoice_works() {
    for (byte choice = 0; choice < 2; choice++) {
      Run run = run(USE, new byte[] {choice}, 1);
      KeyPairs pairs = (KeyPairs) run.ofSender();
      assertThat(run.ofReceiver()).isEqualTo(choice == 1 ? pairs.ones() : pairs.zeros());
    }
  }

  @Test
  void run_transcript_isWhatTheDocumentSaysComputedWithBigIntegers() {
    int count = 24;
    Run run = run(USE, CHOICES, count);
    byte[] binding = NaiveOt.binding(SALT, 1, "1-ot", PART);
    byte[] scalar = new byte[32];
    secretOf(SENDER).derive("ot/base sender", binding, INPUT, new byte[0]).fill(0, scalar);
    BigInteger a = NaiveOt.clamp(scalar);
    byte[] points = points(run);
    assertThat(points)
        .isEqualTo(
            NaiveOt.join(
                NaiveOt.littleEndian(NaiveOt.multiply(a, BigInteger.valueOf(6))),
                NaiveOt.littleEndian(NaiveOt.multiply(a, BigInteger.valueOf(3)))));

    KeyPairs pairs = (KeyPairs) run.ofSender();
    for (int i = 0; i < count; i++) {
      byte[][] keys = NaiveOt.senderKeys(binding, points, a, answers(run), i);
      assertThat(key(pairs.zeros(), i)).isEqualTo(keys[0]);
      assertThat(key(pairs.ones(), i)).isEqualTo(keys[1]);
    }

    byte[] context = NaiveOt.sha256(points, NaiveOt.sha256(CHOICES));
    byte[] scalars = new byte[count * 32];
    secretOf(RECEIVER).derive("ot/base receiver", binding, INPUT, context).fill(0, scalars);
    byte[] strings = new byte[count * 32];
    secretOf(RECEIVER).derive("ot/base receiver", binding, INPUT, context).fill(1, strings);
    byte[] prefix = NaiveOt.sha256(NaiveOt.text("heddle base ot v1"), binding, points);
    int onTwist = 0;
    for (int i = 0; i < count; i++) {
      BigInteger b = NaiveOt.littleEndian(NaiveOt.cut(scalars, i, 32));
      int twist = b.testBit(255) ? 1 : 0;
      onTwist += twist;
      b = b.clearBit(255);
      byte[] point =
          NaiveOt.littleEndian(NaiveOt.multiply(b, BigInteger.valueOf(twist == 1 ? 3 : 6)));
      byte[] other =
          NaiveOt.littleEndian(NaiveOt.littleEndian(NaiveOt.cut(strings, i, 32)).clearBit(255));
      int choice = bit(CHOICES, i) ? 1 : 0;
      byte[] chosen = NaiveOt.unmask(prefix, i, choice, point, other);
      byte[] both = choice == 0 ? NaiveOt.join(chosen, other) : NaiveOt.join(other, chosen);
      assertThat(NaiveOt.cut(answers(run), i, 64)).isEqualTo(both);
      BigInteger shared = NaiveOt.multiply(b, NaiveOt.littleEndian(NaiveOt.cut(points, twist, 32)));
      assertThat(key((byte[]) run.ofReceiver(), i))
          .isEqualTo(NaiveOt.key(prefix, i, choice, both, shared))
          // What the receiver can compute for the other choice is not the sender's key.
          .isNotEqualTo(NaiveOt.key(prefix, i, 1 - choice, both, shared));
      assertThat(key(choice == 0 ? pairs.ones() : pairs.zeros(), i))
          .isNotEqualTo(NaiveOt.key(prefix, i, 1 - choice, both, shared));
    }
    assertThat(onTwist).isBetween(4, 20);
  }

  @Test
  void run_again_sendsTheSameBytes() {
    Run first = run(USE, CHOICES, 40);
    Run second = run(new OtUse(SALT, 1, INPUT), CHOICES, 40);
    assertThat(points(second)).isEqualTo(points(first));
    assertThat(answers(second)).isEqualTo(answers(first));
    assertThat(second.ofReceiver()).isEqualTo(first.ofReceiver());
  }

  /** The strings of all transfers, in hex. */
  private static List<String> strings(Run run) {
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < answers(run).length / 32; i++) {
      strings.add(HexFormat.of().formatHex(NaiveOt.cut(answers(run), i, 32)));
    }
    return strings;
  }

  static Stream<OtUse> otherUses() {
    return Stream.of(
        new OtUse(SALT, 2, INPUT),
        new OtUse(SALT, 1, NaiveOt.sha256()),
        new OtUse(new byte[] {1, 2}, 1, INPUT));
  }

  @ParameterizedTest
  @MethodSource("otherUses")
  void run_otherAttemptInputOrSalt_sharesNoPointStringOrKey(OtUse other) {
    Run first = run(USE, CHOICES, 40);
    Run second = run(other, CHOICES, 40);
    assertThat(NaiveOt.cut(points(second), 0, 32)).isNotEqualTo(NaiveOt.cut(points(first), 0, 32));
    assertThat(NaiveOt.cut(points(second), 1, 32)).isNotEqualTo(NaiveOt.cut(points(first), 1, 32));
    assertThat(strings(second)).doesNotContainAnyElementsOf(strings(first)).hasSize(80);
    assertThat(second.ofReceiver()).isNotEqualTo(first.ofReceiver());
  }

  @Test
  void receiver_otherChoices_drawsAllAnew() {
    byte[] others = CHOICES.clone();
    others[0] ^= 1;
    assertThat(strings(run(USE, others, 40)))
        .doesNotContainAnyElementsOf(strings(run(USE, CHOICES, 40)));
  }

  @Test
  void receiver_otherPointsFromTheSender_drawsAllAnew() {
    OtUse use = new OtUse(SALT, 1, NaiveOt.sha256());
    Run first = run(USE, CHOICES, 40);
    // The same use at the receiver; only the sender's own input, and so its points, are others.
    Run second =
        TwoParties.run(
            channel ->
                BaseOtSender.run(
                    channel, RECEIVER, use, use.binding(channel, PART), secretOf(SENDER), 40),
            channel ->
                BaseOtReceiver.run(
                    channel,
                    SENDER,
                    USE,
                    USE.binding(channel, PART),
                    secretOf(RECEIVER),
                    CHOICES,
                    40));
    assertThat(points(second)).isNotEqualTo(points(first));
    assertThat(strings(second)).doesNotContainAnyElementsOf(strings(first));
  }

  @Test
  void answers_whateverWasChosen_haveAsManyOnesAsZeros() {
    for (byte[] choices : List.of(new byte[56], CHOICES)) {
      byte[] answers = answers(run(USE, choices, 448));
      // 896 strings of 255 bits: six standard deviations of the sum, and of each place.
      int all = 0;
      for (int place = 0; place < 255; place++) {
        int ones = 0;
        for (int i = 0; i < 896; i++) {
          ones += bit(NaiveOt.cut(answers, i, 32), place) ? 1 : 0;
        }
        assertThat(ones).as("place %d", place).isBetween(448 - 90, 448 + 90);
        all += ones;
      }
      assertThat(all).isBetween(114_240 - 1434, 114_240 + 1434);
    }
  }
}

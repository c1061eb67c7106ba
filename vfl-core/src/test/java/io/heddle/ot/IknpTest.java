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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.ot.TwoParties.Run;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IknpTest {
  private static final byte[] CHOICES = TwoParties.bytes("choices", 4000);

  static Stream<Parties.Network> networks() {
    return TwoParties.networks();
  }

  private static Run run(Parties.Network network, OtUse use, int partition, int count) {
    return TwoParties.run(
        network,
        channel ->
            IknpSender.open(channel, RECEIVER, use, secretOf(SENDER))
                .receive(channel, RECEIVER, partition, count),
        channel ->
            IknpReceiver.open(channel, SENDER, use, secretOf(RECEIVER))
                .choose(channel, SENDER, partition, CHOICES, count));
  }

  private static Run run(OtUse use, int partition, int count) {
    return run(InMemoryExchange::network, use, partition, count);
  }

  private static byte[] masked(Run run) {
    return NaiveOt.join(
        Objects.requireNonNull(run.sent().get(RECEIVER)).stream()
            .filter(IknpRows.class::isInstance)
            .map(message -> ((IknpRows) message).rows())
            .toArray(byte[][]::new));
  }

  private static byte[] key(byte[] keys, int transfer) {
    return NaiveOt.cut(keys, transfer, 16);
  }

  private static void assertChosen(Run run, int count) {
    KeyPairs pairs = (KeyPairs) run.ofSender();
    byte[] keys = (byte[]) run.ofReceiver();
    assertThat(keys).hasSize(count * 16);
    Set<String> different = new HashSet<>();
    for (int i = 0; i < count; i++) {
      boolean one = bit(CHOICES, i);
      assertThat(key(keys, i)).isEqualTo(key(one ? pairs.ones() : pairs.zeros(), i));
      different.add(HexFormat.of().formatHex(key(pairs.zeros(), i)));
      different.add(HexFormat.of().formatHex(key(pairs.ones(), i)));
    }
    assertThat(different).hasSize(2 * count);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 65, 8192, 8193})
  void choose_anyCount_givesTheChosenKeysAndNoOther(int count) {
    Run run = run(USE, 1, count);
    assertChosen(run, count);
    assertThat(masked(run)).hasSize(count * 16);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void choose_onEveryNetwork_givesTheChosenKeys(Parties.Network network) {
    assertChosen(run(network, USE, 0, 20_001), 20_001);
  }

  @Test
  void run_transcript_isWhatTheDocumentSaysBitByBit() {
    Run run = run(USE, 5, 100);
    byte[] binding = NaiveOt.binding(SALT, 1, "1-ot", "iknp");
    byte[] scalar = new byte[32];
    secretOf(RECEIVER).derive("ot/base sender", binding, INPUT, new byte[0]).fill(0, scalar);
    BigInteger a = NaiveOt.clamp(scalar);
    byte[] columns = new byte[16];
    secretOf(SENDER).derive("ot/columns", binding, INPUT, new byte[0]).fill(0, columns);
    byte[] points = run.only(RECEIVER, BaseOtPoints.class).points();
    byte[] answers = run.only(SENDER, BaseOtAnswers.class).strings();
    byte[][] zeros = new byte[128][];
    byte[][] ones = new byte[128][];
    byte[][] chosen = new byte[128][];
    IntStream.range(0, 128)
        .forEach(
            i -> {
              byte[][] keys = NaiveOt.senderKeys(binding, points, a, answers, i);
              zeros[i] = keys[0];
              ones[i] = keys[1];
              chosen[i] = keys[bit(columns, i) ? 1 : 0];
            });
    KeyPairs pairs = (KeyPairs) run.ofSender();
    for (int row = 0; row < 100; row++) {
      BitSet own = NaiveOt.streamRow(zeros, 5, row);
      BitSet sent = NaiveOt.streamRow(ones, 5, row);
      sent.xor(own);
      if (bit(CHOICES, row)) {
        sent.flip(0, 128);
      }
      assertThat(NaiveOt.cut(masked(run), row, 16)).isEqualTo(NaiveOt.bytes(sent, 16));
      assertThat(key((byte[]) run.ofReceiver(), row))
          .isEqualTo(NaiveOt.tag(NaiveOt.bytes(own, 16), binding, 5, row, 16));
      sent.and(BitSet.valueOf(columns));
      sent.xor(NaiveOt.streamRow(chosen, 5, row));
      assertThat(key(pairs.zeros(), row))
          .isEqualTo(NaiveOt.tag(NaiveOt.bytes(sent, 16), binding, 5, row, 16));
      sent.xor(BitSet.valueOf(columns));
      assertThat(key(pairs.ones(), row))
          .isEqualTo(NaiveOt.tag(NaiveOt.bytes(sent, 16), binding, 5, row, 16));
    }
  }

  @Test
  void run_againAndAsAnotherAttempt_sendsTheSameBytesAndOthers() {
    Run first = run(USE, 0, 1000);
    assertThat(masked(run(USE, 0, 1000))).isEqualTo(masked(first));
    byte[] other = masked(run(new OtUse(SALT, 2, INPUT), 0, 1000));
    BitSet differing = BitSet.valueOf(other);
    differing.xor(BitSet.valueOf(masked(first)));
    assertThat(differing.cardinality()).isBetween(64_000 - 1073, 64_000 + 1073);
  }

  @Test
  void choose_samePartitionTwice_isRefused() {
    TwoParties.run(
        channel -> {
          IknpSender sender = IknpSender.open(channel, RECEIVER, USE, secretOf(SENDER));
          return sender.receive(channel, RECEIVER, 0, 10);
        },
        channel -> {
          IknpReceiver receiver = IknpReceiver.open(channel, SENDER, USE, secretOf(RECEIVER));
          receiver.choose(channel, SENDER, 0, CHOICES, 10);
          assertThatThrownBy(() -> receiver.choose(channel, SENDER, 0, CHOICES, 10))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("Partition 0 has been sent already");
          return 0;
        });
  }

  /** What other correlations are made of: of each column the seed that was chosen. */
  @Test
  void seeds_ofColumns_areThoseOfTheSendersChoices() {
    Run run =
        TwoParties.run(
            channel -> {
              IknpSender sender = IknpSender.open(channel, RECEIVER, USE, secretOf(SENDER));
              return new byte[][] {sender.choices(), sender.chosenSeeds()};
            },
            channel -> IknpReceiver.open(channel, SENDER, USE, secretOf(RECEIVER)).columnSeeds());
    byte[] choices = ((byte[][]) run.ofSender())[0];
    byte[] chosen = ((byte[][]) run.ofSender())[1];
    KeyPairs seeds = (KeyPairs) run.ofReceiver();
    assertThat(choices).hasSize(16);
    assertThat(chosen).hasSize(128 * 16);
    for (int i = 0; i < 128; i++) {
      assertThat(key(chosen, i)).isEqualTo(key(bit(choices, i) ? seeds.ones() : seeds.zeros(), i));
    }
  }

  @Test
  void iknpAndKkrt_ofOneUse_shareNoPoint() {
    Run run =
        TwoParties.run(
            channel -> {
              IknpSender.open(channel, RECEIVER, USE, secretOf(SENDER));
              KkrtSender.open(channel, RECEIVER, USE, secretOf(SENDER), TwoParties.COIN);
              return 0;
            },
            channel -> {
              IknpReceiver.open(channel, SENDER, USE, secretOf(RECEIVER));
              KkrtReceiver.open(channel, SENDER, USE, secretOf(RECEIVER), TwoParties.COIN);
              return 0;
            });
    assertThat(Objects.requireNonNull(run.sent().get(RECEIVER)))
        .filteredOn(BaseOtPoints.class::isInstance)
        .extracting(message -> HexFormat.of().formatHex(((BaseOtPoints) message).points()))
        .hasSize(2)
        .doesNotHaveDuplicates();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static io.heddle.ot.TwoParties.INPUT;
import static io.heddle.ot.TwoParties.RECEIVER;
import static io.heddle.ot.TwoParties.SALT;
import static io.heddle.ot.TwoParties.SENDER;
import static io.heddle.ot.TwoParties.USE;
import static io.heddle.ot.TwoParties.secretOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.CoinCommitment;
import io.heddle.ot.OtMessage.CoinOpening;
import io.heddle.ot.TwoParties.Run;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JointCoinTest {
  static Stream<Parties.Network> networks() {
    return TwoParties.networks();
  }

  private static Run toss(Parties.Network network, OtUse ofSender, OtUse ofReceiver) {
    return TwoParties.run(
        network,
        channel -> JointCoin.toss(channel, RECEIVER, ofSender, secretOf(SENDER)),
        channel -> JointCoin.toss(channel, SENDER, ofReceiver, secretOf(RECEIVER)));
  }

  private static Run toss(OtUse ofSender, OtUse ofReceiver) {
    return toss(InMemoryExchange::network, ofSender, ofReceiver);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void toss_twoParties_giveBothTheHashOfBothHalves(Parties.Network network) {
    Run run = toss(network, USE, USE);
    byte[] binding = NaiveOt.binding(SALT, 1, "1-ot", "coin");
    byte[] ofReceiver = run.only(RECEIVER, CoinOpening.class).half();
    byte[] ofSender = run.only(SENDER, CoinOpening.class).half();
    assertThat(ofReceiver).isNotEqualTo(ofSender);
    assertThat(run.ofSender())
        .isEqualTo(run.ofReceiver())
        .isEqualTo(NaiveOt.sha256(NaiveOt.text("heddle coin v1"), binding, ofReceiver, ofSender));
    assertThat(run.only(SENDER, CoinCommitment.class).digest())
        .isEqualTo(
            NaiveOt.sha256(
                NaiveOt.text("heddle coin commitment v1"),
                binding,
                ofSender,
                NaiveOt.text("sender")));
  }

  @Test
  void toss_againAndWithAnotherAttemptSaltOrInput_isTheSameAndOthers() {
    OtUse input = new OtUse(SALT, 1, NaiveOt.sha256());
    Set<String> coins = new HashSet<>();
    for (Run run :
        List.of(
            toss(USE, USE),
            toss(USE, USE),
            toss(new OtUse(SALT, 2, INPUT), new OtUse(SALT, 2, INPUT)),
            toss(new OtUse(INPUT, 1, INPUT), new OtUse(INPUT, 1, INPUT)),
            // One party's input is enough.
            toss(input, USE),
            toss(USE, input))) {
      coins.add(HexFormat.of().formatHex((byte[]) run.ofSender()));
    }
    assertThat(coins).hasSize(5);
  }

  @Test
  void toss_halfThatWasNotCommitted_isRefused() {
    byte[] binding = NaiveOt.binding(SALT, 1, "1-ot", "coin");
    byte[] name = NaiveOt.text("heddle coin commitment v1");
    byte[] half = new byte[32];
    byte[] ofAnother = NaiveOt.sha256(name, binding, half, NaiveOt.text("receiver"));
    byte[] good = NaiveOt.sha256(name, binding, half, NaiveOt.text("sender"));
    byte[] otherHalf = half.clone();
    otherHalf[31] = 1;
    for (byte[][] bad : new byte[][][] {{ofAnother, half}, {good, otherHalf}, {half, half}}) {
      assertThatThrownBy(
              () ->
                  TwoParties.run(
                      channel -> {
                        channel.send(RECEIVER, new CoinCommitment(bad[0]));
                        channel.send(RECEIVER, new CoinOpening(bad[1]));
                        return 0;
                      },
                      channel -> JointCoin.toss(channel, SENDER, USE, secretOf(RECEIVER))))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("The half of a coin from sender is not the committed one");
    }
  }

  @Test
  void toss_peerRepeatsTheOwnCommitmentAndHalf_isRefused() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    channel -> {
                      channel.send(RECEIVER, channel.receive(RECEIVER, CoinCommitment.class));
                      channel.send(RECEIVER, channel.receive(RECEIVER, CoinOpening.class));
                      return 0;
                    },
                    channel -> JointCoin.toss(channel, SENDER, USE, secretOf(RECEIVER))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is not the committed one");
  }

  @Test
  void toss_openingBeforeTheCommitment_isRefused() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    channel -> {
                      channel.send(RECEIVER, new CoinOpening(new byte[32]));
                      return 0;
                    },
                    channel -> JointCoin.toss(channel, SENDER, USE, secretOf(RECEIVER))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Expected CoinCommitment");
  }
}

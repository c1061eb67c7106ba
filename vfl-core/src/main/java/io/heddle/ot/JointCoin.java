// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.CoinCommitment;
import io.heddle.ot.OtMessage.CoinOpening;
import io.heddle.party.PartyId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Random bytes that two parties draw together and neither can steer: each commits to its half
 * before it sees the other's. Whatever depends on the coin, such as a hash that an input must not
 * be made for, is fixed only when both inputs are: the own half follows from the own input.
 */
public final class JointCoin {
  /** Bytes of a coin. */
  public static final int BYTES = 32;

  private static final byte[] COMMITMENT =
      "heddle coin commitment v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COIN = "heddle coin v1".getBytes(StandardCharsets.US_ASCII);

  private JointCoin() {}

  /**
   * Tosses the one coin of a use, at both parties at the same time.
   *
   * @return {@value #BYTES} bytes, known to both parties; keys are derived from them
   * @throws ProtocolException if the peer opens another half than it committed to
   */
  public static byte[] toss(
      Channel channel, PartyId peer, OtUse use, PrivateRandomness randomness) {
    byte[] binding = use.binding(channel, "coin");
    byte[] half = new byte[BYTES];
    use.own(randomness, "ot/coin", binding, new byte[0]).fill(0, half);

    channel.send(peer, new CoinCommitment(commitment(binding, channel.self(), half)));
    byte[] committed = channel.receive(peer, CoinCommitment.class).digest();
    channel.send(peer, new CoinOpening(half));
    byte[] other = channel.receive(peer, CoinOpening.class).half();
    if (!MessageDigest.isEqual(committed, commitment(binding, peer, other))) {
      throw new ProtocolException("The half of a coin from " + peer + " is not the committed one");
    }
    boolean first = channel.self().compareTo(peer) < 0;
    return Sha256.of(COIN, binding, first ? half : other, first ? other : half);
  }

  /** With the name, so that nobody can commit to the other's half by repeating its hash. */
  private static byte[] commitment(byte[] binding, PartyId owner, byte[] half) {
    return Sha256.of(COMMITMENT, binding, half, owner.name().getBytes(StandardCharsets.UTF_8));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.SumMessage.CountedValues;
import io.heddle.psi.ecdh.SumMessage.IntersectionSum;
import io.heddle.psi.ecdh.SumMessage.SumKey;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.KeptIds;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.Shuffle;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The one of two parties that has values, and learns the sum of those whose ids are common, and how
 * many these are. Its key is that of one session and step.
 */
public final class SumSender {
  private final PsiTerms terms;
  private final int keyBits;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * What this party learns.
   *
   * @param common how many ids are common
   * @param sum of their values
   */
  public record Sum(int common, BigInteger sum) {}

  /**
   * @param keyBits of the key that it makes: 2048, 3072 or 4096
   * @param randomness from this party's own session secret, known to no peer
   */
  public SumSender(PsiTerms terms, int keyBits, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.keyBits = keyBits;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the receiver.
   *
   * @param ids each once; in another order they give other messages
   * @param values of the ids, in their order; so many of 63 bits fit a plaintext that no sum of
   *     them wraps around
   * @param theirSize how many ids the peer has said it has
   */
  public Sum run(
      Channel channel, PartyId receiver, List<byte[]> ids, long[] values, int theirSize) {
    new CardinalitySender(terms, randomness, progress).run(channel, receiver, ids, theirSize);
    byte[] path = channel.path().getBytes(StandardCharsets.UTF_8);
    PaillierPrivateKey key =
        PaillierPrivateKey.derive(keyBits, randomness.derive("psi/paillier key", path));
    channel.send(receiver, new SumKey(key.publicKey().toBytes()));
    progress.begin("encrypt values", values.length, "values");
    Shuffle order = new RunSecrets(randomness, channel, ids).ownOrder();
    // Other ids or values are never encrypted alike.
    byte[] input = KeptIds.digest(IdList.of(ids).digest(), values);
    Randomness noise = randomness.derive("psi/sum noise", path, input);
    BigInteger n = key.publicKey().modulus();
    for (int from = 0; from < values.length; from += SumMessages.VALUES) {
      int to = Math.min(values.length, from + SumMessages.VALUES);
      List<BigInteger> plaintexts = new ArrayList<>(to - from);
      for (int place = from; place < to; place++) {
        BigInteger value = BigInteger.valueOf(values[order.item(place)]);
        plaintexts.add(value.signum() < 0 ? value.add(n) : value);
      }
      channel.send(
          receiver,
          new CountedValues(key.encrypt(PlaintextBlock.of(from, plaintexts), noise).toBytes()));
      progress.advance(to - from);
    }
    Sum sum = open(channel, receiver, key, Math.min(values.length, theirSize));
    progress.end();
    return sum;
  }

  /**
   * Whether the sum is one that so many values can have is not looked at: a refusal would answer a
   * receiver that asks how large some value is.
   */
  private Sum open(Channel channel, PartyId receiver, PaillierPrivateKey key, int most) {
    IntersectionSum answer = channel.receive(receiver, IntersectionSum.class);
    if (answer.common() < terms.minIntersection() || answer.common() > most) {
      throw new ProtocolException(
          "Invalid sum over "
              + answer.common()
              + " ids from "
              + receiver
              + ": must be over "
              + terms.minIntersection()
              + " to "
              + most);
    }
    CiphertextBlock ciphertext = CiphertextBlock.fromBytes(key.publicKey(), answer.ciphertext(), 1);
    BigInteger sum = key.decrypt(ciphertext).get(0);
    BigInteger n = key.publicKey().modulus();
    return new Sum(answer.common(), sum.shiftLeft(1).compareTo(n) > 0 ? sum.subtract(n) : sum);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.paillier.PaillierPublicKey;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.SumMessage.CountedValues;
import io.heddle.psi.ecdh.SumMessage.IntersectionSum;
import io.heddle.psi.ecdh.SumMessage.SumKey;
import io.heddle.psi.shared.PsiTerms;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The one of two parties that adds up the other's values of the common ids without seeing them. It
 * learns what a {@link CardinalityReceiver} learns. (Ion et al., "On Deploying Secure Computing:
 * Private Intersection-Sum-with-Cardinality", eprint 2019/723, section 3.)
 */
public final class SumReceiver {
  private final PsiTerms terms;
  private final int keyBits;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param keyBits of the sender's key
   * @param randomness from this party's own session secret, known to no peer
   */
  public SumReceiver(PsiTerms terms, int keyBits, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.keyBits = keyBits;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the peer has said it has
   * @return how many are common
   * @throws io.heddle.error.AlignmentException if they are too few for a sum; the sender learns
   *     that this party failed
   */
  public int run(Channel channel, PartyId sender, List<byte[]> ids, int theirSize) {
    int[] places =
        new CardinalityReceiver(terms, randomness, progress)
            .places(channel, sender, ids, theirSize);
    Arrays.sort(places);
    PaillierPublicKey key =
        PaillierPublicKey.fromBytes(channel.receive(sender, SumKey.class).publicKey());
    if (key.keyBits() != keyBits) {
      throw new ProtocolException(
          "The key of " + sender + " has " + key.keyBits() + " bits: must be " + keyBits);
    }
    progress.begin("add values", theirSize, "values");
    List<CiphertextBlock> sums = new ArrayList<>();
    int next = 0;
    for (int from = 0; from < theirSize; from += SumMessages.VALUES) {
      int to = Math.min(theirSize, from + SumMessages.VALUES);
      CiphertextBlock values =
          CiphertextBlock.fromBytes(
              key, channel.receive(sender, CountedValues.class).ciphertexts(), to - from);
      int first = next;
      while (next < places.length && places[next] < to) {
        next++;
      }
      int start = from;
      if (next > first) {
        sums.add(
            key.total(
                values, Arrays.stream(places, first, next).map(place -> place - start).toArray()));
      }
      progress.advance(to - from);
    }
    CiphertextBlock sum = sum(key, sums);
    // The order of the places says nothing more, but what went in does until this.
    CiphertextBlock answer = key.obfuscate(sum, noise(channel, sum));
    channel.send(sender, new IntersectionSum(places.length, answer.toBytes()));
    progress.end();
    return places.length;
  }

  private static CiphertextBlock sum(PaillierPublicKey key, List<CiphertextBlock> sums) {
    CiphertextBlock all = CiphertextBlock.concat(sums);
    int[] places = new int[all.size()];
    Arrays.setAll(places, i -> i);
    return key.total(all, places);
  }

  /** Another one for another sum, and the same again where the step is repeated. */
  private Randomness noise(Channel step, CiphertextBlock sum) {
    return randomness.derive(
        "psi/sum answer", step.path().getBytes(StandardCharsets.UTF_8), Sha256.of(sum.toBytes()));
  }
}

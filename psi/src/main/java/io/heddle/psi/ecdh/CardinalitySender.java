// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.Shuffle;
import java.util.ArrayList;
import java.util.List;

/**
 * The one of two parties by whose help the other one counts. It learns how many ids the receiver
 * has. Its scalar and orders are those of one session, step, set of ids and list of the receiver's.
 */
public final class CardinalitySender {
  /** The receiver's list comes from one place before. */
  private static final int HOP = 1;

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public CardinalitySender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the receiver. All of the receiver's points are taken in before anything
   * goes out: they are answered in a secret order.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the peer has said it has
   */
  public void run(Channel channel, PartyId receiver, List<byte[]> ids, int theirSize) {
    int width = Tags.width(Math.max(ids.size(), theirSize));
    progress.begin("count ids", (long) ids.size() + theirSize, "ids");

    RunSecrets secrets = new RunSecrets(randomness, channel, ids);
    Shuffle order = secrets.ownOrder();
    try (Blinding blinding = new Blinding(terms.binding(), secrets.scalar(), progress)) {
      byte[] points = multiplied(channel, receiver, theirSize, blinding);
      byte[] tags = blinding.tags(points, width);
      // Compared after the multiplication, which also makes points equal that differ by low order.
      Tags.checkDistinct(receiver, tags, width);
      byte[] shuffled = secrets.order(HOP, points).apply(tags, width);
      for (int chunk = 0; chunk < Chunks.of(theirSize); chunk++) {
        channel.send(receiver, new ShuffledTags(width, Chunks.cut(shuffled, chunk, width)));
      }
      for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
        int from = Chunks.from(chunk);
        int to = Chunks.to(chunk, ids.size());
        channel.send(receiver, new CountedPoints(blinding.blind(ids, order, from, to)));
      }
    }
    progress.end();
  }

  /** The receiver's points under this party's secret too, in the receiver's order. */
  private static byte[] multiplied(Channel channel, PartyId receiver, int size, Blinding blinding) {
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] points = channel.receive(receiver, BlindedPoints.class).points();
      Chunks.check(receiver, chunk, size, points.length / Curve25519.POINT_BYTES);
      chunks.add(blinding.multiply(receiver, points));
    }
    return Chunks.join(chunks);
  }
}

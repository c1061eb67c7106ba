// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.Shuffle;
import java.util.ArrayList;
import java.util.List;

/**
 * The one of two parties that does not compare. It learns how many ids the receiver has and, where
 * all parties learn, which of its own ids the receiver has. Its scalar and order are those of one
 * session, step and set of ids.
 */
public final class EcdhSender {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public EcdhSender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the receiver. All of the receiver's points are taken in before anything
   * goes out, so neither party ever sends to one that is sending.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the peer has said it has
   * @return the indices of the common ids, in the alignment's order; none where the receiver learns
   *     alone
   */
  public int[] run(Channel channel, PartyId receiver, List<byte[]> ids, int theirSize) {
    int width = Tags.width(Math.max(ids.size(), theirSize));
    progress.begin("intersect ids by ecdh", (long) ids.size() + theirSize, "ids");

    RunSecrets secrets = new RunSecrets(randomness, channel, ids);
    Shuffle order = secrets.ownOrder();
    try (Blinding blinding = new Blinding(terms.binding(), secrets.scalar(), progress)) {
      byte[] tags = receiveTags(channel, receiver, theirSize, width, blinding);
      for (int chunk = 0; chunk < Chunks.of(theirSize); chunk++) {
        channel.send(receiver, new BlindedTags(width, Chunks.cut(tags, chunk, width)));
      }
      for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
        int from = Chunks.from(chunk);
        int to = Chunks.to(chunk, ids.size());
        channel.send(receiver, new SenderPoints(blinding.blind(ids, order, from, to)));
      }
    }
    int[] rows =
        CommonRows.receive(channel, receiver, terms, order, Math.min(theirSize, ids.size()));
    progress.end();
    return rows;
  }

  private static byte[] receiveTags(
      Channel channel, PartyId receiver, int size, int width, Blinding blinding) {
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] points = channel.receive(receiver, BlindedPoints.class).points();
      Chunks.check(receiver, chunk, size, points.length / Curve25519.POINT_BYTES);
      chunks.add(blinding.tags(blinding.multiply(receiver, points), width));
    }
    byte[] tags = Chunks.join(chunks);
    // Compared after the multiplication, which also makes points equal that differ by low order.
    Tags.checkDistinct(receiver, tags, width);
    return tags;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.Shuffle;
import java.util.ArrayList;
import java.util.List;

/**
 * The one of two parties that compares. It learns which of its ids the sender has, and how many ids
 * the sender has; nothing else, as long as discrete logarithms on Curve25519 are hard and the hash
 * to the curve is random. Its scalar and order are those of one session, step and set of ids.
 */
public final class EcdhReceiver {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public EcdhReceiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the peer has said it has
   * @return the indices of the common ids, in the alignment's order
   */
  public int[] run(Channel channel, PartyId sender, List<byte[]> ids, int theirSize) {
    int width = Tags.width(Math.max(ids.size(), theirSize));
    progress.begin("intersect ids by ecdh", (long) ids.size() + theirSize, "ids");

    RunSecrets secrets = new RunSecrets(randomness, channel, ids);
    Shuffle order = secrets.ownOrder();
    int[][] common;
    try (Blinding blinding = new Blinding(terms.binding(), secrets.scalar(), progress)) {
      for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
        int from = Chunks.from(chunk);
        int to = Chunks.to(chunk, ids.size());
        channel.send(sender, new BlindedPoints(blinding.blind(ids, order, from, to)));
      }
      Tags own = Tags.receive(channel, sender, ids.size(), width);
      Tags theirs = receiveSenderTags(channel, sender, theirSize, width, blinding);
      common = Tags.common(List.of(own, theirs));
    }

    CommonRows.send(channel, sender, terms, common[1]);
    progress.end();
    return order.invert(common[0]);
  }

  private static Tags receiveSenderTags(
      Channel channel, PartyId sender, int size, int width, Blinding blinding) {
    List<byte[]> tags = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] points = channel.receive(sender, SenderPoints.class).points();
      Chunks.check(sender, chunk, size, points.length / Curve25519.POINT_BYTES);
      tags.add(blinding.tags(blinding.multiply(sender, points), width));
    }
    return new Tags(sender, Chunks.join(tags), width);
  }
}

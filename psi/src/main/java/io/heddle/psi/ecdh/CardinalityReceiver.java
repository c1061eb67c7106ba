// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
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
 * The one of two parties that counts. It learns how many of its ids the sender has, and how many
 * ids the sender has; not which are common, for its own come back in an order that only the sender
 * knows. That holds for a receiver that follows the protocol: one that takes another secret for
 * each id can tell them apart. (Huberman, Franklin, Hogg 1999; De Cristofaro, Gasti, Tsudik 2012.)
 */
public final class CardinalityReceiver {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public CardinalityReceiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the peer has said it has
   * @return how many are common
   */
  public int run(Channel channel, PartyId sender, List<byte[]> ids, int theirSize) {
    return places(channel, sender, ids, theirSize).length;
  }

  /** The same, and where in the sender's list, whose order only the sender knows, they are. */
  int[] places(Channel channel, PartyId sender, List<byte[]> ids, int theirSize) {
    int width = Tags.width(Math.max(ids.size(), theirSize));
    progress.begin("count ids", (long) ids.size() + theirSize, "ids");

    RunSecrets secrets = new RunSecrets(randomness, channel, ids);
    Shuffle order = secrets.ownOrder();
    int[] common;
    try (Blinding blinding = new Blinding(terms.binding(), secrets.scalar(), progress)) {
      for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
        int from = Chunks.from(chunk);
        int to = Chunks.to(chunk, ids.size());
        channel.send(sender, new BlindedPoints(blinding.blind(ids, order, from, to)));
      }
      Tags own = receiveOwn(channel, sender, ids.size(), width);
      Tags theirs = receiveTheirs(channel, sender, theirSize, width, blinding);
      common = Tags.common(List.of(own, theirs))[1];
    }
    terms.checkIntersection(common.length);
    progress.end();
    return common;
  }

  private static Tags receiveOwn(Channel channel, PartyId sender, int size, int width) {
    List<byte[]> tags = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      ShuffledTags received = channel.receive(sender, ShuffledTags.class);
      if (received.width() != width) {
        throw new ProtocolException("Invalid tag width " + received.width() + ": must be " + width);
      }
      Chunks.check(sender, chunk, size, received.tags().length / width);
      tags.add(received.tags());
    }
    return new Tags(sender, Chunks.join(tags), width);
  }

  private static Tags receiveTheirs(
      Channel channel, PartyId sender, int size, int width, Blinding blinding) {
    List<byte[]> tags = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] points = channel.receive(sender, CountedPoints.class).points();
      Chunks.check(sender, chunk, size, points.length / Curve25519.POINT_BYTES);
      tags.add(blinding.tags(blinding.multiply(sender, points), width));
    }
    return new Tags(sender, Chunks.join(tags), width);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.AlignmentException;
import io.heddle.party.PartyId;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.rr22.Rr22Message.MaskedVector;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.IdProgress;
import io.heddle.vole.Elements;
import io.heddle.vole.VoleReceiver;

/** One partition at the receiver, from its items to its tags. */
final class ReceiverPartition {
  private static final long[] NOTHING = {};

  private final int number;
  private final Rr22Run run;
  private final Layout layout;
  private final Okvs okvs;
  private final Items items;
  // The vector in which the items find their values; nothing before and once it has been sent.
  private long[] encoded = NOTHING;

  /**
   * @throws AlignmentException if the ids do not fit
   */
  ReceiverPartition(int number, Rr22Run run, IdList ids, Layout layout) {
    this.number = number;
    this.run = run;
    this.layout = layout;
    okvs = layout.okvs();
    items = Items.of(ids, run.items(), layout).requireRoom(layout);
  }

  int number() {
    return number;
  }

  /**
   * Makes the vector, if that has not been done before.
   *
   * @throws AlignmentException if there is none, with a probability of 2^-40
   */
  void encode() {
    if (encoded.length > 0) {
      return;
    }
    long[] vector = okvs.encode(items);
    if (vector == null) {
      throw new AlignmentException(
          "The "
              + items.size()
              + " ids of a partition do not fit into the vector of rr22, as in about one of 2^40"
              + " runs: begin the run anew (--fresh), which draws another one");
    }
    encoded = vector;
  }

  /**
   * Sends the vector, masked by one half of a vector OLE.
   *
   * @return the tags of the items, which follow from the other half
   */
  byte[] exchange(
      Channel channel, PartyId sender, PrivateRandomness randomness, IdProgress progress) {
    VoleReceiver.Share share =
        VoleReceiver.run(channel, sender, run.vole(number), randomness, okvs.size(), this::encode);
    send(channel, sender, share.a(), progress);
    encoded = NOTHING;
    return Tags.of(okvs.decoder(share.c()), items, null, run.tagBinding(number), layout.tagWidth());
  }

  private void send(Channel channel, PartyId sender, long[] masks, IdProgress progress) {
    int size = okvs.size();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      int first = Chunks.from(chunk) * Elements.WORDS;
      int last = Chunks.to(chunk, size) * Elements.WORDS;
      byte[] elements = new byte[(last - first) * Long.BYTES];
      for (int word = first; word < last; word++) {
        Elements.put(elements, (word - first) * Long.BYTES, encoded[word] ^ masks[word]);
      }
      channel.send(sender, new MaskedVector(elements));
      progress.advance((last - first) / Elements.WORDS);
    }
  }
}

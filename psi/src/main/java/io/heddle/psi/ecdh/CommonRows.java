// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.EcdhMessage.IntersectionSize;

/** How the receiver, which has compared, lets the sender know what is common. */
public final class CommonRows {
  private CommonRows() {}

  /**
   * Called by the receiver. Where it learns alone, nothing is sent.
   *
   * @param positions of the common ids in the sender's list as it came, in the alignment's order
   * @throws io.heddle.error.AlignmentException if there are too few; at both parties
   */
  public static void send(Channel channel, PartyId sender, EcdhTerms terms, int[] positions) {
    if (terms.allLearn()) {
      channel.send(sender, new IntersectionSize(positions.length));
      terms.checkIntersection(channel, channel.self(), positions.length);
      Chunks.sendPositions(channel, sender, positions);
    } else {
      terms.checkIntersection(positions.length);
    }
  }

  /**
   * Called by the sender.
   *
   * @param order in which this party's list went out
   * @param most ids that can be common
   * @return the common ones of this party's items, in the alignment's order; none where the
   *     receiver learns alone
   * @throws ProtocolException if that is not possible
   * @throws io.heddle.error.AlignmentException if there are too few; at both parties
   */
  public static int[] receive(
      Channel channel, PartyId receiver, EcdhTerms terms, Shuffle order, int most) {
    if (!terms.allLearn()) {
      return new int[0];
    }
    int common = channel.receive(receiver, IntersectionSize.class).ids();
    if (common > most) {
      throw new ProtocolException(
          "Invalid intersection of " + common + " ids: must be at most " + most);
    }
    terms.checkIntersection(channel, receiver, common);
    return order.invert(Chunks.receivePositions(channel, receiver, common));
  }
}

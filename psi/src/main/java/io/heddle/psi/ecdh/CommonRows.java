// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.Shuffle;

/** How the receiver, which has compared, lets the sender know what is common. */
public final class CommonRows {
  private CommonRows() {}

  /**
   * Called by the receiver. Where it learns alone, nothing is sent.
   *
   * @param positions of the common ids in the sender's list as it came, in the alignment's order
   * @throws io.heddle.error.AlignmentException if there are too few; at both parties
   */
  public static void send(Channel channel, PartyId sender, PsiTerms terms, int[] positions) {
    if (terms.allLearn()) {
      channel.send(sender, new IntersectionSize(positions.length));
      terms.checkIntersection(channel, channel.self(), positions.length);
      PositionLists.send(channel, sender, positions);
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
   * @throws io.heddle.error.ProtocolException if that is not possible
   * @throws io.heddle.error.AlignmentException if there are too few; at both parties
   */
  public static int[] receive(
      Channel channel, PartyId receiver, PsiTerms terms, Shuffle order, int most) {
    if (!terms.allLearn()) {
      return new int[0];
    }
    int common = PsiTerms.receiveCommon(channel, receiver, most);
    terms.checkIntersection(channel, receiver, common);
    return order.invert(PositionLists.receive(channel, receiver, common));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.party.PartyId;
import io.heddle.psi.kkrt.KkrtTaskMessage.TaskOffer;
import io.heddle.psi.shared.PsiTerms;

/** Whether both of two parties intersect in tasks. */
public final class TaskOffers {
  private TaskOffers() {}

  /** Whether a step kept a run in tasks. */
  public static boolean isKept(byte[] state) {
    return TaskState.isOne(state);
  }

  /** How many bytes this party's tasks would put into the peer's store. */
  public static long bytes(PsiTerms terms, boolean receives, int own, int theirs) {
    return receives
        ? KkrtSizes.rowBytes(own, theirs, terms.partitionIds())
        : KkrtSizes.tagBytes(own, theirs, terms.partitionIds());
  }

  /**
   * Agrees with the peer.
   *
   * @param own whether this party could
   */
  public static boolean agree(Channel channel, PartyId peer, boolean own) {
    channel.send(peer, new TaskOffer(own));
    return channel.receive(peer, TaskOffer.class).tasks() && own;
  }
}

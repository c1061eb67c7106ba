// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Channel;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.SharedMessage.Settled;

/**
 * Lets every party of a step learn why the run fails before any of them ends the session: an ended
 * session delivers no more messages, and who still waits for one would only hear that a peer gave
 * up.
 */
public final class SharedFailure {
  private SharedFailure() {}

  /** Called by all parties of the step once they know the reason; then each may fail. */
  public static void settle(Channel channel, PartyId receiver) {
    try {
      if (channel.self().equals(receiver)) {
        for (PartyId peer : channel.peers()) {
          channel.receive(peer, Settled.class);
        }
        channel.sendToAll(new Settled());
      } else {
        channel.send(receiver, new Settled());
        channel.receive(receiver, Settled.class);
      }
    } catch (VflException e) {
      // Somebody has ended the session already. The reason is known here, and tells more.
    }
  }
}

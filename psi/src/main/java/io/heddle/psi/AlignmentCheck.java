// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.error.AlignmentException;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.SharedFailure;
import java.security.MessageDigest;

/**
 * The receiver shows its digest, the others say whether theirs is the same. Only the receiver sends
 * a digest: from the others one would be a hash of whatever rows a false receiver had named.
 */
final class AlignmentCheck {
  private AlignmentCheck() {}

  static void run(Channel channel, PartyId receiver, int rows, byte[] digest) {
    boolean same =
        channel.self().equals(receiver)
            ? propose(channel, rows, digest)
            : answer(channel, receiver, rows, digest);
    if (!same) {
      SharedFailure.settle(channel, receiver);
      throw new AlignmentException(
          "The parties' alignments differ; this party holds "
              + rows
              + " common rows. Were the ids normalised alike?");
    }
  }

  private static boolean propose(Channel channel, int rows, byte[] digest) {
    channel.sendToAll(new AlignmentMessage.Proposal(rows, digest));
    boolean same = true;
    for (PartyId peer : channel.peers()) {
      same &= channel.receive(peer, AlignmentMessage.Answer.class).same();
    }
    channel.sendToAll(new AlignmentMessage.Outcome(same));
    return same;
  }

  private static boolean answer(Channel channel, PartyId receiver, int rows, byte[] digest) {
    AlignmentMessage.Proposal proposal = channel.receive(receiver, AlignmentMessage.Proposal.class);
    boolean same = proposal.rows() == rows && MessageDigest.isEqual(proposal.digest(), digest);
    channel.send(receiver, new AlignmentMessage.Answer(same));
    return channel.receive(receiver, AlignmentMessage.Outcome.class).same() && same;
  }
}

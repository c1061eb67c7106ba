// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.AlignmentException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;

/**
 * What the parties of a run have agreed before it.
 *
 * @param binding 32 bytes that only this step of this session has
 * @param allLearn whether all parties learn the common rows, or the receiver alone
 * @param minIntersection with fewer common rows the run fails
 * @param maxPeerSize the most ids that this party allows another one
 * @param protocol the family of protocols that all ask for
 * @param semiHonest whether this party takes its peers as ones that follow the protocol
 * @param record where this party writes the run down
 * @param partitionIds about how many ids of the larger set kkrt and rr22 take at a time
 */
public record PsiTerms(
    byte[] binding,
    boolean allLearn,
    int minIntersection,
    int maxPeerSize,
    PsiProtocol protocol,
    boolean semiHonest,
    RunRecord record,
    int partitionIds) {
  static final int BINDING_BYTES = 32;

  /** With partitions of the usual size. */
  public PsiTerms(
      byte[] binding,
      boolean allLearn,
      int minIntersection,
      int maxPeerSize,
      PsiProtocol protocol,
      boolean semiHonest,
      RunRecord record) {
    this(
        binding,
        allLearn,
        minIntersection,
        maxPeerSize,
        protocol,
        semiHonest,
        record,
        JobConfig.Psi.USUAL_PARTITION_IDS);
  }

  public PsiTerms {
    if (binding.length != BINDING_BYTES) {
      throw new IllegalArgumentException(
          "Invalid binding of " + binding.length + " bytes: must be " + BINDING_BYTES);
    }
  }

  /** What this party sends first. */
  public SetSize setSize(int ids) {
    return new SetSize(ids, minIntersection, allLearn, protocol, semiHonest);
  }

  /** Between two parties: sends the first message and takes the peer's. */
  public SetSize exchange(Channel channel, PartyId peer, int ids) {
    channel.send(peer, setSize(ids));
    SetSize theirs = channel.receive(peer, SetSize.class);
    check(peer, theirs);
    return theirs;
  }

  /** The peer's number of ids, once the peer's terms are the own ones. */
  public int check(PartyId peer, SetSize theirs) {
    if (theirs.minIntersection() != minIntersection
        || theirs.allLearn() != allLearn
        || theirs.protocol() != protocol) {
      throw new ProtocolException(
          "Different terms of the intersection: minimum "
              + minIntersection
              + " here, "
              + theirs.minIntersection()
              + " at "
              + peer
              + "; result for "
              + learners(allLearn)
              + " here, for "
              + learners(theirs.allLearn())
              + " there; protocol "
              + protocol.word()
              + " here, "
              + theirs.protocol().word()
              + " there");
    }
    if (theirs.ids() > maxPeerSize) {
      throw new PrivacyException(
          "Set of "
              + theirs.ids()
              + " ids refused: "
              + peer
              + " may bring at most "
              + maxPeerSize
              + ", by this party's own limit");
    }
    return theirs.ids();
  }

  private static String learners(boolean all) {
    return all ? "all parties" : "the receiver";
  }

  /**
   * Takes in how many ids are common to all.
   *
   * @param most how many there can be
   */
  public static int receiveCommon(Channel channel, PartyId receiver, int most) {
    int common = channel.receive(receiver, IntersectionSize.class).ids();
    if (common > most) {
      throw new ProtocolException(
          "Invalid intersection of " + common + " ids: must be at most " + most);
    }
    return common;
  }

  /** As {@link #checkIntersection(int)}, at all parties of the step, who all know the count. */
  public void checkIntersection(Channel channel, PartyId receiver, int common) {
    if (common < minIntersection) {
      SharedFailure.settle(channel, receiver);
    }
    checkIntersection(common);
  }

  /** Fails if too few ids are common. */
  public void checkIntersection(int common) {
    if (common < minIntersection) {
      throw new AlignmentException(
          "Only "
              + common
              + " ids are common to all parties: must be at least "
              + minIntersection
              + " (the minimum intersection)");
    }
  }
}

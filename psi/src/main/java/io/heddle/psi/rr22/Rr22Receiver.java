// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one of two parties that compares. It learns which of its ids the sender has, and how many ids
 * the sender has. A vector in which its ids find their hashes goes out masked; with it the sender
 * can compute a tag of any id, which the receiver has of its own ids only.
 *
 * <p>It must follow the protocol, and so must the sender; and it rests on an assumption on a code
 * that is younger than those of the other families (docs/adr/0038-rr22.md). (Raghuraman, Rindal,
 * eprint 2022/320, figure 4, the semi-honest case; docs/protocol.md, section 3.11.)
 */
public final class Rr22Receiver {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final int partitionIds;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public Rr22Receiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this(terms, randomness, progress, terms.partitionIds());
  }

  /** With partitions of another size, which the sender must have too. */
  Rr22Receiver(PsiTerms terms, PrivateRandomness randomness, Progress progress, int partitionIds) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
    this.partitionIds = partitionIds;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the sender has said it has
   * @return the indices of the common ids, in the alignment's order
   * @throws io.heddle.error.AlignmentException if the ids do not fit into a vector, with a
   *     probability of 2^-40
   */
  public int[] run(Channel channel, PartyId sender, IdList ids, int theirSize) {
    Rr22Run run = Rr22Run.toss(channel, sender, terms, randomness, ids.digest());
    return run(channel, sender, run, ids, Rr22State.begun(theirSize, run.coin()));
  }

  /**
   * Goes on with a run that was broken off after some partitions.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public int[] goOn(Channel channel, PartyId sender, IdList ids, byte[] kept) {
    Rr22State state = Rr22State.read(kept, ids);
    Rr22Run run = Rr22Run.restored(channel, terms, randomness, ids.digest(), state.coin());
    return run(channel, sender, run, ids, state);
  }

  private int[] run(Channel channel, PartyId sender, Rr22Run run, IdList ids, Rr22State from) {
    int theirSize = from.theirIds();
    Layout layout = Layout.of(ids.size(), theirSize, partitionIds);
    from.requireWithin(layout);
    IdProgress done = layout.begin(progress, ids.size(), from.done());
    DealtIds dealt = DealtIds.of(ids, run.items(), layout, ids.size());
    Rr22State state = findCommon(channel, sender, run, ids, dealt, layout, from, done);
    int[] common = state.common();
    if (common.length > theirSize) {
      throw new ProtocolException(
          "Tags of " + common.length + " common ids from " + sender + ", which has " + theirSize);
    }
    if (terms.allLearn()) {
      channel.send(sender, new IntersectionSize(common.length));
      terms.checkIntersection(channel, channel.self(), common.length);
      sendPlaces(channel, sender, state, layout);
    } else {
      terms.checkIntersection(common.length);
    }
    done.end();
    return common;
  }

  /**
   * Partition after partition. While the sender makes the tags of one, this party makes its own and
   * the vector of the next one; they never send at the same time.
   */
  private Rr22State findCommon(
      Channel channel,
      PartyId sender,
      Rr22Run run,
      IdList ids,
      DealtIds dealt,
      Layout layout,
      Rr22State from,
      IdProgress done) {
    Rr22State state = from;
    ReceiverPartition part = partition(from.done(), run, dealt, layout);
    while (part != null) {
      byte[] own = part.exchange(channel, sender, randomness, done);
      ReceiverPartition next = partition(part.number() + 1, run, dealt, layout);
      if (next != null) {
        next.encode();
      }
      byte[] theirs =
          Chunks.receive(
              channel,
              sender,
              IdTags.class,
              "tag",
              layout.senderIds(),
              layout.tagWidth(),
              done::advance);
      int[] found =
          common(channel.self(), sender, own, theirs, part.number(), dealt, layout.tagWidth());
      state = state.next(found, part.number() * layout.senderIds());
      if (layout.partitions() > 1) {
        state.commit(channel, ids);
      }
      part = next;
    }
    return state;
  }

  private static @Nullable ReceiverPartition partition(
      int number, Rr22Run run, DealtIds dealt, Layout layout) {
    return number < layout.partitions()
        ? new ReceiverPartition(number, run, dealt.ids(number), layout)
        : null;
  }

  /** For each place in the sender's list the place of the own id that has its tag, or -1. */
  private static int[] common(
      PartyId self,
      PartyId sender,
      byte[] own,
      byte[] theirs,
      int number,
      DealtIds dealt,
      int width) {
    int[] found = TagList.of(sender, theirs, width).places(TagList.of(self, own, width));
    for (int place = 0; place < found.length; place++) {
      if (found[place] >= 0) {
        found[place] = dealt.place(number, found[place]);
      }
    }
    return found;
  }

  /** A bit for each place of the lists, which the sender shuffled in secret. */
  private static void sendPlaces(Channel channel, PartyId sender, Rr22State state, Layout layout) {
    byte[] bits = Arrays.copyOf(state.places().toByteArray(), layout.placeBytes());
    for (int from = 0; from < bits.length; from += CommonPlaces.CHUNK_BYTES) {
      int to = Math.min(bits.length, from + CommonPlaces.CHUNK_BYTES);
      channel.send(sender, new CommonPlaces(Arrays.copyOfRange(bits, from, to)));
    }
  }
}

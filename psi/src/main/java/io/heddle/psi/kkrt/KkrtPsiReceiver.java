// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.KkrtReceiver;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one of two parties that compares. It learns which of its ids the sender has, and how many ids
 * the sender has. It must follow the protocol: one that does not, and knows some dozen of the
 * sender's ids, can find the sender's secret and test any id. (Kolesnikov, Kumaresan, Rosulek,
 * Trieu, eprint 2016/799, figure 4; docs/protocol.md, section 3.)
 */
public final class KkrtPsiReceiver {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final int partitionIds;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtPsiReceiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this(terms, randomness, progress, terms.partitionIds());
  }

  /** With partitions of another size, which the sender must have too. */
  KkrtPsiReceiver(
      PsiTerms terms, PrivateRandomness randomness, Progress progress, int partitionIds) {
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
   * @return the indices of the common ids, in the alignment's order if both learn
   * @throws io.heddle.error.AlignmentException if the ids do not fit into a table, with a
   *     probability of about 2^-40
   */
  public int[] run(Channel channel, PartyId sender, IdList ids, int theirSize) {
    KkrtRun run = KkrtRun.toss(channel, sender, terms, randomness, ids.digest());
    KkrtReceiver function = KkrtReceiver.open(channel, sender, run.use(), randomness, run.coin());
    byte[] transfers = function.state();
    KkrtState begun = new KkrtState(theirSize, run.coin(), transfers, 0, new BitSet(ids.size()));
    return run(channel, sender, run, function, ids, begun);
  }

  /**
   * Goes on with a run that was broken off after some partitions.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public int[] goOn(Channel channel, PartyId sender, IdList ids, byte[] kept) {
    KkrtState state = KkrtState.read(kept, ids);
    KkrtRun run = KkrtRun.restored(channel, terms, randomness, ids.digest(), state.coin());
    KkrtReceiver function =
        KkrtReceiver.restored(channel, run.use(), run.coin(), state.transfers());
    return run(channel, sender, run, function, ids, state);
  }

  private int[] run(
      Channel channel,
      PartyId sender,
      KkrtRun run,
      KkrtReceiver function,
      IdList ids,
      KkrtState from) {
    int theirSize = from.theirIds();
    Partitions partitions = Partitions.of(ids.size(), theirSize, partitionIds);
    from.requireWithin(partitions);
    IdProgress done = partitions.begin(progress, ids.size(), from.done());
    DealtIds dealt = DealtIds.of(ids, run.items(), partitions.count(), partitions.receiverIds());

    findCommon(channel, sender, run, function, ids, dealt, partitions, from, done);
    int[] common = from.common().stream().toArray();
    if (common.length > theirSize) {
      throw new ProtocolException(
          "Tags of " + common.length + " common ids from " + sender + ", which has " + theirSize);
    }

    if (terms.allLearn()) {
      channel.send(sender, new IntersectionSize(common.length));
      terms.checkIntersection(channel, channel.self(), common.length);
      common = sendNames(channel, sender, dealt, common, KkrtSizes.nameWidth(theirSize));
    } else {
      terms.checkIntersection(common.length);
    }
    done.end();
    return common;
  }

  /**
   * Partition after partition. While the sender makes the tags of one, this party compares those of
   * the one before and fills the next table; they never send at the same time.
   */
  private void findCommon(
      Channel channel,
      PartyId sender,
      KkrtRun run,
      KkrtReceiver function,
      IdList ids,
      DealtIds dealt,
      Partitions partitions,
      KkrtState from,
      IdProgress done) {
    int count = partitions.count();
    ReceiverPartition part = partition(from.done(), run, dealt, partitions);
    if (part != null && from.done() == 0) {
      part.send(function, channel, sender, done);
    } else if (part != null) {
      part.tagsOfSent(function);
    }
    ReceiverPartition next = partition(from.done() + 1, run, dealt, partitions);
    for (int ended = from.done() + 1; part != null; ended++) {
      List<byte[]> tags = receiveTags(channel, sender, partitions, done);
      if (next != null) {
        next.send(function, channel, sender, done);
      }
      int number = ended - 1;
      part.compare(sender, tags, id -> from.common().set(dealt.place(number, id)));
      part = next;
      next = partition(ended + 1, run, dealt, partitions);
      if (count > 1) {
        from.after(ended).commit(channel, ids);
      }
    }
  }

  private static @Nullable ReceiverPartition partition(
      int number, KkrtRun run, DealtIds dealt, Partitions partitions) {
    return number < partitions.count()
        ? ReceiverPartition.of(number, run, dealt.items(number, partitions.bins()), partitions)
        : null;
  }

  /** The three lists of a partition. */
  private static List<byte[]> receiveTags(
      Channel channel, PartyId sender, Partitions partitions, IdProgress done) {
    List<byte[]> lists = new ArrayList<>();
    for (int hash = 0; hash < KkrtSizes.HASHES; hash++) {
      lists.add(
          Chunks.receive(
              channel,
              sender,
              SenderTags.class,
              "tag",
              partitions.senderIds(),
              partitions.tagWidth(),
              done::advance));
    }
    return lists;
  }

  /**
   * Names the common ids, and not where their tags stand: which list an id matches in shows in
   * which of its bins it lies, and that depends on the receiver's other ids.
   *
   * @return the common ids in the order of their names
   */
  private static int[] sendNames(
      Channel channel, PartyId sender, DealtIds dealt, int[] common, int width) {
    Names names = Names.of(dealt.names(common, width), common, width);
    for (int chunk = 0; chunk < Chunks.of(common.length); chunk++) {
      channel.send(sender, new CommonNames(width, Chunks.cut(names.ascending(), chunk, width)));
    }
    return names.places();
  }
}

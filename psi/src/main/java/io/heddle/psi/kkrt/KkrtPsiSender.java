// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.KkrtSender;
import io.heddle.ot.OprfRows;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import java.util.BitSet;

/**
 * The one of two parties that does not compare. It learns how many ids the receiver has and, where
 * both learn, which of its own ids the receiver has; nothing else, as long as it follows the
 * protocol. One that makes only one of an id's three tags would learn from the id's name in which
 * of its bins it lies. What it shows a receiver that does not follow the protocol: see {@link
 * KkrtPsiReceiver}.
 */
public final class KkrtPsiSender {
  private static final int HASHES = KkrtSizes.HASHES;

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final int partitionIds;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtPsiSender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this(terms, randomness, progress, terms.partitionIds());
  }

  /** With partitions of another size, which the receiver must have too. */
  KkrtPsiSender(PsiTerms terms, PrivateRandomness randomness, Progress progress, int partitionIds) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
    this.partitionIds = partitionIds;
  }

  /**
   * Runs the protocol with the receiver.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the receiver has said it has
   * @return the indices of the common ids, in the alignment's order; none where the receiver learns
   *     alone
   * @throws io.heddle.error.AlignmentException if the ids do not fit into a partition, with a
   *     probability of 2^-40
   */
  public int[] run(Channel channel, PartyId receiver, IdList ids, int theirSize) {
    KkrtRun run = KkrtRun.toss(channel, receiver, terms, randomness, ids.digest());
    KkrtSender function = KkrtSender.open(channel, receiver, run.use(), randomness, run.coin());
    KkrtState begun = new KkrtState(theirSize, run.coin(), function.state(), 0, new BitSet());
    return run(channel, receiver, run, function, ids, begun);
  }

  /**
   * Goes on with a run that was broken off after some partitions.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public int[] goOn(Channel channel, PartyId receiver, IdList ids, byte[] kept) {
    KkrtState state = KkrtState.read(kept, ids);
    KkrtRun run = KkrtRun.restored(channel, terms, randomness, ids.digest(), state.coin());
    KkrtSender function =
        KkrtSender.restored(channel, run.use(), randomness, run.coin(), state.transfers());
    return run(channel, receiver, run, function, ids, state);
  }

  private int[] run(
      Channel channel,
      PartyId receiver,
      KkrtRun run,
      KkrtSender function,
      IdList ids,
      KkrtState from) {
    Partitions partitions = Partitions.of(from.theirIds(), ids.size(), partitionIds);
    from.requireWithin(partitions);
    IdProgress done = partitions.begin(progress, ids.size(), from.done());
    DealtIds dealt = DealtIds.of(ids, run.items(), partitions.count(), partitions.senderIds());
    for (int number = from.done(); number < partitions.count(); number++) {
      Items items = dealt.items(number, partitions.bins());
      OprfRows keys = function.receive(channel, receiver, number, partitions.bins(), done::advance);
      byte[] tags =
          function.tags(
              keys,
              items.flat(),
              items.bins(),
              partitions.tagWidth(),
              made -> done.advance(HASHES * made));
      sendTags(channel, receiver, number, tags, partitions, run);
      if (partitions.count() > 1) {
        from.after(number + 1).commit(channel, ids);
      }
    }
    int[] common =
        terms.allLearn()
            ? receiveNames(channel, receiver, dealt, ids.size(), from.theirIds())
            : new int[0];
    done.end();
    return common;
  }

  private static void sendTags(
      Channel channel,
      PartyId receiver,
      int partition,
      byte[] tags,
      Partitions partitions,
      KkrtRun run) {
    int width = partitions.tagWidth();
    for (int hash = 0; hash < HASHES; hash++) {
      byte[] list = TagLists.list(partition, hash, tags, partitions, run);
      for (int chunk = 0; chunk < Chunks.of(partitions.senderIds()); chunk++) {
        channel.send(receiver, new SenderTags(width, Chunks.cut(list, chunk, width)));
      }
    }
  }

  private int[] receiveNames(
      Channel channel, PartyId receiver, DealtIds dealt, int ownSize, int theirSize) {
    int count = PsiTerms.receiveCommon(channel, receiver, Math.min(theirSize, ownSize));
    terms.checkIntersection(channel, receiver, count);
    int width = KkrtSizes.nameWidth(ownSize);
    byte[] names =
        Chunks.receive(channel, receiver, CommonNames.class, "name", count, width, some -> {});
    return Names.find(receiver, names, dealt.names(width), width);
  }
}

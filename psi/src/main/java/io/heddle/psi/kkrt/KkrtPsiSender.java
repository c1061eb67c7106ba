// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import io.heddle.ot.KkrtSender;
import io.heddle.ot.OprfRows;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.Shuffle;
import io.heddle.psi.shared.TagTable;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
  private static final byte[] NOTHING = {};

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final int partitionIds;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtPsiSender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this(terms, randomness, progress, Partitions.IDS);
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
    KkrtRun run = KkrtRun.toss(channel, receiver, terms, randomness, ids);
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
    KkrtRun run = KkrtRun.restored(channel, terms, randomness, ids, state.coin());
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
    IdProgress done = IdProgress.begin(progress, ids.size(), partitions, from.done());
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
      int number = HASHES * partition + hash;
      byte[] list =
          shuffled(
              padded(tags, hash, width, partitions.senderIds(), number, run), width, number, run);
      for (int chunk = 0; chunk < Chunks.of(partitions.senderIds()); chunk++) {
        channel.send(receiver, new SenderTags(width, Chunks.cut(list, chunk, width)));
      }
    }
  }

  /** All tags in one of the three rows of their id, and random ones behind, up to a size. */
  private static byte[] padded(
      byte[] tags, int hash, int width, int size, int number, KkrtRun run) {
    int count = tags.length / (HASHES * width);
    byte[] list = new byte[size * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(tags, (i * HASHES + hash) * width, list, i * width, width);
    }
    byte[] padding = new byte[(size - count) * width];
    run.own("psi/kkrt padding", NOTHING).fill(number, padding);
    System.arraycopy(padding, 0, list, count * width, padding.length);
    return list;
  }

  /** A list in an order that follows from what is in it. */
  private static byte[] shuffled(byte[] list, int width, int number, KkrtRun run) {
    byte[] digest = Sha256.of(list);
    byte[] input =
        ByteBuffer.allocate(Integer.BYTES + digest.length).putInt(number).put(digest).array();
    return new Shuffle(list.length / width, run.own("psi/kkrt shuffle", input)).apply(list, width);
  }

  private int[] receiveNames(
      Channel channel, PartyId receiver, DealtIds dealt, int ownSize, int theirSize) {
    int count = PsiTerms.receiveCommon(channel, receiver, Math.min(theirSize, ownSize));
    terms.checkIntersection(channel, receiver, count);
    int width = KkrtSizes.nameWidth(ownSize);
    byte[] names =
        Chunks.receive(channel, receiver, CommonNames.class, "name", count, width, some -> {});
    requireAscending(receiver, names, width);
    TagTable theirs = new TagTable(receiver, names, width);
    byte[] own = dealt.names(width);
    int[] common = new int[count];
    int found = 0;
    for (int i = 0; i < ownSize; i++) {
      int position = theirs.position(own, i * width);
      if (position >= 0) {
        common[position] = i;
        found++;
      }
    }
    if (found != count) {
      throw new ProtocolException(
          (count - found) + " names from " + receiver + " are of no id of this party");
    }
    return common;
  }

  private static void requireAscending(PartyId receiver, byte[] names, int width) {
    for (int at = width; at < names.length; at += width) {
      if (Arrays.compareUnsigned(names, at - width, at, names, at, at + width) >= 0) {
        throw new ProtocolException(
            "The list of "
                + names.length / width
                + " names from "
                + receiver
                + " is not ascending, each once");
      }
    }
  }
}

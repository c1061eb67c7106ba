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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtPsiSender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the receiver.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the receiver has said it has
   * @return the indices of the common ids, in the alignment's order; none where the receiver learns
   *     alone
   */
  public int[] run(Channel channel, PartyId receiver, List<byte[]> ids, int theirSize) {
    int bins = KkrtSizes.bins(theirSize);
    int width = KkrtSizes.tagWidth(ids.size(), theirSize);
    progress.begin("intersect ids by kkrt", bins + (long) HASHES * ids.size(), "rows and tags");

    KkrtRun run = KkrtRun.toss(channel, receiver, terms, randomness, ids);
    Items items = run.items(ids, bins);
    KkrtSender function = KkrtSender.open(channel, receiver, run.use(), randomness, run.coin());
    OprfRows keys = function.receive(channel, receiver, KkrtRun.PARTITION, bins, progress::advance);
    byte[] tags =
        function.tags(
            keys, items.flat(), items.bins(), width, done -> progress.advance(HASHES * done));
    for (int hash = 0; hash < HASHES; hash++) {
      byte[] list = shuffled(tags, hash, width, run);
      for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
        channel.send(receiver, new SenderTags(width, Chunks.cut(list, chunk, width)));
      }
    }
    int[] common =
        terms.allLearn() ? receiveNames(channel, receiver, run, ids, theirSize) : new int[0];
    progress.end();
    return common;
  }

  /** All tags in one of the three rows of their id, in an order that follows from them. */
  private static byte[] shuffled(byte[] tags, int hash, int width, KkrtRun run) {
    int count = tags.length / (HASHES * width);
    byte[] list = new byte[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(tags, (i * HASHES + hash) * width, list, i * width, width);
    }
    byte[] digest = Sha256.of(list);
    byte[] input =
        ByteBuffer.allocate(Integer.BYTES + digest.length).putInt(hash).put(digest).array();
    return new Shuffle(count, run.own("psi/kkrt shuffle", input)).apply(list, width);
  }

  private int[] receiveNames(
      Channel channel, PartyId receiver, KkrtRun run, List<byte[]> ids, int theirSize) {
    int count = PsiTerms.receiveCommon(channel, receiver, Math.min(theirSize, ids.size()));
    terms.checkIntersection(channel, receiver, count);
    int width = KkrtSizes.nameWidth(ids.size());
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(count); chunk++) {
      CommonNames received = channel.receive(receiver, CommonNames.class);
      if (received.width() != width) {
        throw new ProtocolException(
            "Invalid name width " + received.width() + ": must be " + width);
      }
      Chunks.check(receiver, chunk, count, received.names().length / width);
      chunks.add(received.names());
    }
    byte[] names = Chunks.join(chunks);
    requireAscending(receiver, names, width);
    SortedTags own = new SortedTags(channel.self(), run.names().of(IdList.of(ids), width), width);
    int[] common = own.positionsOf(new SortedTags(receiver, names, width));
    if (common.length != count) {
      throw new ProtocolException(
          (count - common.length) + " names from " + receiver + " are of no id of this party");
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

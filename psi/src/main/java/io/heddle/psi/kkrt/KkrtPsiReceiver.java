// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.KkrtReceiver;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The one of two parties that compares. It learns which of its ids the sender has, and how many ids
 * the sender has. It must follow the protocol: one that does not, and knows some dozen of the
 * sender's ids, can find the sender's secret and test any id. (Kolesnikov, Kumaresan, Rosulek,
 * Trieu, eprint 2016/799, figure 4; docs/protocol.md, section 3.)
 */
public final class KkrtPsiReceiver {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final byte[] NOTHING = {};

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtPsiReceiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the sender has said it has
   * @return the indices of the common ids, in the alignment's order if both learn
   * @throws io.heddle.error.AlignmentException if the ids do not fit into the table, with a
   *     probability of about 2^-40
   */
  public int[] run(Channel channel, PartyId sender, List<byte[]> ids, int theirSize) {
    int bins = KkrtSizes.bins(ids.size());
    int width = KkrtSizes.tagWidth(theirSize, ids.size());
    progress.begin(
        "intersect ids by kkrt", bins + (long) KkrtSizes.HASHES * theirSize, "rows and tags");

    KkrtRun run = KkrtRun.toss(channel, sender, terms, randomness, ids);
    Items items = run.items(ids, bins);
    CuckooTable table = CuckooTable.of(items.bins(), bins, seed(run));
    KkrtReceiver function = KkrtReceiver.open(channel, sender, run.use(), randomness, run.coin());
    byte[] rows = rows(table, items, run);
    byte[] own = function.send(channel, sender, KkrtRun.PARTITION, rows, width, progress::advance);
    int[] common = compare(channel, sender, table, own, width, theirSize);
    if (common.length > theirSize) {
      throw new ProtocolException(
          "Tags of " + common.length + " common ids from " + sender + ", which has " + theirSize);
    }

    if (terms.allLearn()) {
      channel.send(sender, new IntersectionSize(common.length));
      terms.checkIntersection(channel, channel.self(), common.length);
      common = sendNames(channel, sender, run, ids, common, KkrtSizes.nameWidth(theirSize));
    } else {
      terms.checkIntersection(common.length);
      Arrays.sort(common);
    }
    progress.end();
    return common;
  }

  private static long seed(KkrtRun run) {
    byte[] seed = new byte[Long.BYTES];
    run.own("psi/kkrt table", NOTHING).fill(0, seed);
    return ByteBuffer.wrap(seed).getLong();
  }

  /** The items in the order of their bins, and random bytes in the empty ones. */
  private static byte[] rows(CuckooTable table, Items items, KkrtRun run) {
    byte[] rows = new byte[table.bins() * Items.BYTES];
    Randomness dummies = run.own("psi/kkrt dummies", NOTHING);
    byte[] block = new byte[BLOCK_BYTES];
    for (int from = 0; from < rows.length; from += BLOCK_BYTES) {
      dummies.fill(from / BLOCK_BYTES, block);
      System.arraycopy(block, 0, rows, from, Math.min(BLOCK_BYTES, rows.length - from));
    }
    for (int bin = 0; bin < table.bins(); bin++) {
      if (!table.isEmpty(bin)) {
        System.arraycopy(
            items.flat(), table.item(bin) * Items.BYTES, rows, bin * Items.BYTES, Items.BYTES);
      }
    }
    return rows;
  }

  /**
   * Takes in the sender's three lists of tags, and sets each against the own items that lie where
   * that one of their three bins is.
   */
  private int[] compare(
      Channel channel, PartyId sender, CuckooTable table, byte[] own, int width, int theirSize) {
    int[] common = new int[table.bins()];
    int count = 0;
    for (int[] bins : table.binsByHash()) {
      SortedTags theirs = receiveTags(channel, sender, width, theirSize);
      byte[] tags = new byte[bins.length * width];
      for (int i = 0; i < bins.length; i++) {
        System.arraycopy(own, bins[i] * width, tags, i * width, width);
      }
      int[] matches = new SortedTags(channel.self(), tags, width).positionsIn(theirs);
      for (int match : matches) {
        common[count++] = table.item(bins[match]);
      }
    }
    return Arrays.copyOf(common, count);
  }

  private SortedTags receiveTags(Channel channel, PartyId sender, int width, int theirSize) {
    List<byte[]> tags = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(theirSize); chunk++) {
      SenderTags received = channel.receive(sender, SenderTags.class);
      if (received.width() != width) {
        throw new ProtocolException("Invalid tag width " + received.width() + ": must be " + width);
      }
      int count = received.tags().length / width;
      Chunks.check(sender, chunk, theirSize, count);
      tags.add(received.tags());
      progress.advance(count);
    }
    return new SortedTags(sender, Chunks.join(tags), width).requireDistinct();
  }

  /**
   * Names the common ids, and not where their tags stand: which list an id matches in shows in
   * which of its bins it lies, and that depends on the receiver's other ids.
   *
   * @return the common ids in the order of their names
   */
  private static int[] sendNames(
      Channel channel, PartyId sender, KkrtRun run, List<byte[]> ids, int[] common, int width) {
    byte[] flat = run.names().of(IdList.of(ids).select(common), width);
    SortedTags names = new SortedTags(channel.self(), flat, width);
    byte[] ascending = names.ascending();
    for (int chunk = 0; chunk < Chunks.of(common.length); chunk++) {
      channel.send(sender, new CommonNames(width, Chunks.cut(ascending, chunk, width)));
    }
    int[] ordered = new int[common.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = common[names.position(i)];
    }
    return ordered;
  }
}

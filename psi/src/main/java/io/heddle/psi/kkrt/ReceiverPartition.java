// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.Randomness;
import io.heddle.ot.KkrtReceiver;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.TagTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntConsumer;

/** One partition at the receiver, from its table to the common ids. */
final class ReceiverPartition {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final byte[] NOTHING = {};

  private final int number;
  private final CuckooTable table;
  private final int width;
  // The items in the order of their bins; nothing once they have been sent.
  private byte[] rows;
  private byte[] own = NOTHING;

  private ReceiverPartition(int number, CuckooTable table, int width, byte[] rows) {
    this.number = number;
    this.table = table;
    this.width = width;
    this.rows = rows;
  }

  /**
   * Fills its table.
   *
   * @throws io.heddle.error.AlignmentException if the ids do not fit
   */
  static ReceiverPartition of(int number, KkrtRun run, Items items, Partitions partitions) {
    CuckooTable table = CuckooTable.of(items.bins(), partitions.bins(), seed(number, run));
    return new ReceiverPartition(
        number, table, partitions.tagWidth(), rows(number, table, items, run));
  }

  private static long seed(int number, KkrtRun run) {
    byte[] seed = new byte[Long.BYTES];
    run.own("psi/kkrt table", NOTHING).fill(number, seed);
    return ByteBuffer.wrap(seed).getLong();
  }

  /** The items in the order of their bins, and random bytes in the empty ones. */
  private static byte[] rows(int number, CuckooTable table, Items items, KkrtRun run) {
    byte[] rows = new byte[table.bins() * Items.BYTES];
    Randomness dummies = run.own("psi/kkrt dummies", NOTHING);
    byte[] block = new byte[BLOCK_BYTES];
    for (int from = 0; from < rows.length; from += BLOCK_BYTES) {
      dummies.fill((long) number << Integer.SIZE | from / BLOCK_BYTES, block);
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

  /** Sends its rows. */
  void send(KkrtReceiver function, Channel channel, PartyId sender, IdProgress progress) {
    own = function.send(channel, sender, number, rows, width, progress::advance);
    rows = NOTHING;
  }

  /** In the place of sending, where that was done before a restart. */
  void tagsOfSent(KkrtReceiver function) {
    own = function.tagsOfSent(number, rows, width);
    rows = NOTHING;
  }

  /** How many blocks it has. */
  int blocks() {
    return KkrtReceiver.blocks(table.bins());
  }

  /**
   * One of its blocks, as the sender gets it. When all have been made, its tags are there.
   *
   * @param tool of this thread
   */
  byte[] block(KkrtReceiver.Blocks tool, int block) {
    if (own.length == 0) {
      own = new byte[table.bins() * width];
    }
    return tool.mask(number, block, rows, width, own);
  }

  /**
   * Sets each of the sender's three lists of tags against the own items that lie where that one of
   * their three bins is.
   *
   * @param common gets the places of the common ids among this partition's
   */
  void compare(PartyId sender, List<byte[]> lists, IntConsumer common) {
    int[][] binsByHash = table.binsByHash();
    for (int hash = 0; hash < KkrtSizes.HASHES; hash++) {
      TagTable theirs = new TagTable(sender, lists.get(hash), width).requireDistinct();
      for (int bin : binsByHash[hash]) {
        if (theirs.position(own, bin * width) >= 0) {
          common.accept(table.item(bin));
        }
      }
    }
  }
}

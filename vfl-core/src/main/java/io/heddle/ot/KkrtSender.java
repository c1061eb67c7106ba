// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.KkrtRows;
import io.heddle.party.PartyId;
import java.util.function.LongConsumer;

/**
 * The one of two parties that can compute the tag of any item in any row. It learns nothing about
 * the items of the receiver, whatever it does. See {@link KkrtReceiver}.
 */
public final class KkrtSender {
  /** Places of a code word, and base transfers of a use. */
  public static final int COLUMNS = 448;

  /** Bytes that the receiver sends for a row. */
  public static final int ROW_BYTES = COLUMNS / Byte.SIZE;

  static final String PART = "kkrt";
  private static final int WORDS = PseudoRandomCode.WORDS;

  // Rows lie all over memory: read a few before they are hashed, and the processor waits for all of
  // them at once.
  private static final int AHEAD = 64;

  private final byte[] seeds;
  private final long[] choices;
  private final byte[] binding;
  private final byte[] coin;

  private KkrtSender(byte[] seeds, long[] choices, byte[] binding, byte[] coin) {
    this.seeds = seeds;
    this.choices = choices;
    this.binding = binding;
    this.coin = coin.clone();
  }

  /**
   * Agrees with the receiver, who calls {@link KkrtReceiver#open} at the same time, on what all
   * partitions of a use have in common.
   *
   * @param coin tossed when both parties' items were fixed, from {@link JointCoin#toss}
   * @throws ProtocolException if the receiver does not follow the protocol
   */
  public static KkrtSender open(
      Channel channel, PartyId receiver, OtUse use, PrivateRandomness randomness, byte[] coin) {
    byte[] binding = use.binding(channel, PART);
    byte[] choices = choices(use, binding, randomness);
    byte[] seeds =
        BaseOtReceiver.run(channel, receiver, use, binding, randomness, choices, COLUMNS);
    return new KkrtSender(seeds, words(choices), binding, coin);
  }

  private static byte[] choices(OtUse use, byte[] binding, PrivateRandomness randomness) {
    byte[] choices = new byte[ROW_BYTES];
    use.own(randomness, "ot/columns", binding, new byte[0]).fill(0, choices);
    return choices;
  }

  private static long[] words(byte[] choices) {
    long[] words = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = LittleEndian.get(choices, i * Long.BYTES);
    }
    return words;
  }

  /**
   * The same after a restart, without a message.
   *
   * @param use the same as it was opened for, on the same step
   * @param state what {@link #state} gave
   */
  public static KkrtSender restored(
      Channel channel, OtUse use, PrivateRandomness randomness, byte[] coin, byte[] state) {
    checkState(state, COLUMNS * KeyPairs.KEY_BYTES);
    byte[] binding = use.binding(channel, PART);
    return new KkrtSender(state.clone(), words(choices(use, binding, randomness)), binding, coin);
  }

  static void checkState(byte[] state, int bytes) {
    if (state.length != bytes) {
      throw new IllegalArgumentException(
          "Invalid state of " + state.length + " bytes: must be " + bytes);
    }
  }

  /** What {@link #restored} goes on from. Secret. */
  public byte[] state() {
    return seeds.clone();
  }

  /**
   * All that {@link #fromBytes} needs, for tags that are made in another process of this party.
   * Secret.
   */
  public byte[] toBytes() {
    WireWriter out = new WireWriter();
    out.writeRaw(binding);
    out.writeRaw(coin);
    out.writeBytes(seeds);
    for (long word : choices) {
      out.writeLong(word);
    }
    return out.toByteArray();
  }

  /**
   * The same party's end in another process, without a message.
   *
   * @param bytes what {@link #toBytes} gave
   */
  public static KkrtSender fromBytes(byte[] bytes) {
    WireReader in = new WireReader(bytes);
    byte[] binding = in.readRaw(OtUse.BINDING_BYTES);
    byte[] coin = in.readRaw(JointCoin.BYTES);
    byte[] seeds = in.readBytes(COLUMNS * KeyPairs.KEY_BYTES);
    checkState(seeds, COLUMNS * KeyPairs.KEY_BYTES);
    long[] choices = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      choices[i] = in.readLong();
    }
    in.end();
    return new KkrtSender(seeds, choices, binding, coin);
  }

  /**
   * Takes in all blocks of a partition, over all cores.
   *
   * @param rows as many as the receiver has items in it
   * @throws ProtocolException if a block is another one or of another size
   */
  public OprfRows receive(Channel channel, PartyId receiver, int partition, int rows) {
    return receive(channel, receiver, partition, rows, count -> {});
  }

  /**
   * The same.
   *
   * @param done gets the number of rows that have come since it was called last
   */
  public OprfRows receive(
      Channel channel, PartyId receiver, int partition, int rows, LongConsumer done) {
    OprfRows keys = rows(partition, rows);
    int blocks = SeededColumns.blocks(rows);
    Cores<Blocks> cores = new Cores<>(blocks, this::blocks);
    for (int from = 0; from < blocks; from += cores.atATime()) {
      int first = from;
      byte[][] masked = new byte[Math.min(cores.atATime(), blocks - from)][];
      for (int i = 0; i < masked.length; i++) {
        KkrtRows received = channel.receive(receiver, KkrtRows.class);
        BlockOrder.check(receiver, partition, first + i, received.partition(), received.block());
        masked[i] = received.rows();
        BlockOrder.checkSize(masked[i].length, SeededColumns.rows(first + i, rows), ROW_BYTES);
      }
      cores.each(masked.length, (tool, i) -> tool.take(keys, first + i, masked[i]));
      for (int i = 0; i < masked.length; i++) {
        done.accept(SeededColumns.rows(first + i, rows));
      }
    }
    return keys;
  }

  /**
   * The tags of items, over all cores: as {@link Blocks#tags}.
   *
   * @param done gets the number of items whose tags were made since it was called last; any thread
   *     calls it
   */
  public byte[] tags(OprfRows keys, byte[] items, int[] rows, int width, LongConsumer done) {
    int count = items.length / PseudoRandomCode.ITEM_BYTES;
    byte[] tags = new byte[Math.multiplyExact(rows.length, RowHash.checkWidth(width))];
    int each = each(rows, count);
    int parts = (count + PseudoRandomCode.MOST - 1) / PseudoRandomCode.MOST;
    new Cores<>(parts, this::blocks)
        .each(
            parts,
            (tool, part) -> {
              int from = part * PseudoRandomCode.MOST;
              int to = Math.min(count, from + PseudoRandomCode.MOST);
              tool.tags(keys, items, rows, each, from, to, width, tags);
              done.accept(to - from);
            });
    return tags;
  }

  /** How many rows each item has. */
  private static int each(int[] rows, int items) {
    int each = rows.length / Math.max(1, items);
    if (each * items != rows.length) {
      throw new IllegalArgumentException(
          "Invalid rows, " + rows.length + " for " + items + " items: must be as many for each");
    }
    return each;
  }

  /** Place for the keys of a partition. */
  public OprfRows rows(int partition, int rows) {
    return new OprfRows(partition, rows);
  }

  /** For one thread's blocks and tags, of any partitions. */
  public Blocks blocks() {
    return new Blocks();
  }

  /** Takes in blocks and computes tags. Holds some megabytes. Not safe for several threads. */
  public final class Blocks {
    private final SeededColumns columns = new SeededColumns(seeds);
    private final PseudoRandomCode code = new PseudoRandomCode(coin);
    private final RowHash hash = new RowHash(ROW_BYTES, binding);
    private final long[] own = columns.newRows();
    private final long[] codes = new long[PseudoRandomCode.MOST * WORDS];
    private final long[] ahead = new long[AHEAD * WORDS];

    private Blocks() {}

    /**
     * Turns what the receiver sent for a block into keys.
     *
     * @throws ProtocolException if it is not of the block's size
     */
    public void take(OprfRows keys, int block, byte[] masked) {
      int rows = SeededColumns.rows(block, keys.rows());
      BlockOrder.checkSize(masked.length, rows, ROW_BYTES);
      columns.fill(keys.partition(), block, rows, own);
      int from = SeededColumns.from(block) * WORDS;
      for (int row = 0; row < rows; row++) {
        for (int word = 0; word < WORDS; word++) {
          int i = row * WORDS + word;
          long sent = LittleEndian.get(masked, i * Long.BYTES) & choices[word];
          keys.words[from + i] = own[i] ^ sent;
        }
      }
    }

    /**
     * The tags of items, each in several rows.
     *
     * @param items 16 bytes each
     * @param rows for each item as many rows of the partition as for any other
     * @param width bytes of a tag, at most 32
     * @return the tags in the order of the rows
     */
    public byte[] tags(OprfRows keys, byte[] items, int[] rows, int width) {
      int count = items.length / PseudoRandomCode.ITEM_BYTES;
      byte[] tags = new byte[Math.multiplyExact(rows.length, RowHash.checkWidth(width))];
      int each = each(rows, count);
      for (int from = 0; from < count; from += PseudoRandomCode.MOST) {
        int to = Math.min(count, from + PseudoRandomCode.MOST);
        tags(keys, items, rows, each, from, to, width, tags);
      }
      return tags;
    }

    /** Those of the items from one to before another, at most what the code takes at a time. */
    private void tags(
        OprfRows keys,
        byte[] items,
        int[] rows,
        int each,
        int from,
        int to,
        int width,
        byte[] tags) {
      code.encode(items, from, to - from, codes, 0);
      for (int first = from * each; first < to * each; first += AHEAD) {
        int last = Math.min(to * each, first + AHEAD);
        gather(keys, rows, first, last, each, from);
        for (int i = first; i < last; i++) {
          for (int word = 0; word < WORDS; word++) {
            hash.set(word, ahead[(i - first) * WORDS + word]);
          }
          hash.hash(keys.partition(), rows[i], tags, i * width, width);
        }
      }
    }

    private void gather(OprfRows keys, int[] rows, int first, int last, int each, int firstItem) {
      for (int i = first; i < last; i++) {
        int at = rows[i] * WORDS;
        int to = (i - first) * WORDS;
        int codeAt = (i / each - firstItem) * WORDS;
        for (int word = 0; word < WORDS; word++) {
          ahead[to + word] = keys.words[at + word] ^ (codes[codeAt + word] & choices[word]);
        }
      }
    }
  }
}

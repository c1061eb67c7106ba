// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.OtMessage.KkrtRows;
import io.heddle.party.PartyId;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * The one of two parties that learns, for each row, the pseudo-random tag of one item of its own;
 * the sender can compute the tag of any item in any row, and does not learn which item the receiver
 * has. For parties that follow the protocol: a receiver that does not can learn the sender's secret
 * from tags of items that it knows.
 *
 * <p>Rows are cut into partitions, each with its own number, and those into blocks, which may be
 * made in any order, by several threads, or again: the same items give the same bytes. <b>Other
 * items under one partition number would show the sender how they differ.</b> (Kolesnikov,
 * Kumaresan, Rosulek, Trieu, eprint 2016/799, figure 2; docs/protocol.md, section 9.)
 */
public final class KkrtReceiver {
  /** Rows of a block, all of them full but the last. */
  public static final int BLOCK_ROWS = SeededColumns.ROWS;

  private static final int WORDS = PseudoRandomCode.WORDS;

  private final KeyPairs seeds;
  private final byte[] binding;
  private final byte[] coin;
  private final Set<Integer> used = ConcurrentHashMap.newKeySet();

  private KkrtReceiver(KeyPairs seeds, byte[] binding, byte[] coin) {
    this.seeds = seeds;
    this.binding = binding;
    this.coin = coin.clone();
  }

  /**
   * Agrees with the sender, who calls {@link KkrtSender#open} at the same time, on what all
   * partitions of a use have in common: 448 base transfers.
   *
   * @param coin tossed when both parties' items were fixed, from {@link JointCoin#toss}
   * @throws io.heddle.error.ProtocolException if the sender does not follow the protocol
   */
  public static KkrtReceiver open(
      Channel channel, PartyId sender, OtUse use, PrivateRandomness randomness, byte[] coin) {
    byte[] binding = use.binding(channel, KkrtSender.PART);
    KeyPairs seeds =
        BaseOtSender.run(channel, sender, use, binding, randomness, KkrtSender.COLUMNS);
    return new KkrtReceiver(seeds, binding, coin);
  }

  /**
   * The same after a restart, without a message.
   *
   * @param use the same as it was opened for, on the same step
   * @param state what {@link #state} gave
   */
  public static KkrtReceiver restored(Channel channel, OtUse use, byte[] coin, byte[] state) {
    return new KkrtReceiver(seeds(state), use.binding(channel, KkrtSender.PART), coin);
  }

  private static KeyPairs seeds(byte[] state) {
    int half = KkrtSender.COLUMNS * KeyPairs.KEY_BYTES;
    KkrtSender.checkState(state, 2 * half);
    return new KeyPairs(Arrays.copyOf(state, half), Arrays.copyOfRange(state, half, 2 * half));
  }

  /** What {@link #restored} goes on from. Secret. */
  public byte[] state() {
    byte[] state = Arrays.copyOf(seeds.zeros(), 2 * seeds.zeros().length);
    System.arraycopy(seeds.ones(), 0, state, seeds.zeros().length, seeds.ones().length);
    return state;
  }

  /**
   * All that {@link #fromBytes} needs, for blocks that are made in another process of this party.
   * Secret.
   */
  public byte[] toBytes() {
    WireWriter out = new WireWriter();
    out.writeRaw(binding);
    out.writeRaw(coin);
    out.writeBytes(state());
    return out.toByteArray();
  }

  /**
   * The same party's end in another process, without a message.
   *
   * @param bytes what {@link #toBytes} gave
   */
  public static KkrtReceiver fromBytes(byte[] bytes) {
    WireReader in = new WireReader(bytes);
    byte[] binding = in.readRaw(OtUse.BINDING_BYTES);
    byte[] coin = in.readRaw(JointCoin.BYTES);
    byte[] state = in.readBytes(2 * KkrtSender.COLUMNS * KeyPairs.KEY_BYTES);
    in.end();
    return new KkrtReceiver(seeds(state), binding, coin);
  }

  /** How many blocks so many rows take. */
  public static int blocks(int rows) {
    return SeededColumns.blocks(rows);
  }

  /**
   * Sends all blocks of a partition, made over all cores.
   *
   * @param items 16 bytes for each row
   * @param width bytes of a tag, at most 32
   * @return the tags of the items, in their order
   * @throws IllegalArgumentException if the partition has been sent before
   */
  public byte[] send(Channel channel, PartyId sender, int partition, byte[] items, int width) {
    return send(channel, sender, partition, items, width, count -> {});
  }

  /**
   * The same.
   *
   * @param done gets the number of rows that have been sent since it was called last
   */
  public byte[] send(
      Channel channel, PartyId sender, int partition, byte[] items, int width, LongConsumer done) {
    int rows = rows(items);
    byte[] tags = new byte[Math.multiplyExact(rows, RowHash.checkWidth(width))];
    take(partition);
    int blocks = blocks(rows);
    Cores<Blocks> cores = new Cores<>(blocks, this::blocks);
    for (int from = 0; from < blocks; from += cores.atATime()) {
      int first = from;
      byte[][] masked = new byte[Math.min(cores.atATime(), blocks - from)][];
      cores.each(
          masked.length,
          (tool, i) -> masked[i] = tool.mask(partition, first + i, items, width, tags));
      for (int i = 0; i < masked.length; i++) {
        channel.send(sender, new KkrtRows(partition, first + i, masked[i]));
        done.accept(SeededColumns.rows(first + i, rows));
      }
    }
    return tags;
  }

  /**
   * The tags of a partition that was sent before this party was started again, of the same items.
   *
   * @throws IllegalArgumentException if the partition has been sent since
   */
  public byte[] tagsOfSent(int partition, byte[] items, int width) {
    int rows = rows(items);
    byte[] tags = new byte[Math.multiplyExact(rows, RowHash.checkWidth(width))];
    take(partition);
    int blocks = blocks(rows);
    new Cores<>(blocks, this::blocks)
        .each(blocks, (tool, block) -> tool.mask(partition, block, items, width, tags));
    return tags;
  }

  private void take(int partition) {
    if (!used.add(partition)) {
      throw new IllegalArgumentException("Partition " + partition + " has been sent already");
    }
  }

  private static int rows(byte[] items) {
    if (items.length % PseudoRandomCode.ITEM_BYTES != 0) {
      throw new IllegalArgumentException(
          "Invalid items of " + items.length + " bytes: must be 16 for each row");
    }
    return items.length / PseudoRandomCode.ITEM_BYTES;
  }

  /** For one thread's blocks, of any partitions. */
  public Blocks blocks() {
    return new Blocks();
  }

  /** Makes blocks. Holds some megabytes. Not safe for several threads. */
  public final class Blocks {
    private final SeededColumns zeros = new SeededColumns(seeds.zeros());
    private final SeededColumns ones = new SeededColumns(seeds.ones());
    private final PseudoRandomCode code = new PseudoRandomCode(coin);
    private final RowHash hash = new RowHash(KkrtSender.ROW_BYTES, binding);
    private final long[] own = zeros.newRows();
    private final long[] masks = ones.newRows();
    private final long[] codes = new long[PseudoRandomCode.MOST * WORDS];

    private Blocks() {}

    /**
     * One block of a partition.
     *
     * @param items those of the whole partition, 16 bytes each
     * @param width bytes of a tag
     * @param tags for the whole partition; those of this block's rows are written
     * @return what the sender gets, 56 bytes for each row of the block
     */
    public byte[] mask(int partition, int block, byte[] items, int width, byte[] tags) {
      int from = SeededColumns.from(block);
      int rows = SeededColumns.rows(block, rows(items));
      zeros.fill(partition, block, rows, own);
      ones.fill(partition, block, rows, masks);
      byte[] masked = new byte[rows * KkrtSender.ROW_BYTES];
      for (int first = 0; first < rows; first += PseudoRandomCode.MOST) {
        int count = Math.min(PseudoRandomCode.MOST, rows - first);
        code.encode(items, from + first, count, codes, 0);
        int at = first * WORDS;
        for (int i = 0; i < count * WORDS; i++) {
          long word = own[at + i] ^ masks[at + i] ^ codes[i];
          LittleEndian.put(masked, (at + i) * Long.BYTES, word);
        }
      }
      for (int i = 0; i < rows; i++) {
        for (int word = 0; word < WORDS; word++) {
          hash.set(word, own[i * WORDS + word]);
        }
        hash.hash(partition, from + i, tags, (from + i) * width, width);
      }
      return masked;
    }
  }
}

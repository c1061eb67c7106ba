// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.party.PartyId;

/**
 * The one of two parties that has both keys of each of many random transfers. It learns nothing
 * about the receiver's choices, whatever it does. See {@link IknpReceiver}.
 */
public final class IknpSender {
  /** Base transfers of a use. */
  public static final int COLUMNS = 128;

  static final int ROW_BYTES = COLUMNS / Byte.SIZE;
  static final int WORDS = COLUMNS / Long.SIZE;
  static final String PART = "iknp";

  private final byte[] seeds;
  private final long[] columns;
  private final byte[] binding;

  private IknpSender(byte[] seeds, long[] columns, byte[] binding) {
    this.seeds = seeds;
    this.columns = columns;
    this.binding = binding;
  }

  /**
   * Agrees with the receiver, who calls {@link IknpReceiver#open} at the same time, on what all
   * partitions of a use have in common.
   *
   * @throws ProtocolException if the receiver does not follow the protocol
   */
  public static IknpSender open(
      Channel channel, PartyId receiver, OtUse use, PrivateRandomness randomness) {
    byte[] binding = use.binding(channel, PART);
    byte[] choices = new byte[ROW_BYTES];
    use.own(randomness, "ot/columns", binding, new byte[0]).fill(0, choices);
    byte[] seeds =
        BaseOtReceiver.run(channel, receiver, use, binding, randomness, choices, COLUMNS);
    long[] words = {LittleEndian.get(choices, 0), LittleEndian.get(choices, Long.BYTES)};
    return new IknpSender(seeds, words, binding);
  }

  /**
   * Takes in the masked choices of a partition.
   *
   * @param count the number of transfers, the receiver's
   * @throws ProtocolException if a block is another one or of another size
   */
  public KeyPairs receive(Channel channel, PartyId receiver, int partition, int count) {
    int bytes = Math.multiplyExact(count, KeyPairs.KEY_BYTES);
    KeyPairs keys = new KeyPairs(new byte[bytes], new byte[bytes]);
    Blocks blocks = blocks();
    for (int block = 0; block < SeededColumns.blocks(count); block++) {
      IknpRows masked = channel.receive(receiver, IknpRows.class);
      BlockOrder.check(receiver, partition, block, masked.partition(), masked.block());
      blocks.take(partition, block, count, masked.rows(), keys);
    }
    return keys;
  }

  /**
   * Which seed of each column this party has, random bits of its own: 16 bytes, of which bit i mod
   * 8 of byte i / 8 is the choice of column i. Secret.
   */
  public byte[] choices() {
    byte[] choices = new byte[ROW_BYTES];
    for (int word = 0; word < WORDS; word++) {
      LittleEndian.put(choices, word * Long.BYTES, columns[word]);
    }
    return choices;
  }

  /**
   * The chosen seed of each column: for a correlation of another kind over the same base transfers,
   * which derives keys of its own from them. Secret.
   */
  public byte[] chosenSeeds() {
    return seeds.clone();
  }

  /** For one thread's blocks, of any partitions. */
  public Blocks blocks() {
    return new Blocks();
  }

  /** Takes in blocks. Not safe for several threads. */
  public final class Blocks {
    private final SeededColumns seeded = new SeededColumns(seeds);
    private final RowHash hash = new RowHash(ROW_BYTES, binding);
    private final long[] own = seeded.newRows();

    private Blocks() {}

    /**
     * Turns what the receiver sent for a block into keys.
     *
     * @param count the transfers of the whole partition
     * @param keys for the whole partition; those of this block are written
     * @throws ProtocolException if it is not of the block's size
     */
    public void take(int partition, int block, int count, byte[] masked, KeyPairs keys) {
      int from = SeededColumns.from(block);
      int rows = SeededColumns.rows(block, count);
      BlockOrder.checkSize(masked.length, rows, ROW_BYTES);
      seeded.fill(partition, block, rows, own);
      for (int i = 0; i < rows; i++) {
        for (int word = 0; word < WORDS; word++) {
          int at = i * WORDS + word;
          own[at] ^= LittleEndian.get(masked, at * Long.BYTES) & columns[word];
        }
        write(partition, from + i, i, 0, keys.zeros());
        write(partition, from + i, i, -1, keys.ones());
      }
    }

    private void write(int partition, int row, int i, long choice, byte[] keys) {
      for (int word = 0; word < WORDS; word++) {
        hash.set(word, own[i * WORDS + word] ^ (columns[word] & choice));
      }
      hash.hash(partition, row, keys, row * KeyPairs.KEY_BYTES, KeyPairs.KEY_BYTES);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.party.PartyId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one of two parties that has the key of its choice of each of many random transfers, made of
 * 128 base transfers. It learns nothing about the other keys as long as it follows the protocol;
 * partitions and what must not happen are as with {@link KkrtReceiver}. (Ishai, Kilian, Nissim,
 * Petrank, CRYPTO 2003, figure 1; docs/protocol.md, section 9.)
 */
public final class IknpReceiver {
  private static final int WORDS = IknpSender.WORDS;

  private final KeyPairs seeds;
  private final byte[] binding;
  private final Set<Integer> used = ConcurrentHashMap.newKeySet();

  private IknpReceiver(KeyPairs seeds, byte[] binding) {
    this.seeds = seeds;
    this.binding = binding;
  }

  /**
   * Agrees with the sender, who calls {@link IknpSender#open} at the same time, on what all
   * partitions of a use have in common.
   *
   * @throws io.heddle.error.ProtocolException if the sender does not follow the protocol
   */
  public static IknpReceiver open(
      Channel channel, PartyId sender, OtUse use, PrivateRandomness randomness) {
    byte[] binding = use.binding(channel, IknpSender.PART);
    KeyPairs seeds =
        BaseOtSender.run(channel, sender, use, binding, randomness, IknpSender.COLUMNS);
    return new IknpReceiver(seeds, binding);
  }

  /**
   * Chooses in all transfers of a partition.
   *
   * @param choices bit i mod 8 of byte i / 8 is the choice of transfer i
   * @param count the number of transfers
   * @return the chosen keys, {@value KeyPairs#KEY_BYTES} bytes each, in order
   * @throws IllegalArgumentException if the partition has been sent before
   */
  public byte[] choose(Channel channel, PartyId sender, int partition, byte[] choices, int count) {
    if (!used.add(partition)) {
      throw new IllegalArgumentException("Partition " + partition + " has been sent already");
    }
    byte[] keys = new byte[Math.multiplyExact(count, KeyPairs.KEY_BYTES)];
    Blocks blocks = blocks();
    for (int block = 0; block < SeededColumns.blocks(count); block++) {
      byte[] masked = blocks.mask(partition, block, choices, count, keys);
      channel.send(sender, new IknpRows(partition, block, masked));
    }
    return keys;
  }

  /**
   * The seeds of the columns, both of each: for a correlation of another kind over the same base
   * transfers, which derives keys of its own from them. Secret.
   */
  public KeyPairs columnSeeds() {
    return seeds;
  }

  /** For one thread's blocks, of any partitions. */
  public Blocks blocks() {
    return new Blocks();
  }

  /** Makes blocks. Not safe for several threads. */
  public final class Blocks {
    private final SeededColumns zeros = new SeededColumns(seeds.zeros());
    private final SeededColumns ones = new SeededColumns(seeds.ones());
    private final RowHash hash = new RowHash(IknpSender.ROW_BYTES, binding);
    private final long[] own = zeros.newRows();
    private final long[] masks = ones.newRows();

    private Blocks() {}

    /**
     * One block of a partition.
     *
     * @param choices those of the whole partition
     * @param count the transfers of the whole partition
     * @param keys for the whole partition; those of this block are written
     * @return what the sender gets, 16 bytes for each transfer of the block
     */
    public byte[] mask(int partition, int block, byte[] choices, int count, byte[] keys) {
      int from = SeededColumns.from(block);
      int rows = SeededColumns.rows(block, count);
      zeros.fill(partition, block, rows, own);
      ones.fill(partition, block, rows, masks);
      byte[] masked = new byte[rows * IknpSender.ROW_BYTES];
      for (int i = 0; i < rows; i++) {
        long choice = -((choices[(from + i) >>> 3] >>> ((from + i) & 7)) & 1);
        for (int at = i * WORDS; at < (i + 1) * WORDS; at++) {
          LittleEndian.put(masked, at * Long.BYTES, own[at] ^ masks[at] ^ choice);
          hash.set(at % WORDS, own[at]);
        }
        hash.hash(partition, from + i, keys, (from + i) * KeyPairs.KEY_BYTES, KeyPairs.KEY_BYTES);
      }
      return masked;
    }
  }
}

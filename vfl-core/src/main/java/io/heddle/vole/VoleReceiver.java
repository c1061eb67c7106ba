// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.IknpReceiver;
import io.heddle.ot.KeyPairs;
import io.heddle.party.PartyId;
import io.heddle.vole.VoleMessage.NoiseProducts;
import io.heddle.vole.VoleMessage.TreeSums;

/**
 * The one of two parties that has two long vectors a and c over GF(2^128) in the end, both of which
 * look random, where the sender has a factor delta and b: c = a * delta + b. The receiver learns
 * nothing about delta, the sender nothing about a, and some two megabytes cross, whatever the
 * vectors' length.
 *
 * <p>For parties that follow the protocol, and as long as the compressed noise cannot be told from
 * random elements: an assumption, see {@link Noise} and docs/adr/0038-rr22.md. (Boyle, Couteau,
 * Gilboa, Ishai, eprint 2019/273, with regular noise; docs/protocol.md, section 12.)
 */
public final class VoleReceiver {
  private static final int ROW = Noise.PLACES * Elements.WORDS;

  private VoleReceiver() {}

  /**
   * What it has in the end, secret: for each element two words; what is behind the agreed size is
   * of no use.
   */
  public record Share(long[] a, long[] c) {
    @Override
    public String toString() {
      return "Share[secret]";
    }
  }

  /**
   * Runs the protocol with the sender, who runs {@link VoleSender#run} at the same time.
   *
   * @param size elements of the vectors, the same at both parties
   * @param meanwhile what there is to do while the sender works
   * @throws ProtocolException if the sender does not follow the protocol
   */
  public static Share run(
      Channel channel,
      PartyId sender,
      VoleUse use,
      PrivateRandomness randomness,
      int size,
      Runnable meanwhile) {
    byte[] binding = use.binding(channel);
    VoleShape shape = new VoleShape(use, binding, VoleShape.roundUp(size));
    Trees trees = shape.trees();
    byte[] seed = new byte[SeedStream.SEED_BYTES];
    use.own(randomness, binding, "vole/noise").fill(0, seed);
    SeedStream drawn = new SeedStream(seed, 0);
    int[] holes = holes(drawn, trees.leaves());
    long[] noise = drawn.words(ROW);

    IknpReceiver transfers = IknpReceiver.open(channel, sender, use.transfers(binding), randomness);
    byte[] keys = transfers.choose(channel, sender, 0, choices(trees, holes), shape.transfers());
    KeyPairs columns = transfers.columnSeeds();
    long[] products =
        sendProducts(
            channel,
            sender,
            noise,
            new KeyPairs(shape.maskSeeds(columns.zeros()), shape.maskSeeds(columns.ones())));
    meanwhile.run();

    long[] c = new long[trees.size() * Elements.WORDS];
    takeLeaves(channel, sender, trees, holes, keys, products, c);
    long[] a = new long[c.length];
    for (int tree = 0; tree < Noise.PLACES; tree++) {
      int at = holes[tree] * ROW + tree * Elements.WORDS;
      a[at] = noise[2 * tree];
      a[at + 1] = noise[2 * tree + 1];
    }
    shape.code().compress(a, c);
    return new Share(a, c);
  }

  /** The leaf of each tree that holds noise. */
  private static int[] holes(SeedStream drawn, int leaves) {
    int[] holes = new int[Noise.PLACES];
    for (int tree = 0; tree < Noise.PLACES; tree++) {
      // The bias of the upper half of a product is below 2^-40.
      holes[tree] = (int) Math.multiplyHigh(drawn.words(1)[0] >>> 1, 2L * leaves);
    }
    return holes;
  }

  private static byte[] choices(Trees trees, int[] holes) {
    byte[] choices = new byte[Noise.PLACES * trees.depth() / Byte.SIZE];
    int i = 0;
    for (int level = 1; level <= trees.depth(); level++) {
      for (int tree = 0; tree < Noise.PLACES; tree++, i++) {
        choices[i >>> 3] |= (byte) (trees.side(holes[tree], level) << (i & 7));
      }
    }
    return choices;
  }

  /** Sends the noise for the products; gives the own share of them. */
  private static long[] sendProducts(
      Channel channel, PartyId sender, long[] noise, KeyPairs maskSeeds) {
    long[] products = new long[ROW];
    long[] power = noise.clone();
    for (int first = 0; first < Elements.BITS; first += NoiseProducts.COLUMNS) {
      byte[] masked = new byte[NoiseProducts.BYTES];
      for (int bit = first; bit < first + NoiseProducts.COLUMNS; bit++) {
        long[] zeros = VoleShape.mask(maskSeeds.zeros(), bit);
        long[] ones = VoleShape.mask(maskSeeds.ones(), bit);
        mask(products, zeros, ones, power, masked, (bit - first) * ROW * Long.BYTES);
        for (int i = 0; i < ROW; i += Elements.WORDS) {
          FixedFactor.timesX(power, i);
        }
      }
      channel.send(sender, new NoiseProducts(masked));
    }
    return products;
  }

  /** Adds one mask to the own share, and writes what is sent under both. */
  private static void mask(
      long[] products, long[] zeros, long[] ones, long[] power, byte[] masked, int at) {
    for (int i = 0; i < products.length; i++) {
      products[i] ^= zeros[i];
      Elements.put(masked, at + i * Long.BYTES, zeros[i] ^ ones[i] ^ power[i]);
    }
  }

  /** All leaves as the sender has them, and in each hole the leaf plus noise times the factor. */
  private static void takeLeaves(
      Channel channel,
      PartyId sender,
      Trees trees,
      int[] holes,
      byte[] keys,
      long[] products,
      long[] c) {
    int levels = trees.depth();
    byte[] masked = channel.receive(sender, TreeSums.class).masked();
    if (masked.length != TreeSums.bytes(levels)) {
      throw new ProtocolException(
          "Invalid sums of "
              + masked.length
              + " bytes from "
              + sender
              + ": must be "
              + TreeSums.bytes(levels));
    }
    long[] sums = trees.newSums();
    for (int level = 1; level <= levels; level++) {
      for (int tree = 0; tree < Noise.PLACES; tree++) {
        int side = trees.side(holes[tree], level);
        int transfer = (level - 1) * Noise.PLACES + tree;
        int from = (2 * transfer + side) * Elements.BYTES;
        int key = transfer * KeyPairs.KEY_BYTES;
        int to = trees.sumAt(level, tree, side);
        sums[to] = Elements.get(masked, from) ^ Elements.get(keys, key);
        sums[to + 1] =
            Elements.get(masked, from + Long.BYTES) ^ Elements.get(keys, key + Long.BYTES);
      }
    }
    trees.growAround(holes, c, sums);
    long[] known = VoleShape.sumsOfLeaves(c);
    int last = TreeSums.bytes(levels) - ROW * Long.BYTES;
    for (int tree = 0; tree < Noise.PLACES; tree++) {
      int at = holes[tree] * ROW + tree * Elements.WORDS;
      for (int word = 0; word < Elements.WORDS; word++) {
        int i = Elements.WORDS * tree + word;
        c[at + word] = known[i] ^ products[i] ^ Elements.get(masked, last + i * Long.BYTES);
      }
    }
  }
}

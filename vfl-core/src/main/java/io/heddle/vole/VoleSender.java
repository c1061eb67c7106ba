// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.IknpSender;
import io.heddle.ot.KeyPairs;
import io.heddle.party.PartyId;
import io.heddle.vole.VoleMessage.NoiseProducts;
import io.heddle.vole.VoleMessage.TreeSums;

/**
 * The one of two parties that has the factor. For parties that follow the protocol; see {@link
 * VoleReceiver}.
 */
public final class VoleSender {
  private static final int ROW = Noise.PLACES * Elements.WORDS;

  private VoleSender() {}

  /**
   * What it has in the end, secret.
   *
   * @param delta the factor
   * @param b for each element two words; what is behind the agreed size is of no use
   */
  public record Share(FixedFactor delta, long[] b) {
    @Override
    public String toString() {
      return "Share[secret]";
    }
  }

  /**
   * Runs the protocol with the receiver, who runs {@link VoleReceiver#run} at the same time.
   *
   * @param size elements of the vectors, the same at both parties
   * @throws io.heddle.error.ProtocolException if the receiver does not follow the protocol
   */
  public static Share run(
      Channel channel, PartyId receiver, VoleUse use, PrivateRandomness randomness, int size) {
    byte[] binding = use.binding(channel);
    VoleShape shape = new VoleShape(use, binding, VoleShape.roundUp(size));
    IknpSender transfers = IknpSender.open(channel, receiver, use.transfers(binding), randomness);
    byte[] delta = transfers.choices();
    KeyPairs keys = transfers.receive(channel, receiver, 0, shape.transfers());
    long[] products = products(channel, receiver, delta, shape.maskSeeds(transfers.chosenSeeds()));

    Trees trees = shape.trees();
    long[] b = new long[trees.size() * Elements.WORDS];
    byte[] roots = new byte[Noise.PLACES * Elements.BYTES];
    use.own(randomness, binding, "vole/roots").fill(0, roots);
    Elements.fromBytes(roots, 0, b, 0, ROW);
    long[] sums = trees.newSums();
    trees.grow(b, sums);
    channel.send(receiver, new TreeSums(masked(trees, b, sums, products, keys)));
    shape.code().compress(b);
    return new Share(new FixedFactor(Elements.get(delta, Long.BYTES), Elements.get(delta, 0)), b);
  }

  /** The own share of the noise times the factor. (Gilboa, CRYPTO 1999.) */
  private static long[] products(
      Channel channel, PartyId receiver, byte[] delta, byte[] maskSeeds) {
    long[] products = new long[ROW];
    for (int first = 0; first < Elements.BITS; first += NoiseProducts.COLUMNS) {
      byte[] masked = channel.receive(receiver, NoiseProducts.class).masked();
      for (int bit = first; bit < first + NoiseProducts.COLUMNS; bit++) {
        long[] own = VoleShape.mask(maskSeeds, bit);
        long choice = -((delta[bit >>> 3] >>> (bit & 7)) & 1);
        addMasked(products, own, masked, (bit - first) * ROW * Long.BYTES, choice);
      }
    }
    return products;
  }

  /** Adds the own mask, and what came where the choice is -1 and not 0. */
  private static void addMasked(long[] products, long[] own, byte[] masked, int at, long choice) {
    for (int i = 0; i < products.length; i++) {
      products[i] ^= own[i] ^ (Elements.get(masked, at + i * Long.BYTES) & choice);
    }
  }

  private static byte[] masked(
      Trees trees, long[] leaves, long[] sums, long[] products, KeyPairs keys) {
    int levels = trees.depth();
    byte[] masked = new byte[TreeSums.bytes(levels)];
    int at = 0;
    for (int level = 1; level <= levels; level++) {
      for (int tree = 0; tree < Noise.PLACES; tree++) {
        int key = ((level - 1) * Noise.PLACES + tree) * KeyPairs.KEY_BYTES;
        mask(sums, trees.sumAt(level, tree, 0), keys.zeros(), key, masked, at);
        mask(sums, trees.sumAt(level, tree, 1), keys.ones(), key, masked, at + Elements.BYTES);
        at += 2 * Elements.BYTES;
      }
    }
    long[] all = VoleShape.sumsOfLeaves(leaves);
    for (int i = 0; i < ROW; i++) {
      Elements.put(masked, at + i * Long.BYTES, all[i] ^ products[i]);
    }
    return masked;
  }

  private static void mask(long[] sums, int from, byte[] keys, int key, byte[] into, int at) {
    Elements.put(into, at, sums[from] ^ Elements.get(keys, key));
    Elements.put(into, at + Long.BYTES, sums[from + 1] ^ Elements.get(keys, key + Long.BYTES));
  }
}

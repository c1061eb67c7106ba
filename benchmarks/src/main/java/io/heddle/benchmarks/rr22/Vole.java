// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.IknpReceiver;
import io.heddle.ot.IknpSender;
import io.heddle.ot.KeyPairs;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;

/**
 * Long random vectors with c = a * delta + b: one party has delta and b, the other a and c, and few
 * bytes cross. For parties that follow the protocol. (Boyle, Couteau, Gilboa, Ishai, eprint
 * 2019/273, with regular noise; the noise's products after Gilboa, CRYPTO 1999.)
 */
final class Vole {
  /**
   * Places of the noise: with a distance of a quarter of the code, which the authors of the code
   * take for it, a linear test has a bias of 2^-128 at most, as (1 - 2 / 4)^128.
   */
  static final int NOISE = 128;

  private static final int BITS = Words.BYTES * Byte.SIZE;

  private final Channel channel;
  private final PartyId peer;
  private final PrivateRandomness randomness;
  private final OtUse treeUse;
  private final OtUse deltaUse;
  private final Trees trees;
  private final ExpandConvolute code;
  private final int size;
  private final Laps laps;

  /**
   * @param size elements of the vectors, a multiple of 4
   * @param uses two, one for the trees, one for the products
   */
  Vole(
      Channel channel,
      PartyId peer,
      PrivateRandomness randomness,
      OtUse[] uses,
      byte[] codeSeed,
      int weight,
      int size,
      Laps laps) {
    this.channel = channel;
    this.peer = peer;
    this.randomness = randomness;
    this.treeUse = uses[0];
    this.deltaUse = uses[1];
    this.size = size;
    this.laps = laps;
    trees = new Trees(NOISE, (2 * size + NOISE - 1) / NOISE);
    code = new ExpandConvolute(codeSeed, size, weight);
  }

  /** What the party without delta has: elements from the beginning on; there may be more in c. */
  record Pair(long[] a, long[] c) {}

  /**
   * At the party that has delta.
   *
   * @return b
   */
  long[] send(byte[] delta, byte[] seed) {
    IknpSender transfers = IknpSender.open(channel, peer, treeUse, randomness);
    KeyPairs keys = transfers.receive(channel, peer, 0, NOISE * trees.depth());
    byte[] chosen =
        IknpReceiver.open(channel, peer, deltaUse, randomness)
            .choose(channel, peer, 0, delta, BITS);
    long[] products = productsOfSender(delta, chosen);
    laps.lap("base transfers and products");

    long[] b = new long[trees.size() * Words.EACH];
    System.arraycopy(new Stream(seed, 0).words(NOISE * Words.EACH), 0, b, 0, products.length);
    long[] sums = trees.newSums();
    trees.grow(b, sums);
    sendSums(b, sums, products, keys);
    laps.lap("trees");

    code.compress(b);
    laps.lap("compression");
    return b;
  }

  private long[] productsOfSender(byte[] delta, byte[] keys) {
    long[] products = new long[NOISE * Words.EACH];
    byte[] masked = Piece.receive(channel, peer, BITS * NOISE * Words.BYTES);
    for (int bit = 0; bit < BITS; bit++) {
      long[] own = new Stream(keys, bit * KeyPairs.KEY_BYTES).words(products.length);
      long choice = -((delta[bit >>> 3] >>> (bit & 7)) & 1);
      for (int i = 0; i < products.length; i++) {
        long theirs = Words.get(masked, (bit * products.length + i) * Long.BYTES);
        products[i] ^= own[i] ^ (theirs & choice);
      }
    }
    return products;
  }

  private void sendSums(long[] leaves, long[] sums, long[] products, KeyPairs keys) {
    int levels = trees.depth();
    byte[] masked = new byte[(2 * levels + 1) * NOISE * Words.BYTES];
    for (int level = 1, at = 0; level <= levels; level++) {
      for (int tree = 0; tree < NOISE; tree++) {
        int key = ((level - 1) * NOISE + tree) * KeyPairs.KEY_BYTES;
        at = mask(sums, trees.sumAt(level, tree, 0), keys.zeros(), key, masked, at);
        at = mask(sums, trees.sumAt(level, tree, 1), keys.ones(), key, masked, at);
      }
    }
    int last = 2 * levels * NOISE * Words.BYTES;
    long[] all = sumOfLeaves(leaves);
    for (int i = 0; i < all.length; i++) {
      Words.put(masked, last + i * Long.BYTES, all[i] ^ products[i]);
    }
    Piece.send(channel, peer, masked);
  }

  private static int mask(long[] sums, int from, byte[] keys, int key, byte[] into, int at) {
    Words.put(into, at, sums[from] ^ Words.get(keys, key));
    Words.put(into, at + 8, sums[from + 1] ^ Words.get(keys, key + 8));
    return at + Words.BYTES;
  }

  private static long[] sumOfLeaves(long[] leaves) {
    int row = NOISE * Words.EACH;
    long[] all = new long[row];
    for (int from = 0; from < leaves.length; from += row) {
      for (int i = 0; i < row; i++) {
        all[i] ^= leaves[from + i];
      }
    }
    return all;
  }

  /**
   * At the other party.
   *
   * @param meanwhile what else there is to do before the trees come
   */
  Pair receive(byte[] seed, Runnable meanwhile) {
    Stream stream = new Stream(seed, 0);
    int[] holes = new int[NOISE];
    for (int tree = 0; tree < NOISE; tree++) {
      // The bias of the upper half of a product is below 2^-40.
      holes[tree] = (int) Math.multiplyHigh(stream.words(1)[0] >>> 1, 2L * (trees.size() / NOISE));
    }
    long[] noise = stream.words(NOISE * Words.EACH);
    IknpReceiver transfers = IknpReceiver.open(channel, peer, treeUse, randomness);
    int levels = trees.depth();
    byte[] choices = new byte[NOISE * levels / Byte.SIZE];
    for (int level = 1, i = 0; level <= levels; level++) {
      for (int tree = 0; tree < NOISE; tree++, i++) {
        choices[i >>> 3] |= (byte) (trees.side(holes[tree], level) << (i & 7));
      }
    }
    byte[] keys = transfers.choose(channel, peer, 0, choices, NOISE * levels);
    KeyPairs pairs =
        IknpSender.open(channel, peer, deltaUse, randomness).receive(channel, peer, 0, BITS);
    long[] products = productsOfReceiver(noise, pairs);
    laps.lap("base transfers and products");
    meanwhile.run();

    long[] c = new long[trees.size() * Words.EACH];
    receiveLeaves(holes, keys, products, c);
    long[] both = new long[2 * c.length];
    for (int at = 0; at < c.length; at += Words.EACH) {
      both[2 * at + 2] = c[at];
      both[2 * at + 3] = c[at + 1];
    }
    for (int tree = 0; tree < NOISE; tree++) {
      int at = 2 * (holes[tree] * NOISE + tree) * Words.EACH;
      both[at] = noise[2 * tree];
      both[at + 1] = noise[2 * tree + 1];
    }
    laps.lap("trees");
    code.compressTwo(both);
    long[] a = new long[size * Words.EACH];
    for (int at = 0; at < a.length; at += Words.EACH) {
      a[at] = both[2 * at];
      a[at + 1] = both[2 * at + 1];
      c[at] = both[2 * at + 2];
      c[at + 1] = both[2 * at + 3];
    }
    laps.lap("compression");
    return new Pair(a, c);
  }

  private long[] productsOfReceiver(long[] noise, KeyPairs keys) {
    long[] products = new long[noise.length];
    long[] power = noise.clone();
    byte[] masked = new byte[BITS * NOISE * Words.BYTES];
    for (int bit = 0; bit < BITS; bit++) {
      long[] zeros = new Stream(keys.zeros(), bit * KeyPairs.KEY_BYTES).words(noise.length);
      long[] ones = new Stream(keys.ones(), bit * KeyPairs.KEY_BYTES).words(noise.length);
      for (int i = 0; i < noise.length; i++) {
        products[i] ^= zeros[i];
        Words.put(masked, (bit * noise.length + i) * Long.BYTES, zeros[i] ^ ones[i] ^ power[i]);
      }
      for (int at = 0; at < power.length; at += Words.EACH) {
        FixedFactor.timesX(power, at);
      }
    }
    Piece.send(channel, peer, masked);
    return products;
  }

  /** All leaves as the sender has them, and in each hole the leaf plus noise times delta. */
  private void receiveLeaves(int[] holes, byte[] keys, long[] products, long[] c) {
    int levels = trees.depth();
    byte[] masked = Piece.receive(channel, peer, (2 * levels + 1) * NOISE * Words.BYTES);
    long[] sums = trees.newSums();
    for (int level = 1; level <= levels; level++) {
      for (int tree = 0; tree < NOISE; tree++) {
        int side = trees.side(holes[tree], level);
        int transfer = (level - 1) * NOISE + tree;
        int from = (2 * transfer + side) * Words.BYTES;
        int key = transfer * KeyPairs.KEY_BYTES;
        int to = trees.sumAt(level, tree, side);
        sums[to] = Words.get(masked, from) ^ Words.get(keys, key);
        sums[to + 1] = Words.get(masked, from + 8) ^ Words.get(keys, key + 8);
      }
    }
    trees.growAround(holes, c, sums);
    long[] known = sumOfLeaves(c);
    int last = 2 * levels * NOISE * Words.BYTES;
    for (int tree = 0; tree < NOISE; tree++) {
      int at = (holes[tree] * NOISE + tree) * Words.EACH;
      for (int word = 0; word < Words.EACH; word++) {
        int i = 2 * tree + word;
        c[at + word] = known[i] ^ products[i] ^ Words.get(masked, last + i * Long.BYTES);
      }
    }
  }
}

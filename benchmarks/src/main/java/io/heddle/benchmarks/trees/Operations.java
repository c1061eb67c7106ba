// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.TestMessage;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.bucket.Histogram;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.crypto.paillier.PaillierPublicKey;
import io.heddle.party.PartyId;
import io.heddle.train.trees.TreeMessages;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The operations of a fit one by one, on numbers of their own, in the very process that makes the
 * fit. A party breaks off now and then and takes a sample of those that it is about: machines are
 * not as fast in one second as in the next, and a process not as fast when the other one computes
 * beside it. For one thread.
 */
final class Operations {
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final int ROWS = 4 * TreeMessages.CHUNK_CIPHERTEXTS;
  private static final int MOST = 1 << 18;
  private static final int NODE = 1 << 14;
  private static final int COLUMNS = 10;
  private static final int ANSWERS = 256;
  private static final int BINS = 32;
  private static final int VALUE_BITS = 64;
  private static final int MESSAGES = 1024;

  private final boolean holdsLabels;
  private final PaillierPrivateKey key;
  private final PaillierPublicKey open;
  private final List<PlaintextBlock> chunks = new ArrayList<>();
  private final PlaintextBlock masks;
  private final CiphertextBlock answers;
  private final byte[] arriving;
  private final CiphertextBlock tree;
  private final byte[][] bins;
  private final int[] sizes = new int[COLUMNS];
  private final int[] node;
  private final BigInteger bound;
  private long uses;

  private Sampled encrypt = new Sampled();
  private Sampled check = new Sampled();
  private Sampled add = new Sampled();
  private Sampled square = new Sampled();
  private Sampled mask = new Sampled();

  /** What samples of one operation took. */
  private static final class Sampled {
    private double cpuSeconds;
    private long operations;

    void take(int count, Runnable work) {
      Cost.Watch watch = new Cost.Watch();
      work.run();
      cpuSeconds += watch.lap().cpuSeconds();
      operations += count;
    }

    double each() {
      return operations == 0 ? Double.NaN : cpuSeconds / operations;
    }
  }

  /**
   * With a key of its own.
   *
   * @param holdsLabels whether this party is to encrypt, not to add up
   * @param plaintextBits of what is encrypted
   * @param ofTree ciphertexts: how many there are decides which of them are in a cache; at most
   *     262,144 are taken
   */
  Operations(boolean holdsLabels, int keyBits, int plaintextBits, int ofTree) {
    this.holdsLabels = holdsLabels;
    key = PaillierPrivateKey.generate(keyBits, new SecureRandom());
    open = key.publicKey();
    Random random = new Random(1);
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      values.add(new BigInteger(plaintextBits, random));
    }
    for (int from = 0; from < ROWS; from += TreeMessages.CHUNK_CIPHERTEXTS) {
      chunks.add(
          PlaintextBlock.of(from, values.subList(from, from + TreeMessages.CHUNK_CIPHERTEXTS)));
    }
    masks = PlaintextBlock.of(0, values.subList(0, ANSWERS));
    CiphertextBlock block = key.encrypt(PlaintextBlock.of(0, values), fresh());
    answers = block.slice(0, ANSWERS);
    arriving = block.toBytes();
    int ciphertexts = holdsLabels ? NODE : Math.max(NODE, Math.min(ofTree, MOST));
    byte[] many = new byte[ciphertexts * open.ciphertextBytes()];
    for (int at = 0; at < many.length; at += arriving.length) {
      System.arraycopy(arriving, 0, many, at, Math.min(arriving.length, many.length - at));
    }
    tree = CiphertextBlock.fromBytes(open, many, ciphertexts);
    bins = new byte[COLUMNS][ciphertexts];
    for (byte[] column : bins) {
      for (int i = 0; i < ciphertexts; i++) {
        column[i] = (byte) random.nextInt(BINS);
      }
    }
    Arrays.fill(sizes, BINS);
    int apart = ciphertexts / NODE;
    node = IntStream.range(0, NODE).map(i -> i * apart + random.nextInt(apart)).toArray();
    bound = BigInteger.ONE.shiftLeft(plaintextBits + VALUE_BITS);
  }

  /** Until the compiler has done its work, and forgets what it took. */
  void warmUp() {
    for (long begun = System.nanoTime(); System.nanoTime() - begun < WARM_UP.toNanos(); ) {
      if (holdsLabels) {
        sampleEncrypting();
      } else {
        sampleAdding();
      }
    }
    restart();
  }

  /** A twentieth of a second of what the label holder does. */
  void sampleEncrypting() {
    encrypt.take(ROWS, () -> chunks.forEach(chunk -> key.encrypt(chunk, fresh()).toBytes()));
  }

  /** Half a second of what a feature holder does. */
  void sampleAdding() {
    add.take(
        COLUMNS * (NODE - BINS),
        () -> BinSums.histogram(open.space(), Histogram.planApart(bins, sizes, node), tree, bound));
    for (int i = 0; i < 8; i++) {
      check.take(ROWS, () -> CiphertextBlock.fromBytes(open, arriving, ROWS));
      square.take(
          ANSWERS / 2 * VALUE_BITS, () -> BinSums.pack(open.space(), bounded(), VALUE_BITS, 2));
    }
    mask.take(ANSWERS, () -> open.addAndObfuscate(answers, masks, fresh()));
    mask.take(ANSWERS, () -> open.addAndObfuscate(answers, masks, fresh()));
  }

  /** What has been sampled since this was last asked. */
  UnitCosts taken(double carry) {
    UnitCosts taken =
        new UnitCosts(encrypt.each(), check.each(), add.each(), square.each(), mask.each(), carry);
    restart();
    return taken;
  }

  private void restart() {
    encrypt = new Sampled();
    check = new Sampled();
    add = new Sampled();
    square = new Sampled();
    mask = new Sampled();
  }

  /**
   * Processor seconds of a byte on its way, by messages of this size. Both parties call it.
   *
   * @param step for this alone
   */
  static double carry(Channel step, boolean sends, int bytes) {
    PartyId peer = step.peers().first();
    carry(step, peer, sends, bytes, MESSAGES / 4);
    Cost.Watch watch = new Cost.Watch();
    carry(step, peer, sends, bytes, MESSAGES);
    return watch.lap().cpuSeconds() / MESSAGES / bytes;
  }

  private static void carry(Channel step, PartyId peer, boolean sends, int bytes, int messages) {
    for (int i = 0; i < messages; i++) {
      if (sends) {
        step.send(peer, new TestMessage.Blob(new byte[bytes]));
      } else {
        step.receive(peer, TestMessage.Blob.class);
      }
    }
    // Until the last one is there.
    if (sends) {
      step.receive(peer, TestMessage.Text.class);
    } else {
      step.send(peer, new TestMessage.Text("all"));
    }
  }

  private CiphertextBlock bounded() {
    return open.space()
        .block(
            open.space().residues(answers),
            BigInteger.ONE.shiftLeft(VALUE_BITS).subtract(BigInteger.ONE));
  }

  private Randomness fresh() {
    return Randomness.derive(
        new byte[32], "unit costs", ByteBuffer.allocate(Long.BYTES).putLong(uses++).array());
  }
}

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
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * What one operation of a fit takes, in processor seconds of the whole process, in the very process
 * that has made the fit: with its collector, and while the peer measures the same beside it.
 *
 * @param encrypt a number under the own key, as many at once as go into a message, and write it
 * @param check a ciphertext that has come
 * @param add a ciphertext to its bin, with many others: those of a node, which are here and there
 * @param square one of those squarings that shift a sum
 * @param mask one under a peer's key: adding a number and giving it fresh randomness
 * @param carry a byte to the other party or from it, whichever this one does with derivatives
 */
record UnitCosts(double encrypt, double check, double add, double square, double mask, double carry)
    implements Serializable {
  private static final int ROWS = 8192;
  private static final int MOST = 1 << 18;
  private static final int COLUMNS = 10;
  private static final int ANSWERS = 256;
  private static final int BINS = 32;
  private static final int VALUE_BITS = 64;
  private static final int MESSAGES = 1024;
  private static final double MICROS = 1e6;

  /**
   * @param plaintextBits of what is encrypted
   * @param ofTree ciphertexts: how many there are decides which of them are in a cache; taken as
   *     many at least and at most as can be added up in a moment
   * @param each for so long, after warming up for a quarter of it
   * @param carry as {@link #carry} has measured it
   */
  static UnitCosts measure(int keyBits, int plaintextBits, int ofTree, Duration each, double carry)
      throws Exception {
    int ciphertexts = Math.max(ROWS, Math.min(ofTree, MOST));
    PaillierPrivateKey key = PaillierPrivateKey.generate(keyBits, new SecureRandom());
    PaillierPublicKey open = key.publicKey();
    Random random = new Random(1);
    List<BigInteger> values = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      values.add(new BigInteger(plaintextBits, random));
    }
    byte[][] bins = new byte[COLUMNS][ciphertexts];
    for (byte[] column : bins) {
      for (int i = 0; i < ciphertexts; i++) {
        column[i] = (byte) random.nextInt(BINS);
      }
    }
    PlaintextBlock rows = PlaintextBlock.of(0, values);
    List<PlaintextBlock> chunks = new ArrayList<>();
    for (int from = 0; from < ROWS; from += TreeMessages.CHUNK_CIPHERTEXTS) {
      chunks.add(
          PlaintextBlock.of(from, values.subList(from, from + TreeMessages.CHUNK_CIPHERTEXTS)));
    }
    PlaintextBlock few = PlaintextBlock.of(0, values.subList(0, ANSWERS));
    long[] uses = {0};
    CiphertextBlock block = key.encrypt(rows, fresh(uses));
    CiphertextBlock answers = block.slice(0, ANSWERS);
    byte[] bytes = block.toBytes();
    byte[] many = new byte[ciphertexts * open.ciphertextBytes()];
    for (int at = 0; at < many.length; at += bytes.length) {
      System.arraycopy(bytes, 0, many, at, Math.min(bytes.length, many.length - at));
    }
    CiphertextBlock tree = CiphertextBlock.fromBytes(open, many, ciphertexts);
    int[] node = IntStream.range(0, ciphertexts).filter(i -> random.nextBoolean()).toArray();
    int[] sizes = new int[COLUMNS];
    Arrays.fill(sizes, BINS);
    BigInteger bound = BigInteger.ONE.shiftLeft(plaintextBits + VALUE_BITS);
    return new UnitCosts(
        seconds(each, ROWS, () -> encrypt(key, chunks, fresh(uses))),
        seconds(each, ROWS, () -> CiphertextBlock.fromBytes(open, bytes, ROWS)),
        seconds(
            each,
            COLUMNS * (node.length - BINS),
            () ->
                BinSums.histogram(
                    open.space(), Histogram.planApart(bins, sizes, node), tree, bound)),
        seconds(
            each,
            ANSWERS / 2 * VALUE_BITS,
            () -> BinSums.pack(open.space(), bounded(open, answers), VALUE_BITS, 2)),
        seconds(each, ANSWERS, () -> open.addAndObfuscate(answers, few, fresh(uses))),
        carry);
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

  UnitCosts plus(UnitCosts other) {
    return new UnitCosts(
        encrypt + other.encrypt,
        check + other.check,
        add + other.add,
        square + other.square,
        mask + other.mask,
        carry + other.carry);
  }

  UnitCosts times(double factor) {
    return new UnitCosts(
        factor * encrypt,
        factor * check,
        factor * add,
        factor * square,
        factor * mask,
        factor * carry);
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("encrypt", MICROS * encrypt);
    map.put("check", MICROS * check);
    map.put("add", MICROS * add);
    map.put("square", MICROS * square);
    map.put("mask", MICROS * mask);
    map.put("carryMegabyte", MICROS * 1e6 * carry);
    return map;
  }

  private static double seconds(Duration each, int operations, Callable<?> call) throws Exception {
    repeat(each.dividedBy(4), call);
    Cost.Watch watch = new Cost.Watch();
    long calls = repeat(each, call);
    return watch.lap().cpuSeconds() / calls / operations;
  }

  private static long repeat(Duration duration, Callable<?> call) throws Exception {
    long calls = 0;
    long begun = System.nanoTime();
    do {
      call.call();
      calls++;
    } while (System.nanoTime() - begun < duration.toNanos());
    return calls;
  }

  private static long encrypt(
      PaillierPrivateKey key, List<PlaintextBlock> chunks, Randomness noise) {
    return chunks.stream().mapToLong(chunk -> key.encrypt(chunk, noise).toBytes().length).sum();
  }

  private static CiphertextBlock bounded(PaillierPublicKey key, CiphertextBlock answers) {
    return key.space()
        .block(
            key.space().residues(answers),
            BigInteger.ONE.shiftLeft(VALUE_BITS).subtract(BigInteger.ONE));
  }

  private static Randomness fresh(long[] uses) {
    return Randomness.derive(
        new byte[32], "unit costs", ByteBuffer.allocate(Long.BYTES).putLong(uses[0]++).array());
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.benchmarks.Bursts;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.bucket.BinSums;
import io.heddle.crypto.bucket.Histogram;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.crypto.paillier.PaillierPublicKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one operation of a fit takes on one core, in seconds, as this very machine has it now.
 *
 * @param encrypt a number under the own key, and write it as it is sent
 * @param check a ciphertext that has come
 * @param add a ciphertext to its bin, with many others
 * @param square one of those squarings that shift a sum
 * @param mask one under a peer's key: adding a number and giving it fresh randomness
 * @param decrypt one
 */
record UnitCosts(
    double encrypt, double check, double add, double square, double mask, double decrypt) {
  private static final int ROWS = 8192;
  private static final int ANSWERS = 256;
  private static final int BINS = 32;
  private static final int VALUE_BITS = 64;

  static UnitCosts measure(int keyBits, Duration each) throws Exception {
    Bursts bursts = new Bursts(each);
    PaillierPrivateKey key = PaillierPrivateKey.generate(keyBits, new SecureRandom());
    PaillierPublicKey open = key.publicKey();
    SplittableRandom random = new SplittableRandom(1);
    List<BigInteger> values = new ArrayList<>();
    byte[][] bins = new byte[1][ROWS];
    for (int i = 0; i < ROWS; i++) {
      values.add(BigInteger.valueOf(random.nextLong() >>> 1));
      bins[0][i] = (byte) random.nextInt(BINS);
    }
    PlaintextBlock rows = PlaintextBlock.of(0, values);
    PlaintextBlock few = PlaintextBlock.of(0, values.subList(0, ANSWERS));
    long[] uses = {0};
    CiphertextBlock block = key.encrypt(rows, fresh(uses));
    CiphertextBlock answers = block.slice(0, ANSWERS);
    byte[] bytes = block.toBytes();
    int[] sizes = {BINS};
    BigInteger bound = BigInteger.ONE.shiftLeft(2 * VALUE_BITS);
    return new UnitCosts(
        bursts.measure(ROWS, () -> key.encrypt(rows, fresh(uses)).toBytes()) / 1e9,
        bursts.measure(ROWS, () -> CiphertextBlock.fromBytes(open, bytes, ROWS)) / 1e9,
        bursts.measure(
                ROWS - BINS,
                () ->
                    BinSums.histogram(open.space(), Histogram.planApart(bins, sizes), block, bound))
            / 1e9,
        bursts.measure(
                ANSWERS / 2 * VALUE_BITS,
                () -> BinSums.pack(open.space(), bounded(open, answers), VALUE_BITS, 2))
            / 1e9,
        bursts.measure(ANSWERS, () -> open.addAndObfuscate(answers, few, fresh(uses))) / 1e9,
        bursts.measure(ANSWERS, () -> key.decrypt(answers)) / 1e9);
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

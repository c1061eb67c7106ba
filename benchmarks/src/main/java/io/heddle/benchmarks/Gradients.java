// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.BucketProduct;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The product X^T d of 20 columns with encrypted residuals of 20 bits, down to one ciphertext per
 * column: bucket product, fold and all. {@link #wide} has columns of 20 bits, as two halves of 10
 * bits whose sums are decrypted apart; {@link #narrow} has the 12 bits that training uses.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class Gradients {
  static final int COLUMNS = 20;
  private static final int RESIDUAL_BITS = 20;
  private static final int HALF_BITS = 10;

  @Param("100000")
  int rows;

  private PaillierPrivateKey key;
  private RowPacking widePacking;
  private RowPacking narrowPacking;
  private CiphertextBlock wideResiduals;
  private CiphertextBlock narrowResiduals;
  private short[][] halves;
  private short[][] columns;

  @Setup
  public void setUp() {
    SecureRandom random = new SecureRandom();
    key = PaillierPrivateKey.generate(2048, random);
    long[] residuals = new long[rows];
    for (int i = 0; i < rows; i++) {
      residuals[i] = random.nextInt(-(1 << RESIDUAL_BITS), (1 << RESIDUAL_BITS) + 1);
    }
    widePacking = new RowPacking(2048, RESIDUAL_BITS, HALF_BITS + 1, rows);
    narrowPacking = new RowPacking(2048, RESIDUAL_BITS, 12, rows);
    wideResiduals = encrypt(widePacking, residuals);
    narrowResiduals = encrypt(narrowPacking, residuals);
    halves = random(random, 2 * COLUMNS, HALF_BITS);
    columns = random(random, COLUMNS, 11);
    requireSum(residuals, columns[0], narrowPacking, narrow());
    requireSum(residuals, halves[0], widePacking, wide());
  }

  private CiphertextBlock encrypt(RowPacking packing, long[] residuals) {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    PlaintextBlock packed = packing.pack(key.publicKey(), residuals, 0, rows);
    return key.encrypt(packed, Randomness.derive(secret, "benchmark"));
  }

  private short[][] random(SecureRandom random, int count, int bits) {
    short[][] made = new short[count][rows];
    for (short[] column : made) {
      for (int i = 0; i < rows; i++) {
        column[i] = (short) random.nextInt(-(1 << bits), (1 << bits) + 1);
      }
    }
    return made;
  }

  private void requireSum(
      long[] residuals, short[] column, RowPacking packing, CiphertextBlock sums) {
    long sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += residuals[i] * column[i];
    }
    PlaintextBlock masks =
        packing.masks(key.publicKey(), sums.size(), Randomness.derive(new byte[32], "masks"));
    CiphertextBlock masked =
        key.publicKey().addMasks(sums, masks, Randomness.derive(new byte[32], "answers"));
    long[] answers = packing.unmask(packing.middleSlots(key.decrypt(masked)), masks);
    if (answers[0] != sum) {
      throw new IllegalStateException("The sum of column 0 is wrong");
    }
  }

  @Benchmark
  public CiphertextBlock wide() {
    return BucketProduct.compute(key.publicKey(), widePacking, wideResiduals, 0, rows, halves);
  }

  @Benchmark
  public CiphertextBlock narrow() {
    return BucketProduct.compute(key.publicKey(), narrowPacking, narrowResiduals, 0, rows, columns);
  }
}

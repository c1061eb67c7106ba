// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.bucket.Histogram;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
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
 * Encrypted sums by bin of 20 columns with 32 bins each at 2048-bit keys, with the planning of the
 * joint buckets. A figure is the whole histogram; its rows lie beyond the caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class Histograms {
  static final int COLUMNS = 20;
  static final int BINS = 32;
  private static final int DIFFERENT = 1000;

  @Param("100000")
  int rows;

  private Modulus modulus;
  private Residues ciphertexts;
  private final byte[][] bins = new byte[COLUMNS][];
  private final int[] sizes = new int[COLUMNS];

  @Setup
  public void setUp() {
    SecureRandom random = new SecureRandom();
    BigInteger n =
        BigInteger.probablePrime(1024, random).multiply(BigInteger.probablePrime(1024, random));
    modulus = Modulus.of(n.multiply(n));
    Residues different = modulus.residues(Numbers.below(4090, Math.min(rows, DIFFERENT)));
    // Products of neighbours, until there are enough.
    while (different.size() < rows) {
      int size = different.size();
      int[] next = new int[size];
      Arrays.setAll(next, i -> (i + 1) % size);
      Residues products = modulus.multiply(different, modulus.gather(different, next));
      different = modulus.concat(List.of(different, products));
    }
    ciphertexts = different.slice(0, rows);
    for (int j = 0; j < COLUMNS; j++) {
      sizes[j] = BINS;
      bins[j] = new byte[rows];
      random.nextBytes(bins[j]);
      for (int i = 0; i < rows; i++) {
        bins[j][i] &= BINS - 1;
      }
    }
    if (!Arrays.equals(modulus.toIntegers(apart()), modulus.toIntegers(joint()))) {
      throw new IllegalStateException("Joint buckets give other sums");
    }
  }

  @Benchmark
  public Residues apart() {
    return Histogram.planApart(bins, sizes).compute(modulus, ciphertexts);
  }

  @Benchmark
  public Residues joint() {
    return Histogram.plan(bins, sizes).compute(modulus, ciphertexts);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import java.math.BigInteger;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One product and one square modulo an odd number, in a block that stays in the kernel's form,
 * beside {@link BigInteger}. The sizes are those of N and N² for keys of 2048 and 3072 bits.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class ModularMultiplication {
  static final int NUMBERS = 64;

  @Param({"2048", "3072", "4096", "6144"})
  int bits;

  private BigInteger n;
  private BigInteger[] a;
  private BigInteger[] b;
  private Modulus modulus;
  private Residues left;
  private Residues right;

  @Setup
  public void setUp() {
    n = Numbers.below(bits, 1)[0].setBit(bits - 1).setBit(0);
    a = Numbers.below(bits - 1, NUMBERS);
    b = Numbers.below(bits - 1, NUMBERS);
    modulus = Modulus.of(n);
    left = modulus.residues(a);
    right = modulus.residues(b);
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public Residues multiply() {
    return modulus.multiply(left, right);
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public Residues square() {
    return modulus.square(left, 1);
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public int multiplyByBigInteger() {
    int all = 0;
    for (int i = 0; i < NUMBERS; i++) {
      all ^= a[i].multiply(b[i]).mod(n).signum();
    }
    return all;
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public int squareByBigInteger() {
    int all = 0;
    for (int i = 0; i < NUMBERS; i++) {
      all ^= a[i].multiply(a[i]).mod(n).signum();
    }
    return all;
  }
}

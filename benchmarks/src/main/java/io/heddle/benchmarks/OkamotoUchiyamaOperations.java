// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.okamoto.OkamotoUchiyamaPrivateKey;
import io.heddle.crypto.okamoto.OkamotoUchiyamaPublicKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * What a protocol does with one Okamoto-Uchiyama ciphertext, in blocks, with fresh randomness for
 * every block. Plaintexts are as long as the key allows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class OkamotoUchiyamaOperations {
  static final int NUMBERS = 64;

  private static final Map<Integer, OkamotoUchiyamaPrivateKey> KEYS = new ConcurrentHashMap<>();

  @Param("2048")
  int keyBits;

  private final byte[] secret = new byte[32];
  private long uses;
  private OkamotoUchiyamaPrivateKey key;
  private OkamotoUchiyamaPublicKey publicKey;
  private PlaintextBlock plaintexts;
  private CiphertextBlock left;
  private CiphertextBlock right;

  @Setup
  public void setUp() {
    SecureRandom random = new SecureRandom();
    random.nextBytes(secret);
    key = KEYS.computeIfAbsent(keyBits, bits -> OkamotoUchiyamaPrivateKey.generate(bits, random));
    publicKey = key.publicKey();
    // Two bits less, so that a sum fits.
    BigInteger[] numbers = Numbers.below(publicKey.plaintextBits() - 2, NUMBERS);
    plaintexts = PlaintextBlock.of(0, Arrays.asList(numbers));
    left = encryptOwner();
    right = encryptPublic();
    for (int i = 0; i < NUMBERS; i++) {
      // A fast encryption that repeats itself would be none.
      if (Arrays.equals(left.slice(i, i + 1).toBytes(), right.slice(i, i + 1).toBytes())) {
        throw new IllegalStateException("Two encryptions of number " + i + " are the same");
      }
    }
    PlaintextBlock read = key.decrypt(add());
    for (int i = 0; i < NUMBERS; i++) {
      if (!read.get(i).equals(numbers[i].shiftLeft(1))) {
        throw new IllegalStateException("Sum " + i + " is not read as what was added");
      }
    }
  }

  private Randomness freshRandomness() {
    return Randomness.derive(
        secret, "benchmark", ByteBuffer.allocate(Long.BYTES).putLong(uses++).array());
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public CiphertextBlock encryptOwner() {
    return key.encrypt(plaintexts, freshRandomness());
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public CiphertextBlock encryptPublic() {
    return publicKey.encrypt(plaintexts, freshRandomness());
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public CiphertextBlock add() {
    return publicKey.add(left, right);
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public PlaintextBlock decrypt() {
    return key.decrypt(left);
  }
}

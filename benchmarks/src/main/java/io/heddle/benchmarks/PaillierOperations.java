// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierKeyType;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.crypto.paillier.PaillierPublicKey;
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

/** What training does with one ciphertext, in blocks, with fresh randomness for every block. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class PaillierOperations {
  static final int NUMBERS = 64;

  private static final Map<String, PaillierPrivateKey> KEYS = new ConcurrentHashMap<>();

  @Param("2048")
  int keyBits;

  @Param({"OPTIMISED", "DJN"})
  PaillierKeyType keyType;

  private final byte[] secret = new byte[32];
  private long uses;
  private PaillierPrivateKey key;
  private PaillierPublicKey publicKey;
  private PlaintextBlock plaintexts;
  private PlaintextBlock masks;
  private CiphertextBlock left;
  private CiphertextBlock right;

  @Setup
  public void setUp() {
    SecureRandom random = new SecureRandom();
    random.nextBytes(secret);
    key =
        KEYS.computeIfAbsent(
            keyBits + " " + keyType, name -> PaillierPrivateKey.generate(keyType, keyBits, random));
    publicKey = key.publicKey();
    BigInteger[] numbers = Numbers.below(keyBits - 8, NUMBERS);
    plaintexts = PlaintextBlock.of(0, Arrays.asList(numbers));
    masks =
        PlaintextBlock.of(
            0, Arrays.stream(numbers).map(number -> number.setBit(keyBits - 7)).toList());
    left = encryptOwner();
    right = encryptPublic();
    requireRandom(left, right);
    requireRandom(addMasks(), addMasks());
    PlaintextBlock read = key.decrypt(left);
    for (int i = 0; i < NUMBERS; i++) {
      if (!read.get(i).equals(numbers[i])) {
        throw new IllegalStateException("Ciphertext " + i + " is not read as what was encrypted");
      }
    }
  }

  /** A fast encryption that repeats itself would be none. */
  private static void requireRandom(CiphertextBlock one, CiphertextBlock other) {
    for (int i = 0; i < NUMBERS; i++) {
      if (Arrays.equals(one.slice(i, i + 1).toBytes(), other.slice(i, i + 1).toBytes())) {
        throw new IllegalStateException("Two encryptions of number " + i + " are the same");
      }
    }
  }

  private Randomness freshRandomness() {
    return Randomness.derive(
        secret, "benchmark", ByteBuffer.allocate(Long.BYTES).putLong(uses++).array());
  }

  /** Bits of the random exponent of one encryption. */
  int randomnessBits() {
    return keyType.randomnessBits(keyBits);
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
  public CiphertextBlock addMasks() {
    return publicKey.addMasks(left, masks, freshRandomness());
  }

  @Benchmark
  @OperationsPerInvocation(NUMBERS)
  public PlaintextBlock decrypt() {
    return key.decrypt(left);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.HashToCurve;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.crypto.KeyAgreement;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What alignment does with one id: hashing it to a point and multiplying a point, beside the JDK's
 * X25519. (The JDK does not hash to curves.)
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class Curve25519Points {
  static final int POINTS = 256;

  private final byte[] tag = "heddle benchmark".getBytes(StandardCharsets.UTF_8);
  private List<byte[]> messages;
  private byte[] points;
  private byte[] scalar;
  private KeyAgreement agreement;
  private KeyPair peer;

  @Setup
  public void setUp() throws GeneralSecurityException {
    messages =
        IntStream.range(0, POINTS)
            .mapToObj(i -> ("customer " + i).getBytes(StandardCharsets.UTF_8))
            .toList();
    points = hashToCurve();
    scalar = Curve25519.newScalar(new SecureRandom());
    KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
    agreement = KeyAgreement.getInstance("X25519");
    agreement.init(generator.generateKeyPair().getPrivate());
    peer = generator.generateKeyPair();
  }

  @Benchmark
  @OperationsPerInvocation(POINTS)
  public byte[] multiply() {
    return Curve25519.multiplyAll(scalar, points, count -> {});
  }

  @Benchmark
  @OperationsPerInvocation(POINTS)
  public byte[] hashToCurve() {
    return HashToCurve.encodeAll(messages, tag);
  }

  @Benchmark
  public byte[] multiplyByJdk() throws GeneralSecurityException {
    agreement.doPhase(peer.getPublic(), true);
    return agreement.generateSecret();
  }
}

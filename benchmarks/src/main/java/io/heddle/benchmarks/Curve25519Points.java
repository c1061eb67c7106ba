// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.crypto.curve25519.AdditiveBlinding;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.FullPoints;
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
 * X25519. (The JDK does not hash to curves.) Then what a question of {@code ecdh-oprf} costs: at
 * the receiver before it asks, at the sender, and at the receiver when the answer is there.
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
  private byte[] numbers;
  private AdditiveBlinding blinding;
  private AdditiveBlinding.Blinded blinded;
  private byte[] answers;
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
    numbers = new byte[points.length];
    new SecureRandom().nextBytes(numbers);
    blinding = blindingTables();
    blinded = blind();
    answers = multiplyFull();
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

  /** Tables of the key's multiples, once a run. */
  @Benchmark
  public AdditiveBlinding blindingTables() {
    return new AdditiveBlinding(Curve25519.multiply(scalar, Curve25519.basePoint()));
  }

  /** Both fixed-base multiples, the hash's v and the sum. */
  @Benchmark
  @OperationsPerInvocation(POINTS)
  public AdditiveBlinding.Blinded blind() {
    return blinding.blind(points, numbers);
  }

  @Benchmark
  @OperationsPerInvocation(POINTS)
  public byte[] multiplyFull() {
    return FullPoints.multiplyAll(scalar, blinded.points(), count -> {});
  }

  @Benchmark
  @OperationsPerInvocation(POINTS)
  public byte[] reveal() {
    return blinded.reveal(answers, count -> {});
  }

  @Benchmark
  public byte[] multiplyByJdk() throws GeneralSecurityException {
    agreement.doPhase(peer.getPublic(), true);
    return agreement.generateSecret();
  }
}

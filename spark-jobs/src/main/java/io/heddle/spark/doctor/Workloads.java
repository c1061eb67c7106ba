// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.HashToCurve;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.crypto.paillier.PaillierPublicKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;

/**
 * The work behind each figure: blocks as training and alignment use them, small enough for the
 * cache that a core has to itself.
 */
final class Workloads {
  private static final int KEY_BITS = 2048;
  private static final int NUMBERS = 64;
  // As many as intersections multiply at a time: fewer are not done in vectors.
  private static final int POINTS = 1 << 14;

  private final SecureRandom random = new SecureRandom();
  private final Multiplication multiplication2048 = multiplication(2048);
  private final Multiplication multiplication4096 = multiplication(4096);
  private final PaillierPrivateKey key = PaillierPrivateKey.generate(KEY_BITS, random);
  private final PlaintextBlock plaintexts = PlaintextBlock.of(0, numbers(KEY_BITS - 8));
  private final byte[] secret = new byte[32];
  private final CiphertextBlock left;
  private final CiphertextBlock right;
  private final byte[] scalar = Curve25519.newScalar(random);
  private final byte[] points;
  private final KeyAgreement agreement;
  private final KeyPair peer;
  private long uses;

  /** A block of operations. */
  record Work(int operations, Supplier<?> block) {}

  private record Multiplication(BigInteger modulus, List<BigInteger> left, List<BigInteger> right) {
    Supplier<Residues> byKernel() {
      Modulus arithmetic = Modulus.of(modulus);
      Residues a = arithmetic.residues(left.toArray(BigInteger[]::new));
      Residues b = arithmetic.residues(right.toArray(BigInteger[]::new));
      return () -> arithmetic.multiply(a, b);
    }

    BigInteger byBigInteger() {
      BigInteger last = BigInteger.ZERO;
      for (int i = 0; i < left.size(); i++) {
        last = left.get(i).multiply(right.get(i)).mod(modulus);
      }
      return last;
    }
  }

  Workloads() {
    random.nextBytes(secret);
    left = key.encrypt(plaintexts, freshRandomness());
    right = key.encrypt(plaintexts, freshRandomness());
    points =
        HashToCurve.encodeAll(
            IntStream.range(0, POINTS)
                .mapToObj(i -> Integer.toString(i).getBytes(StandardCharsets.UTF_8))
                .toList(),
            "heddle doctor".getBytes(StandardCharsets.UTF_8));
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
      agreement = KeyAgreement.getInstance("X25519");
      agreement.init(generator.generateKeyPair().getPrivate());
      peer = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has X25519", e);
    }
  }

  private Multiplication multiplication(int bits) {
    BigInteger modulus = new BigInteger(bits, random).setBit(bits - 1).setBit(0);
    return new Multiplication(modulus, numbers(bits - 1), numbers(bits - 1));
  }

  private List<BigInteger> numbers(int bits) {
    return Stream.generate(() -> new BigInteger(bits, random)).limit(NUMBERS).toList();
  }

  /** Other exponents each time, as in use. */
  private Randomness freshRandomness() {
    return Randomness.derive(
        secret, "doctor", ByteBuffer.allocate(Long.BYTES).putLong(uses++).array());
  }

  Work of(Figure figure) {
    PaillierPublicKey publicKey = key.publicKey();
    return switch (figure) {
      case MOD_MUL_2048 -> new Work(NUMBERS, multiplication2048.byKernel());
      case MOD_MUL_4096 -> new Work(NUMBERS, multiplication4096.byKernel());
      case BIG_INTEGER_MOD_MUL_4096 -> new Work(NUMBERS, multiplication4096::byBigInteger);
      case PAILLIER_ENCRYPT_OWNER ->
          new Work(NUMBERS, () -> key.encrypt(plaintexts, freshRandomness()));
      case PAILLIER_ENCRYPT_PUBLIC ->
          new Work(NUMBERS, () -> publicKey.encrypt(plaintexts, freshRandomness()));
      case PAILLIER_ADD -> new Work(NUMBERS, () -> publicKey.add(left, right));
      case PAILLIER_DECRYPT -> new Work(NUMBERS, () -> key.decrypt(left));
      case X25519 -> new Work(POINTS, () -> Curve25519.multiplyAll(scalar, points, count -> {}));
      case JDK_X25519 -> new Work(1, this::agree);
    };
  }

  private byte[] agree() {
    try {
      agreement.doPhase(peer.getPublic(), true);
      return agreement.generateSecret();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("both keys are the JDK's own", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import static io.heddle.crypto.okamoto.TestKeys.G;
import static io.heddle.crypto.okamoto.TestKeys.KEY;
import static io.heddle.crypto.okamoto.TestKeys.N;
import static io.heddle.crypto.okamoto.TestKeys.P;
import static io.heddle.crypto.okamoto.TestKeys.PUBLIC;
import static io.heddle.crypto.okamoto.TestKeys.Q;
import static io.heddle.crypto.okamoto.TestKeys.encrypted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.crypto.paillier.PaillierPublicKey;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OkamotoUchiyamaPublicKeyTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final int WIDTH = 256;

  @ParameterizedTest
  @CsvSource({"2048, 512, 1024", "3072, 768, 1536", "4096, 1024, 2048"})
  void generate_eachSize_hasTheStructureOfThePaper(int keyBits, int pBits, int qBits) {
    SecretNumbers numbers = SecretNumbers.generate(keyBits, new SecureRandom());
    BigInteger p = numbers.p();
    BigInteger q = numbers.q();
    BigInteger square = p.multiply(p);
    assertThat(p.bitLength()).isEqualTo(pBits);
    assertThat(q.bitLength()).isEqualTo(qBits);
    assertThat(p.isProbablePrime(50)).isTrue();
    assertThat(q.isProbablePrime(50)).isTrue();
    assertThat(numbers.n()).isEqualTo(square.multiply(q));
    assertThat(numbers.n().bitLength()).isEqualTo(keyBits);
    assertThat(p.gcd(q.subtract(ONE))).isEqualTo(ONE);
    assertThat(q.gcd(p.subtract(ONE))).isEqualTo(ONE);
    BigInteger power = numbers.g().modPow(p.subtract(ONE), square);
    assertThat(power).isNotEqualTo(ONE);
    assertThat(power.modPow(p, square)).isEqualTo(ONE);
    assertThat(numbers.areSound(keyBits)).isTrue();
    // h has lost the part of order p: its randomness does not touch the plaintext.
    BigInteger h = numbers.g().modPow(numbers.n(), numbers.n());
    assertThat(h.modPow(p.subtract(ONE), square)).isEqualTo(ONE);
    // g and h have one Jacobi symbol modulo N, which is the Legendre symbol modulo q.
    BigInteger half = q.shiftRight(1);
    assertThat(h.modPow(half, q)).isEqualTo(numbers.g().modPow(half, q));
  }

  @ParameterizedTest
  @ValueSource(ints = {3072, 4096})
  void toBytes_largerKey_comesBackEqualAndSoDoesItsFile(int keyBits) {
    OkamotoUchiyamaPrivateKey owner =
        OkamotoUchiyamaPrivateKey.generate(keyBits, new SecureRandom());
    OkamotoUchiyamaPublicKey key = owner.publicKey();
    assertThat(OkamotoUchiyamaPublicKey.fromBytes(key.toBytes())).isEqualTo(key);
    KeyScheme scheme = new KeyScheme(16, 0, keyBits);
    assertThat(OkamotoUchiyamaKeyFile.parse(scheme, OkamotoUchiyamaKeyFile.secret(owner)))
        .extracting(OkamotoUchiyamaPrivateKey::numbers)
        .isEqualTo(owner.numbers());
  }

  @Test
  void areSound_otherNumbers_areNot() {
    SecretNumbers good = KEY.numbers();
    BigInteger otherPrime = Q.subtract(ONE.shiftLeft(100)).nextProbablePrime();
    assertThat(new SecretNumbers(P, otherPrime, G).areSound(2048)).isTrue();
    for (SecretNumbers bad :
        new SecretNumbers[] {
          new SecretNumbers(P.add(BigInteger.TWO), Q, G),
          new SecretNumbers(P, Q.add(BigInteger.TWO), G),
          new SecretNumbers(Q, P, G),
          new SecretNumbers(P, Q, BigInteger.ZERO),
          new SecretNumbers(P, Q, ONE),
          new SecretNumbers(P, Q, P),
          new SecretNumbers(P, Q, Q),
          new SecretNumbers(P, Q, N),
          new SecretNumbers(P, Q, G.add(N)),
          // A power of p has no part of order p.
          new SecretNumbers(P, Q, G.modPow(P, N))
        }) {
      assertThat(bad.areSound(2048)).isFalse();
    }
    assertThat(good.areSound(3072)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1024, 2047, 2049, 8192})
  void generate_sizeNotOffered_isRefused(int keyBits) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OkamotoUchiyamaPrivateKey.generate(keyBits, new SecureRandom()))
        .withMessage("Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
  }

  @Test
  void toBytes_key_comesBackEqual() throws Exception {
    byte[] bytes = PUBLIC.toBytes();
    OkamotoUchiyamaPublicKey back = OkamotoUchiyamaPublicKey.fromBytes(bytes);
    assertThat(bytes).hasSize(3 + 2 * WIDTH).startsWith(16, 8, 0);
    assertThat(back).isEqualTo(PUBLIC).hasSameHashCodeAs(PUBLIC).isNotEqualTo(TestKeys.OTHER);
    assertThat(back.toBytes()).isEqualTo(bytes);
    assertThat(back.fingerprint())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes))
        .isEqualTo(PUBLIC.fingerprint());
    assertThat(back.keyBits()).isEqualTo(2048);
    assertThat(back.ciphertextBytes()).isEqualTo(WIDTH);
    assertThat(back.plaintextBits()).isEqualTo(511);
    assertThat(back.h()).isEqualTo(PUBLIC.h());
  }

  @Test
  void fromBytes_keyOfTheOtherScheme_isRefusedByBoth() {
    assertThatThrownBy(() -> PaillierPublicKey.fromBytes(PUBLIC.toBytes()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("version 16");
  }

  @Test
  void serialisation_betweenOwnProcesses_keepsKeyAndBlocks() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(PUBLIC);
      out.writeObject(encrypted(5, 6));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      OkamotoUchiyamaPublicKey key = (OkamotoUchiyamaPublicKey) in.readObject();
      CiphertextBlock block = (CiphertextBlock) in.readObject();
      assertThat(key).isEqualTo(PUBLIC);
      CiphertextBlock sum = key.add(block, encrypted(10, 20));
      assertThat(KEY.decrypt(sum).get(1)).isEqualTo(26);
    }
  }

  @Test
  void secrets_asText_showNothing() {
    assertThat(PUBLIC.toString()).matches("OkamotoUchiyamaPublicKey\\[2048 bits, [0-9a-f]{16}\\]");
    assertThat(KEY)
        .hasToString("OkamotoUchiyamaPrivateKey[of " + PUBLIC + "]")
        .isNotInstanceOf(Serializable.class);
    assertThat(KEY.numbers())
        .hasToString("SecretNumbers[secret]")
        .isNotInstanceOf(Serializable.class);
  }

  private static byte[] encoded(BigInteger n, BigInteger g) {
    byte[] bytes = new byte[3 + 2 * WIDTH];
    bytes[0] = 16;
    bytes[1] = 8;
    FixedWidth.put(n, bytes, 3, WIDTH);
    FixedWidth.put(g, bytes, 3 + WIDTH, WIDTH);
    return bytes;
  }

  private static byte[] with(int index, int value) {
    byte[] bytes = PUBLIC.toBytes();
    bytes[index] = (byte) value;
    return bytes;
  }

  static Stream<Arguments> hostileKeys() {
    byte[] good = PUBLIC.toBytes();
    // The largest prime below 2^2048 that is 1 modulo 4.
    BigInteger prime = ONE.shiftLeft(2048).subtract(BigInteger.valueOf(2543));
    BigInteger square = ONE.shiftLeft(1024).subtract(ONE.shiftLeft(900)).nextProbablePrime().pow(2);
    BigInteger small = BigInteger.valueOf(65521);
    BigInteger withSmall = N.divide(small).multiply(small);
    withSmall = withSmall.testBit(0) ? withSmall : withSmall.subtract(small);
    BigInteger oneModQ = Q.multiply(P).add(ONE);
    return Stream.of(
        Arguments.of("empty", new byte[0], "of 0 bytes: must be at least 3"),
        Arguments.of("header only", Arrays.copyOf(good, 3), "of 3 bytes: must be 515 at 2048 bits"),
        Arguments.of(
            "truncated", Arrays.copyOf(good, good.length - 1), "of 514 bytes: must be 515 at"),
        Arguments.of("too long", Arrays.copyOf(good, good.length + 1), "of 516 bytes"),
        Arguments.of("Paillier", with(0, 1), "version 1"),
        Arguments.of("version 17", with(0, 17), "version 17"),
        Arguments.of("1024 bits", with(1, 4), "Invalid key size 1024"),
        Arguments.of("3072 bits in 2048's bytes", with(1, 12), "at 3072 bits"),
        Arguments.of("65535 bits", with(1, 255), "Invalid key size 65280"),
        Arguments.of("zero modulus", encoded(BigInteger.ZERO, G), "of 0 bits"),
        Arguments.of("2047 bits", encoded(N.shiftRight(1).setBit(0), G), "of 2047 bits"),
        Arguments.of("even", encoded(N.subtract(ONE), G), "must be odd"),
        Arguments.of("prime", encoded(prime, G), "not be prime"),
        Arguments.of("factor 65521", encoded(withSmall, G), "no factor below"),
        Arguments.of("square", encoded(square, G), "perfect power"),
        Arguments.of("g zero", encoded(N, BigInteger.ZERO), "Invalid g: must be above 0 and"),
        Arguments.of("g n", encoded(N, N), "Invalid g: must be above 0 and below n"),
        Arguments.of("g multiple of p", encoded(N, P.multiply(Q)), "Invalid g: must have no"),
        Arguments.of("g one", encoded(N, ONE), "Invalid g: must not be 1 or -1"),
        Arguments.of("g minus one", encoded(N, N.subtract(ONE)), "Invalid g: must not be 1 or -1"),
        Arguments.of("g one modulo q", encoded(N, oneModQ), "Invalid g: must not be 1 or -1"),
        // Of order p: h is 1, and ciphertexts carry no randomness.
        Arguments.of("g of order p", encoded(N, orderP()), "Invalid g: must not be 1 or -1"),
        Arguments.of("g of order r", generatorWithoutRandomness(), "Invalid h: must not be 1 or"));
  }

  /**
   * A modulus with prime factors r and s = 2kr + 1: a g of order r modulo s passes for itself, but
   * h, its n-th power, is 1 there.
   */
  private static byte[] generatorWithoutRandomness() {
    BigInteger r = ONE.shiftLeft(61).subtract(ONE);
    BigInteger rest =
        BigInteger.valueOf(65539).pow(114).multiply(ONE.shiftLeft(31).subtract(ONE)).multiply(r);
    BigInteger largest = ONE.shiftLeft(2048).subtract(ONE.shiftLeft(2040)).divide(rest);
    BigInteger step = r.shiftLeft(1);
    BigInteger s = largest.subtract(largest.mod(step)).add(ONE);
    while (!s.isProbablePrime(50)) {
      s = s.subtract(step);
    }
    BigInteger root = BigInteger.TWO.modPow(s.subtract(ONE).divide(r), s);
    // 2 modulo all the rest.
    BigInteger offset = root.subtract(BigInteger.TWO).multiply(rest.modInverse(s)).mod(s);
    return encoded(rest.multiply(s), rest.multiply(offset).add(BigInteger.TWO));
  }

  private static BigInteger orderP() {
    return G.modPow(P.subtract(ONE).multiply(Q.subtract(ONE)), N);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileKeys")
  void fromBytes_hostileKey_isRefused(String name, byte[] bytes, String reason) {
    assertThatThrownBy(() -> OkamotoUchiyamaPublicKey.fromBytes(bytes))
        .as(name)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void fromBytes_flippedBytes_onlyEverGivesAProtocolException() {
    Random random = new Random(4);
    for (int round = 0; round < 40; round++) {
      byte[] bytes = PUBLIC.toBytes();
      bytes[random.nextInt(round < 20 ? 259 : bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(OkamotoUchiyamaPublicKey.fromBytes(bytes)).isNotEqualTo(PUBLIC);
      } catch (ProtocolException expected) {
        assertThat(expected).hasMessageStartingWith("Invalid");
      }
    }
  }

  static Stream<Arguments> hostileCiphertexts() {
    BigInteger good = TestKeys.residue(encrypted(4711), 0);
    String range = "is out of range: must be above 0 and below n";
    return Stream.of(
        Arguments.of("0", BigInteger.ZERO, range),
        Arguments.of("n", N, range),
        Arguments.of("n + 1", N.add(ONE), range),
        Arguments.of("largest number", ONE.shiftLeft(2048).subtract(ONE), range),
        Arguments.of("1", ONE, "carries no randomness"),
        Arguments.of("n - 1", N.subtract(ONE), "carries no randomness"),
        Arguments.of("p", P, "has a factor in common with n"),
        Arguments.of("kp", P.multiply(good.mod(P)), "has a factor in common with n"),
        Arguments.of("kp²", P.pow(2).multiply(good.mod(P)), "has a factor in common with n"),
        Arguments.of("kq", Q.multiply(good.mod(P)), "has a factor in common with n"),
        Arguments.of("pq", P.multiply(Q), "has a factor in common with n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileCiphertexts")
  void read_hostileCiphertext_isRefusedWithItsIndex(
      String name, BigInteger hostile, String reason) {
    byte[] bytes = encrypted(1, 2, 3, 4).toBytes();
    FixedWidth.put(hostile, bytes, 2 * WIDTH, WIDTH);
    assertThatThrownBy(() -> PUBLIC.read(bytes, 4))
        .as(name)
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Ciphertext 2 " + reason);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "255, 1", "257, 1", "256, 0", "256, 2", "512, 1", "256, -1", "0, -1"})
  void read_otherLength_isRefused(int length, int expectedCount) {
    byte[] bytes = Arrays.copyOf(encrypted(1, 2, 3).toBytes(), length);
    assertThatThrownBy(() -> PUBLIC.read(bytes, expectedCount))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(
            "Invalid ciphertext block of "
                + length
                + " bytes: must be "
                + expectedCount
                + " ciphertexts of 256 bytes");
  }

  @Test
  void read_ownBytes_giveTheSameCiphertexts() {
    CiphertextBlock block = encrypted(1, 2, 3);
    CiphertextBlock back = PUBLIC.read(block.toBytes(), 3);
    assertThat(back.toBytes()).isEqualTo(block.toBytes());
    assertThat(back.bound()).isEqualTo(TestKeys.LIMIT);
    assertThat(KEY.decrypt(back).get(2)).isEqualTo(3);
    assertThat(PUBLIC.read(new byte[0], 0).size()).isZero();
  }

  @Test
  void read_manyCiphertexts_namesTheBadOneInWhicheverPiece() {
    byte[] bytes = encrypted(LongStream.range(0, 300).toArray()).toBytes();
    assertThat(PUBLIC.read(bytes, 300).toBytes()).isEqualTo(bytes);
    for (int i : new int[] {0, 7, 8, 39, 40, 255, 256, 299}) {
      byte[] changed = bytes.clone();
      FixedWidth.put(P.multiply(BigInteger.valueOf(i + 2)), changed, i * WIDTH, WIDTH);
      assertThatThrownBy(() -> PUBLIC.read(changed, 300))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("Ciphertext " + i + " has a factor in common with n");
    }
  }
}

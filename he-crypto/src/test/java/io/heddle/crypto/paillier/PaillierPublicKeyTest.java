// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.N;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaillierPublicKeyTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void toBytes_key_comesBackEqual() throws Exception {
    byte[] bytes = PUBLIC.toBytes();
    PaillierPublicKey back = PaillierPublicKey.fromBytes(bytes);
    assertThat(bytes).hasSize(3 + 256 + 512).startsWith(1, 8, 0);
    assertThat(back).isEqualTo(PUBLIC).hasSameHashCodeAs(PUBLIC);
    assertThat(back.toBytes()).isEqualTo(bytes);
    assertThat(back.fingerprint())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes))
        .isEqualTo(PUBLIC.fingerprint());
    assertThat(back.keyBits()).isEqualTo(2048);
    assertThat(back.ciphertextBytes()).isEqualTo(512);
  }

  @ParameterizedTest
  @ValueSource(ints = {3072, 4096})
  void toBytes_largerKey_comesBackEqualAndSoDoesItsFile(int keyBits) {
    PaillierPrivateKey owner = PaillierPrivateKey.generate(keyBits, RANDOM);
    PaillierPublicKey key = owner.publicKey();
    assertThat(PaillierPublicKey.fromBytes(key.toBytes())).isEqualTo(key);
    assertThat(key.ciphertextBytes()).isEqualTo(keyBits / 4);
    KeyScheme scheme = new KeyScheme(1, 1, keyBits);
    byte[] secret = PaillierKeyFile.secret(owner.numbers(), keyBits);
    assertThat(PaillierKeyFile.parse(scheme, secret))
        .extracting(PaillierPrivateKey::numbers)
        .isEqualTo(owner.numbers());
  }

  @Test
  void serialisation_betweenOwnProcesses_keepsTheKey() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(PUBLIC);
      out.writeObject(TestKeys.encrypted(5, 6));
      out.writeObject(TestKeys.DJN.publicKey());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      PaillierPublicKey key = (PaillierPublicKey) in.readObject();
      CiphertextBlock block = (CiphertextBlock) in.readObject();
      assertThat(key).isEqualTo(PUBLIC);
      assertThat(((PaillierPublicKey) in.readObject()).type()).isEqualTo(PaillierKeyType.DJN);
      CiphertextBlock sum = key.add(block, TestKeys.encrypted(10, 20));
      assertThat(TestKeys.KEY.decrypt(sum).get(1)).isEqualTo(26);
    }
  }

  @Test
  void toString_key_showsTheFingerprintOnly() {
    assertThat(PUBLIC.toString()).matches("PaillierPublicKey\\[2048 bits, [0-9a-f]{16}\\]");
  }

  private static byte[] encoded(BigInteger n, BigInteger hs) {
    byte[] bytes = new byte[3 + 256 + 512];
    bytes[0] = 1;
    bytes[1] = 8;
    FixedWidth.put(n, bytes, 3, 256);
    FixedWidth.put(hs, bytes, 3 + 256, 512);
    return bytes;
  }

  private static byte[] with(int index, int value) {
    byte[] bytes = PUBLIC.toBytes();
    bytes[index] = (byte) value;
    return bytes;
  }

  /** The largest multiple of 2048 bits that is 1 modulo 4. */
  private static BigInteger filledUp(BigInteger part) {
    BigInteger n = ONE.shiftLeft(2048).subtract(ONE).divide(part).multiply(part);
    while ((n.intValue() & 3) != 1) {
      n = n.subtract(part);
    }
    return n;
  }

  static Stream<Arguments> hostileKeys() {
    BigInteger hs = PUBLIC.hs();
    byte[] good = PUBLIC.toBytes();
    // The largest prime below 2^2048 that is 1 modulo 4.
    BigInteger prime = ONE.shiftLeft(2048).subtract(BigInteger.valueOf(2543));
    BigInteger negativeSymbol = BigInteger.TWO;
    while (ModulusChecks.jacobi(negativeSymbol, N) != -1) {
      negativeSymbol = negativeSymbol.add(ONE);
    }
    BigInteger square = ONE.shiftLeft(1024).subtract(ONE.shiftLeft(900)).nextProbablePrime().pow(2);
    BigInteger eighth = ONE.shiftLeft(256).subtract(ONE.shiftLeft(240));
    return Stream.of(
        Arguments.of("empty", new byte[0], "of 0 bytes: must be at least 3"),
        Arguments.of("header only", Arrays.copyOf(good, 3), "of 3 bytes: must be 771 at 2048 bits"),
        Arguments.of(
            "truncated", Arrays.copyOf(good, good.length - 1), "of 770 bytes: must be 771 at"),
        Arguments.of("too long", Arrays.copyOf(good, good.length + 1), "of 772 bytes"),
        Arguments.of("version 0", with(0, 0), "version 0"),
        Arguments.of("version 3", with(0, 3), "version 3: must be 1 or 2"),
        Arguments.of("Okamoto-Uchiyama", with(0, 16), "version 16"),
        Arguments.of("version 255", with(0, 255), "version -1"),
        Arguments.of("1024 bits", with(1, 4), "Invalid key size 1024"),
        Arguments.of("3072 bits in 2048's bytes", with(1, 12), "at 3072 bits"),
        Arguments.of("65535 bits", with(1, 255), "Invalid key size 65280"),
        Arguments.of("zero modulus", encoded(BigInteger.ZERO, hs), "of 0 bits"),
        Arguments.of("2047 bits", encoded(N.shiftRight(1).setBit(0), hs), "of 2047 bits"),
        Arguments.of("even", encoded(N.subtract(ONE), hs), "1 modulo 4"),
        Arguments.of("3 modulo 4", encoded(N.add(BigInteger.TWO), hs), "1 modulo 4"),
        Arguments.of("prime", encoded(prime, hs), "not be prime"),
        Arguments.of("smooth", encoded(smoothModulus(), hs), "no factor below"),
        Arguments.of(
            "factor 65521", encoded(filledUp(BigInteger.valueOf(65521)), hs), "no factor below"),
        Arguments.of("square", encoded(square, hs), "perfect power"),
        Arguments.of(
            "eighth power", encoded(eighth.nextProbablePrime().pow(8), hs), "perfect power"),
        Arguments.of("hs zero", encoded(N, BigInteger.ZERO), "above 0 and below n²"),
        Arguments.of("hs n²", encoded(N, N_SQUARED), "above 0 and below n²"),
        Arguments.of("hs n", encoded(N, N), "factor in common"),
        Arguments.of(
            "hs multiple of P", encoded(N, TestKeys.P.multiply(hs.mod(N))), "factor in common"),
        Arguments.of("hs one", encoded(N, ONE), "1 or -1"),
        Arguments.of("hs n + 1", encoded(N, N.add(ONE)), "1 or -1"),
        Arguments.of("hs n² - 1", encoded(N, N_SQUARED.subtract(ONE)), "1 or -1"),
        Arguments.of("hs symbol -1", encoded(N, negativeSymbol), "Jacobi"));
  }

  private static BigInteger smoothModulus() {
    BigInteger product = ONE;
    BigInteger next = BigInteger.valueOf(3);
    while (product.bitLength() + next.bitLength() < 2040) {
      product = product.multiply(next);
      next = next.nextProbablePrime();
    }
    return filledUp(product);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileKeys")
  void fromBytes_hostileKey_isRefused(String name, byte[] bytes, String reason) {
    assertThatThrownBy(() -> PaillierPublicKey.fromBytes(bytes))
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
        assertThat(PaillierPublicKey.fromBytes(bytes)).isNotEqualTo(PUBLIC);
      } catch (ProtocolException expected) {
        assertThat(expected).hasMessageStartingWith("Invalid");
      }
    }
  }

  @Test
  void jacobi_manyNumbers_isTheProductOfTheLegendreSymbols() {
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      BigInteger a = new BigInteger(2040, random);
      int expected = legendre(a, TestKeys.P) * legendre(a, TestKeys.Q);
      assertThat(ModulusChecks.jacobi(a, N)).isEqualTo(expected);
    }
    assertThat(ModulusChecks.jacobi(TestKeys.P, N)).isZero();
    assertThat(ModulusChecks.jacobi(BigInteger.ZERO, N)).isZero();
    assertThat(ModulusChecks.jacobi(ONE, N)).isOne();
  }

  private static int legendre(BigInteger a, BigInteger prime) {
    BigInteger power = a.modPow(prime.subtract(ONE).shiftRight(1), prime);
    return power.equals(ONE) ? 1 : power.signum() == 0 ? 0 : -1;
  }

  @Test
  void add_blocksOfOtherSize_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PUBLIC.add(TestKeys.encrypted(1, 2), TestKeys.encrypted(1)))
        .withMessage("Invalid block size 1: must be 2");
  }
}

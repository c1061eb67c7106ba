// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.TestKeys.randomness;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.okamoto.OkamotoUchiyamaKeyFile;
import io.heddle.error.ConfigurationException;
import io.heddle.error.EncodingException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PaillierKeyFileTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();
  private static final BigInteger ONE = BigInteger.ONE;

  private final Path directory;

  PaillierKeyFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static PaillierPrivateKey key(PaillierKeyType type) {
    return type == PaillierKeyType.OPTIMISED ? TestKeys.KEY : TestKeys.DJN;
  }

  @ParameterizedTest
  @EnumSource(PaillierKeyType.class)
  void read_writtenKey_decryptsWhatItsPublicKeyEncrypted(PaillierKeyType type) {
    Path file = directory.resolve("paillier.key");
    PaillierPrivateKey key = key(type);
    PaillierKeyFile.write(key, file, PASSWORD, new SecureRandom());
    PaillierPrivateKey back = PaillierKeyFile.read(file, PASSWORD);
    assertThat(back.numbers()).isEqualTo(key.numbers());
    assertThat(back.publicKey()).isEqualTo(key.publicKey());
    PlaintextBlock one = PlaintextBlock.of(0, List.of(BigInteger.valueOf(4711)));
    assertThat(back.decrypt(key.publicKey().encrypt(one, randomness("file"))).get(0))
        .isEqualTo(4711);
    assertThatThrownBy(() -> OkamotoUchiyamaKeyFile.read(file, PASSWORD))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no sound private key");
  }

  @ParameterizedTest
  @EnumSource(PaillierKeyType.class)
  void fromBytes_ofToBytes_isTheSameKey(PaillierKeyType type) {
    PaillierPrivateKey key = key(type);
    PaillierPrivateKey again = PaillierPrivateKey.fromBytes(key.toBytes());
    assertThat(again.publicKey().toBytes()).isEqualTo(key.publicKey().toBytes());
    assertThat(again.toBytes()).isEqualTo(key.toBytes());
  }

  @Test
  void fromBytes_damaged_isRefusedWithoutSayingWhat() {
    byte[] bytes = TestKeys.KEY.toBytes();
    for (int at : new int[] {0, 1, 2, 3, bytes.length / 2, bytes.length - 1}) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) 0x81;
      assertThatThrownBy(() -> PaillierPrivateKey.fromBytes(changed))
          .isInstanceOf(EncodingException.class)
          .hasMessage("Not the bytes of a Paillier private key");
    }
    for (int length : new int[] {0, 2, 3, bytes.length - 1}) {
      assertThatThrownBy(() -> PaillierPrivateKey.fromBytes(Arrays.copyOf(bytes, length)))
          .isInstanceOf(EncodingException.class);
    }
  }

  @Test
  void parse_anotherKindOrLength_isRefused() {
    byte[] secret = PaillierKeyFile.secret(TestKeys.KEY.numbers(), 2048);
    assertThat(PaillierKeyFile.parse(new KeyScheme(1, 1, 2048), secret)).isNotNull();
    for (KeyScheme other :
        List.of(
            new KeyScheme(16, 1, 2048),
            new KeyScheme(1, 0, 2048),
            new KeyScheme(1, 2, 2048),
            new KeyScheme(1, 3, 2048),
            new KeyScheme(1, 1, 3072),
            new KeyScheme(1, 1, 1024))) {
      assertThat(PaillierKeyFile.parse(other, secret)).isNull();
    }
    assertThat(PaillierKeyFile.parse(new KeyScheme(1, 1, 2048), Arrays.copyOf(secret, 769)))
        .isNull();
  }

  static Stream<Arguments> unsound() {
    PrivateNumbers good = TestKeys.KEY.numbers();
    PrivateNumbers djn = TestKeys.DJN.numbers();
    BigInteger two = BigInteger.TWO;
    BigInteger n = good.n();
    return Stream.of(
        Arguments.of("p composite", with(good, good.p().add(BigInteger.valueOf(4)), null, null)),
        Arguments.of("order of p odd", with(good, null, good.orderP().add(ONE), null)),
        Arguments.of("order of p of q", with(good, null, good.orderQ(), null)),
        Arguments.of("order of p all of p - 1", with(good, null, good.p().subtract(ONE), null)),
        Arguments.of("order of p 0", with(good, null, BigInteger.ZERO, null)),
        Arguments.of("h one", with(good, null, null, ONE)),
        Arguments.of("h minus one", with(good, null, null, n.subtract(ONE))),
        Arguments.of("h zero", with(good, null, null, BigInteger.ZERO)),
        Arguments.of("h of another order", with(good, null, null, two)),
        Arguments.of("h positive", with(good, null, null, n.subtract(good.h()))),
        Arguments.of("h shares p", with(good, null, null, good.p())),
        Arguments.of("h beyond n", with(good, null, null, good.h().add(n))),
        Arguments.of("p twice", twice(good)),
        Arguments.of("djn order short", with(djn, null, djn.orderP().shiftRight(1), null)),
        Arguments.of("djn h no square", with(djn, null, null, djn.n().subtract(djn.h()))),
        Arguments.of("djn h zero", with(djn, null, null, BigInteger.ZERO)));
  }

  /** Whatever p and q are, the other numbers go with them: -h is 1 modulo p and 4 modulo q. */
  private static PrivateNumbers djn(BigInteger p, BigInteger q) {
    BigInteger three = BigInteger.valueOf(3).multiply(p.modInverse(q)).mod(q);
    BigInteger minusH = p.multiply(three).add(ONE);
    return new PrivateNumbers(
        PaillierKeyType.DJN,
        p,
        p.subtract(ONE),
        q,
        q.subtract(ONE),
        p.multiply(q).subtract(minusH));
  }

  /** The first number above {@code from} that is a prime, times the factor, of the given rest. */
  private static BigInteger like(BigInteger from, BigInteger factor, int mod4, BigInteger other) {
    BigInteger prime = from.nextProbablePrime();
    BigInteger product = prime.multiply(factor);
    while ((product.intValue() & 3) != mod4
        || !product.subtract(ONE).gcd(other.subtract(ONE)).equals(BigInteger.TWO)) {
      prime = prime.nextProbablePrime();
      product = prime.multiply(factor);
    }
    return product;
  }

  @Test
  void areSound_everythingRightButThePrime_areNot() {
    BigInteger q = TestKeys.DJN.numbers().q();
    assertThat(PrivateNumbersCheck.areSound(djn(TestKeys.DJN.numbers().p(), q), 2048)).isTrue();
    BigInteger half = ONE.shiftLeft(512).subtract(ONE.shiftLeft(500));
    BigInteger composite = like(half, half.nextProbablePrime(), 3, q);
    BigInteger oneModulo4 = like(half.shiftLeft(512), ONE, 1, q);
    for (BigInteger p : List.of(composite, oneModulo4)) {
      assertThat(p.bitLength()).isEqualTo(1024);
      assertThat(p.multiply(q).bitLength()).isEqualTo(2048);
      assertThat(PrivateNumbersCheck.areSound(djn(p, q), 2048)).isFalse();
      assertThat(PrivateNumbersCheck.areSound(djn(q, p), 2048)).isFalse();
    }
  }

  private static PrivateNumbers with(
      PrivateNumbers numbers,
      @Nullable BigInteger p,
      @Nullable BigInteger orderP,
      @Nullable BigInteger h) {
    return new PrivateNumbers(
        numbers.type(),
        p == null ? numbers.p() : p,
        orderP == null ? numbers.orderP() : orderP,
        numbers.q(),
        numbers.orderQ(),
        h == null ? numbers.h() : h);
  }

  private static PrivateNumbers twice(PrivateNumbers numbers) {
    return new PrivateNumbers(
        numbers.type(), numbers.p(), numbers.orderP(), numbers.p(), numbers.orderP(), numbers.h());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unsound")
  void areSound_numbersThatDoNotBelongTogether_areNot(String name, PrivateNumbers numbers) {
    assertThat(PrivateNumbersCheck.areSound(numbers, 2048)).as(name).isFalse();
  }
}

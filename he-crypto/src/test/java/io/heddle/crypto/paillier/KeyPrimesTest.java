// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.crypto.Randomness;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPrimesTest {
  private static final byte[] SECRET = new byte[32];
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger TWO = BigInteger.TWO;

  @ParameterizedTest
  @CsvSource({"2048, 224", "3072, 256", "4096, 384"})
  void generate_eachSize_hasTheStructureOfThePaper(int keyBits, int factorBits) {
    KeyPrimes primes = KeyPrimes.generate(keyBits, new SecureRandom());
    StructuredPrime p = primes.p();
    StructuredPrime q = primes.q();
    BigInteger n = p.value().multiply(q.value());
    assertThat(n.bitLength()).isEqualTo(keyBits);
    BigInteger product = ONE;
    for (StructuredPrime prime : new StructuredPrime[] {p, q}) {
      assertThat(prime.value().bitLength()).isEqualTo(keyBits / 2);
      assertThat(prime.value().isProbablePrime(50)).isTrue();
      assertThat(prime.factor().bitLength()).isEqualTo(factorBits);
      assertThat(prime.factor().isProbablePrime(50)).isTrue();
      assertThat(prime.cofactor().testBit(0)).isTrue();
      assertThat(TWO.multiply(prime.factor()).multiply(prime.cofactor()).add(ONE))
          .isEqualTo(prime.value());
      for (BigInteger part : new BigInteger[] {prime.factor(), prime.cofactor()}) {
        assertThat(product.gcd(part)).isEqualTo(ONE);
        product = product.multiply(part);
      }
    }
    assertOrder(primes.h(), p, q, n);
  }

  /** h has the order 2 p' q' modulo N, and hs = h^N has it modulo N². */
  private static void assertOrder(
      BigInteger h, StructuredPrime p, StructuredPrime q, BigInteger n) {
    BigInteger order = TWO.multiply(p.factor()).multiply(q.factor());
    BigInteger square = n.multiply(n);
    BigInteger hs = h.modPow(n, square);
    assertThat(h.modPow(order, n)).isEqualTo(ONE);
    assertThat(hs.modPow(order, square)).isEqualTo(ONE);
    for (BigInteger prime : new BigInteger[] {TWO, p.factor(), q.factor()}) {
      assertThat(h.modPow(order.divide(prime), n)).isNotEqualTo(ONE);
      assertThat(hs.modPow(order.divide(prime), square)).isNotEqualTo(ONE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1024, 2047, 2049, 8192})
  void generate_sizeNotOffered_isRefused(int keyBits) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PaillierPrivateKey.generate(keyBits, new SecureRandom()))
        .withMessage("Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
  }

  @Test
  void generate_twice_givesTwoKeys() {
    assertThat(TestKeys.PUBLIC).isNotEqualTo(TestKeys.OTHER);
  }

  @Test
  void derive_sameRandomness_givesTheSameKeyAndAnotherGivesAnother() {
    PaillierPrivateKey one = PaillierPrivateKey.derive(2048, Randomness.derive(SECRET, "test"));
    PaillierPrivateKey same = PaillierPrivateKey.derive(2048, Randomness.derive(SECRET, "test"));
    PaillierPrivateKey other = PaillierPrivateKey.derive(2048, Randomness.derive(SECRET, "tesu"));
    assertThat(same.numbers()).isEqualTo(one.numbers());
    assertThat(same.publicKey().toBytes()).isEqualTo(one.publicKey().toBytes());
    assertThat(other.publicKey().toBytes()).isNotEqualTo(one.publicKey().toBytes());
    assertThat(PaillierPublicKey.fromBytes(one.publicKey().toBytes())).isEqualTo(one.publicKey());
  }

  @Test
  void secrets_asText_showNothing() {
    assertThat(TestKeys.PRIMES).hasToString("KeyPrimes[secret]");
    assertThat(TestKeys.PRIMES.p()).hasToString("StructuredPrime[secret]");
    assertThat(TestKeys.KEY)
        .hasToString("PaillierPrivateKey[of " + TestKeys.PUBLIC + "]")
        .isNotInstanceOf(Serializable.class);
  }

  @Test
  void isPrime_everyWycheproofCase_agrees() throws IOException {
    File file = new File(System.getProperty("heddle.shared", "."), "vectors/primality_test.json");
    assumeTrue(file.exists(), "No primality vectors beside the project");
    JsonNode vectors = new ObjectMapper().readTree(file);
    int cases = 0;
    for (JsonNode group : vectors.get("testGroups")) {
      for (JsonNode test : group.get("tests")) {
        BigInteger value = new BigInteger(HexFormat.of().parseHex(test.get("value").asText()));
        String result = test.get("result").asText();
        // "acceptable" are negative primes, which a test may call either.
        if (!result.equals("acceptable")) {
          assertThat(StructuredPrime.isPrime(value))
              .as("case %s", test.get("tcId"))
              .isEqualTo(result.equals("valid"));
        }
        cases++;
      }
    }
    assertThat(cases).isEqualTo(vectors.get("numberOfTests").asInt());
  }
}

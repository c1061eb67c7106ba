// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.PARAMETERS;
import static io.heddle.crypto.paillier.ProofKeys.RANDOM;
import static io.heddle.crypto.paillier.ProofKeys.SECRET;
import static io.heddle.crypto.paillier.ProofKeys.flipped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.number.SmallPrimes;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RingPedersenProofTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final RingPedersenSecret SMALL = RingPedersenSecret.generate(512, RANDOM);
  private static final String NOT_SHOWN = "s is not shown to be a power of its t";

  private static void assertRefused(
      RingPedersenProof proof, RingPedersen parameters, int bits, String reason) {
    assertThatThrownBy(() -> proof.verify(parameters, bits))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Invalid key proof: ")
        .hasMessageContaining(reason);
  }

  @Test
  void verify_honestProofOfFullSize_passes() {
    RingPedersenProof proof = RingPedersenProof.prove(SECRET, RANDOM);
    proof.verify(PARAMETERS, 2048);
    assertRefused(proof, SMALL.parameters(), 512, "out of range");
    assertRefused(proof, PARAMETERS, 3072, "full length");
  }

  static Stream<Arguments> falseParameters() {
    BigInteger n = PARAMETERS.modulus();
    BigInteger t = PARAMETERS.t();
    BigInteger nonResidue = BigInteger.TWO;
    while (ModulusChecks.jacobi(nonResidue, n) != -1) {
      nonResidue = nonResidue.add(ONE);
    }
    return Stream.of(
        Arguments.of("-s", n.subtract(PARAMETERS.s()), t),
        Arguments.of("no square", nonResidue, t),
        Arguments.of("t = 1", PARAMETERS.s(), ONE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("falseParameters")
  void verify_sThatIsNoPowerOfT_isRefused(String name, BigInteger s, BigInteger t) {
    RingPedersen parameters = new RingPedersen(PARAMETERS.modulus(), s, t);
    RingPedersenSecret secret = new RingPedersenSecret(parameters, SECRET.lambda(), SECRET.order());
    RingPedersenProof proof = RingPedersenProof.prove(secret, RANDOM);
    assertRefused(proof, parameters, 2048, NOT_SHOWN);
  }

  static Stream<Arguments> malformedParameters() {
    RingPedersen good = SMALL.parameters();
    BigInteger n = good.modulus();
    BigInteger s = good.s();
    BigInteger t = good.t();
    return Stream.of(
        Arguments.of("even", n.subtract(ONE), s, t, "odd and of full length"),
        Arguments.of("511 bits", n.shiftRight(1).setBit(0), s, t, "odd and of full length"),
        Arguments.of("513 bits", n.setBit(512), s, t, "odd and of full length"),
        Arguments.of("s = 0", n, BigInteger.ZERO, t, "out of range"),
        Arguments.of("s = n", n, n, t, "out of range"),
        Arguments.of("t = 0", n, s, BigInteger.ZERO, "out of range"),
        Arguments.of("t + n", n, s, t.add(n), "out of range"),
        Arguments.of(
            "t a multiple of 3",
            n.subtract(n.mod(BigInteger.valueOf(6))).add(BigInteger.valueOf(3)),
            s,
            BigInteger.valueOf(3),
            "factor in common"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedParameters")
  void verify_malformedParameters_areRefused(
      String name, BigInteger n, BigInteger s, BigInteger t, String reason) {
    RingPedersenProof proof = RingPedersenProof.prove(SMALL, RANDOM);
    assertRefused(proof, new RingPedersen(n, s, t), 512, reason);
  }

  @Test
  void verify_anyFieldChanged_isRefused() {
    RingPedersenProof proof = RingPedersenProof.prove(SMALL, RANDOM);
    RingPedersen parameters = SMALL.parameters();
    BigInteger n = parameters.modulus();
    for (int i = 0; i < RingPedersenProof.ROUNDS; i += 21) {
      BigInteger a = proof.commitments().get(i);
      BigInteger z = proof.responses().get(i);
      for (BigInteger changed : new BigInteger[] {flipped(a), a.add(n), BigInteger.ZERO}) {
        RingPedersenProof other =
            new RingPedersenProof(with(proof.commitments(), i, changed), proof.responses());
        assertRefused(other, parameters, 512, "");
      }
      for (BigInteger changed : new BigInteger[] {flipped(z), z.add(n), z.subtract(n)}) {
        RingPedersenProof other =
            new RingPedersenProof(proof.commitments(), with(proof.responses(), i, changed));
        assertRefused(other, parameters, 512, "");
      }
    }
    RingPedersenProof shorter =
        new RingPedersenProof(proof.commitments().subList(1, 128), proof.responses());
    assertRefused(shorter, parameters, 512, "128 rounds");
  }

  private static List<BigInteger> with(List<BigInteger> numbers, int index, BigInteger value) {
    List<BigInteger> changed = new ArrayList<>(numbers);
    changed.set(index, value);
    return changed;
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 512})
  void quasiSafePrime_anySize_hasNoSmallFactorsBelowIt(int bits) {
    BigInteger prime = QuasiSafePrime.generate(bits, RANDOM);
    assertThat(prime.bitLength()).isEqualTo(bits);
    assertThat(prime.testBit(bits - 2)).isTrue();
    assertThat(prime.isProbablePrime(50)).isTrue();
    assertThat(prime.mod(BigInteger.valueOf(4))).isEqualTo(3);
    BigInteger half = prime.shiftRight(1);
    for (int small : SmallPrimes.below(1 << 15)) {
      assertThat(half.mod(BigInteger.valueOf(small))).isNotEqualTo(BigInteger.ZERO);
    }
  }

  @Test
  void generate_parameters_areASquareAndItsPower() {
    RingPedersen parameters = SECRET.parameters();
    BigInteger n = parameters.modulus();
    assertThat(n.bitLength()).isEqualTo(2048);
    assertThat(parameters.t().modPow(SECRET.lambda(), n)).isEqualTo(parameters.s());
    assertThat(parameters.t().modPow(SECRET.order().shiftRight(2), n)).isEqualTo(ONE);
    assertThat(SECRET).hasToString("RingPedersenSecret[secret]");
  }
}

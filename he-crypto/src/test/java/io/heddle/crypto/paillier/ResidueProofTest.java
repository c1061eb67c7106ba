// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.FULL;
import static io.heddle.crypto.paillier.ProofKeys.OTHER_CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.RANDOM;
import static io.heddle.crypto.paillier.ProofKeys.flipped;
import static io.heddle.crypto.paillier.TestKeys.N;
import static io.heddle.crypto.paillier.TestKeys.N_SQUARED;
import static io.heddle.crypto.paillier.TestKeys.P;
import static io.heddle.crypto.paillier.TestKeys.Q;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResidueProofTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger HS = TestKeys.PUBLIC.hs();

  private static void assertRefused(ResidueProof proof, BigInteger hs, String reason) {
    assertThatThrownBy(() -> proof.verify(N, hs, CONTEXT))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Invalid key proof: ")
        .hasMessageContaining(reason);
  }

  @Test
  void verify_honestProofOfAFullSizeKey_passes() {
    ResidueProof proof = ResidueProof.prove(FULL, HS, CONTEXT, RANDOM);
    proof.verify(N, HS, CONTEXT);
    assertThatThrownBy(() -> proof.verify(N, HS, OTHER_CONTEXT))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Invalid key proof: hs is not shown to be an N-th power");
    assertThatThrownBy(() -> proof.verify(TestKeys.OTHER.modulus(), TestKeys.OTHER.hs(), CONTEXT))
        .isInstanceOf(ProtocolException.class);
    assertRefused(proof, HS.multiply(HS).mod(N_SQUARED), "not shown");
  }

  static Stream<Arguments> plaintextsOfHs() {
    return Stream.of(
        Arguments.of("1", ONE),
        Arguments.of("2^448", ONE.shiftLeft(448)),
        Arguments.of("-1", N.subtract(ONE)),
        Arguments.of("P", P),
        Arguments.of("random", new BigInteger(2040, RANDOM)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plaintextsOfHs")
  void verify_hsThatCarriesAPlaintext_isRefused(String name, BigInteger plaintext) {
    BigInteger hs = HS.multiply(plaintext.multiply(N).add(ONE)).mod(N_SQUARED);
    assertRefused(ResidueProof.prove(FULL, hs, CONTEXT, RANDOM), hs, "not shown");
    ResidueProof ofGoodPart = ResidueProof.prove(FULL, HS, CONTEXT, RANDOM);
    assertRefused(ofGoodPart, hs, "not shown");
  }

  /** A root with the challenge as its degree gives a false hs for any commitment. */
  @Test
  void verify_hsChosenAfterTheChallenge_isRefusedThoughItsEquationHeld() {
    BigInteger order = P.subtract(ONE).multiply(Q.subtract(ONE)).multiply(N);
    BigInteger response = new BigInteger(2000, RANDOM);
    BigInteger commitment = ONE;
    BigInteger e;
    do {
      commitment = commitment.add(N);
      e = ResidueProof.challenge(N, HS, commitment, CONTEXT);
    } while (!ProofMath.isUnit(e, order));
    BigInteger power =
        response.modPow(N, N_SQUARED).multiply(commitment.modInverse(N_SQUARED)).mod(N_SQUARED);
    BigInteger hs = power.modPow(e.modInverse(order), N_SQUARED);
    assertThat(response.modPow(N, N_SQUARED))
        .isEqualTo(commitment.multiply(hs.modPow(e, N_SQUARED)).mod(N_SQUARED));
    assertThat(TestKeys.textbookDecrypt(hs)).isNotEqualTo(BigInteger.ZERO);
    assertRefused(new ResidueProof(commitment, response), hs, "not shown");
  }

  /** An hs that is right modulo Q² only, and numbers that are 0 where it is wrong. */
  @Test
  void verify_responseThatPDivides_isRefusedThoughItsEquationHolds() {
    BigInteger pSquared = P.multiply(P);
    BigInteger qSquared = Q.multiply(Q);
    BigInteger hs =
        combine(HS.multiply(N.add(ONE)).mod(pSquared), pSquared, HS.mod(qSquared), qSquared);
    BigInteger r = new BigInteger(2000, RANDOM);
    BigInteger commitment = combine(BigInteger.ZERO, pSquared, r.modPow(N, qSquared), qSquared);
    BigInteger e = ResidueProof.challenge(N, hs, commitment, CONTEXT);
    BigInteger h = FULL.nthRoot(HS.mod(N));
    BigInteger response = combine(BigInteger.ZERO, P, r.multiply(h.modPow(e, N)).mod(Q), Q);
    assertThat(response.modPow(N, N_SQUARED))
        .isEqualTo(commitment.multiply(hs.modPow(e, N_SQUARED)).mod(N_SQUARED));
    assertRefused(new ResidueProof(commitment, response), hs, "factor in common");
  }

  private static BigInteger combine(BigInteger a, BigInteger m, BigInteger b, BigInteger k) {
    return a.add(b.subtract(a).multiply(m.modInverse(k)).mod(k).multiply(m));
  }

  @Test
  void verify_anyFieldChanged_isRefused() {
    ResidueProof proof = ResidueProof.prove(FULL, HS, CONTEXT, RANDOM);
    BigInteger a = proof.commitment();
    BigInteger z = proof.response();
    for (BigInteger changed : new BigInteger[] {flipped(a), ONE, N_SQUARED.subtract(a)}) {
      assertRefused(new ResidueProof(changed, z), HS, "not shown");
    }
    for (BigInteger changed : new BigInteger[] {flipped(z), ONE, N.subtract(z)}) {
      assertRefused(new ResidueProof(a, changed), HS, "not shown");
    }
    for (BigInteger changed :
        new BigInteger[] {BigInteger.ZERO, a.negate(), a.add(N_SQUARED), N_SQUARED}) {
      assertRefused(new ResidueProof(changed, z), HS, "out of range");
    }
    for (BigInteger changed : new BigInteger[] {BigInteger.ZERO, z.negate(), z.add(N), N}) {
      assertRefused(new ResidueProof(a, changed), HS, "out of range");
    }
  }

  @Test
  void verify_hsOutOfRange_isRefused() {
    ResidueProof proof = ResidueProof.prove(FULL, HS, CONTEXT, RANDOM);
    assertRefused(proof, HS.add(N_SQUARED), "out of range");
    assertRefused(proof, BigInteger.ZERO, "out of range");
    assertRefused(proof, P.multiply(HS.mod(N)), "factor in common");
  }

  @Test
  void prove_hsOfTheKey_findsTheRootThatItWasMadeFrom() {
    assertThat(FULL.nthRoot(HS.mod(N))).isEqualTo(TestKeys.PRIMES.h());
    assertThat(FULL).hasToString("KeyWitness[secret]");
  }
}

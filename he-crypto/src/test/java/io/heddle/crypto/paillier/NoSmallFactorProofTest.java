// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.FULL;
import static io.heddle.crypto.paillier.ProofKeys.OTHER_CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.PARAMETERS;
import static io.heddle.crypto.paillier.ProofKeys.RANDOM;
import static io.heddle.crypto.paillier.ProofKeys.SECRET;
import static io.heddle.crypto.paillier.ProofKeys.SMALL;
import static io.heddle.crypto.paillier.ProofKeys.flipped;
import static io.heddle.crypto.paillier.TestKeys.N;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoSmallFactorProofTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final String NOT_LARGE = "not shown to be large enough";
  private static final String NOT_PRODUCT = "not shown to be the product of two large numbers";

  private static BigInteger[] fields(NoSmallFactorProof proof) {
    return new BigInteger[] {
      proof.p(),
      proof.q(),
      proof.maskP(),
      proof.maskQ(),
      proof.product(),
      proof.sigma(),
      proof.factorP(),
      proof.factorQ(),
      proof.blindingP(),
      proof.blindingQ(),
      proof.blindingProduct()
    };
  }

  private static NoSmallFactorProof with(NoSmallFactorProof proof, int field, BigInteger value) {
    BigInteger[] f = fields(proof);
    f[field] = value;
    return new NoSmallFactorProof(
        f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]);
  }

  private static void assertRefused(
      NoSmallFactorProof proof, BigInteger n, byte[] context, String reason) {
    assertThatThrownBy(() -> proof.verify(n, PARAMETERS, context))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Invalid key proof: ")
        .hasMessageContaining(reason);
  }

  @Test
  void verify_honestProofOfAFullSizeKey_passes() {
    NoSmallFactorProof proof = NoSmallFactorProof.prove(FULL, PARAMETERS, CONTEXT, RANDOM);
    proof.verify(N, PARAMETERS, CONTEXT);
    assertRefused(proof, N, OTHER_CONTEXT, NOT_PRODUCT);
    assertRefused(proof, TestKeys.OTHER.modulus(), CONTEXT, NOT_PRODUCT);
  }

  @Test
  void verify_otherParameters_refuses() {
    NoSmallFactorProof proof = NoSmallFactorProof.prove(FULL, PARAMETERS, CONTEXT, RANDOM);
    BigInteger t = PARAMETERS.t();
    RingPedersen others =
        new RingPedersen(
            PARAMETERS.modulus(), PARAMETERS.s().multiply(t).mod(PARAMETERS.modulus()), t);
    assertThatThrownBy(() -> proof.verify(N, others, CONTEXT))
        .isInstanceOf(ProtocolException.class);
  }

  /** The smaller key's proof has the same equations; what is smaller too is what it shows. */
  @Test
  void verify_smallModulusUnderLargeParameters_passes() {
    NoSmallFactorProof.prove(SMALL, PARAMETERS, CONTEXT, RANDOM)
        .verify(SMALL.modulus(), PARAMETERS, CONTEXT);
  }

  /** What is shown is 2^767; the masked other factor is too long for its range below that. */
  @ParameterizedTest
  @ValueSource(ints = {2, 17, 40, 128, 256, 512, 766})
  void verify_honestAlgorithmOnASmallFactor_isRefused(int bits) {
    BigInteger small = new BigInteger(bits, 30, RANDOM);
    BigInteger large = ONE.shiftLeft(2047).add(new BigInteger(2000, RANDOM)).divide(small);
    large = large.add(ONE).nextProbablePrime();
    for (KeyWitness witness :
        new KeyWitness[] {new KeyWitness(small, large), new KeyWitness(large, small)}) {
      BigInteger n = witness.modulus();
      assertThat(n.bitLength()).isEqualTo(2048);
      NoSmallFactorProof proof = NoSmallFactorProof.attempt(witness, PARAMETERS, CONTEXT, RANDOM);
      assertRefused(proof, n, CONTEXT, NOT_LARGE);
      BigInteger fitting = ONE.shiftLeft(1280).subtract(ONE);
      for (int factor = 6; factor <= 7; factor++) {
        proof = with(proof, factor, fields(proof)[factor].and(fitting));
      }
      assertRefused(proof, n, CONTEXT, NOT_PRODUCT);
    }
  }

  @Test
  void verify_trivialFactor_isRefused() {
    KeyWitness witness = new KeyWitness(ONE, N);
    assertRefused(
        NoSmallFactorProof.attempt(witness, PARAMETERS, CONTEXT, RANDOM), N, CONTEXT, NOT_LARGE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NoSmallFactorProof.prove(witness, PARAMETERS, CONTEXT, RANDOM))
        .withMessage("Invalid key: P and Q must be of equal length");
  }

  @Test
  void verify_productOfOtherNumbers_isRefused() {
    BigInteger p = TestKeys.P;
    BigInteger q = TestKeys.Q.add(BigInteger.TWO);
    NoSmallFactorProof proof =
        NoSmallFactorProof.attempt(new KeyWitness(p, q), PARAMETERS, CONTEXT, RANDOM);
    assertRefused(proof, N, CONTEXT, NOT_PRODUCT);
  }

  /** Why the verifier's secret is forgotten: with it, an exponent too long is made to fit. */
  @Test
  void attempt_byOneWhoKnowsTheVerifiersSecret_wouldPass() {
    BigInteger small = new BigInteger(40, 30, RANDOM);
    BigInteger n = ONE.shiftLeft(2047).divide(small).add(ONE).nextProbablePrime().multiply(small);
    KeyWitness witness = new KeyWitness(small, n.divide(small));
    NoSmallFactorProof proof = NoSmallFactorProof.attempt(witness, PARAMETERS, CONTEXT, RANDOM);
    BigInteger z = new BigInteger(1200, RANDOM);
    BigInteger moved =
        proof
            .factorQ()
            .subtract(z)
            .multiply(SECRET.lambda())
            .add(proof.blindingQ())
            .mod(SECRET.order());
    with(with(proof, 7, z), 9, moved).verify(n, PARAMETERS, CONTEXT);
  }

  @Test
  void verify_anyFieldChanged_isRefused() {
    NoSmallFactorProof proof = NoSmallFactorProof.prove(FULL, PARAMETERS, CONTEXT, RANDOM);
    BigInteger[] fields = fields(proof);
    for (int i = 0; i < fields.length; i++) {
      assertRefused(with(proof, i, flipped(fields[i])), N, CONTEXT, "");
      assertRefused(with(proof, i, fields[i].negate()), N, CONTEXT, "");
      assertRefused(with(proof, i, BigInteger.ZERO), N, CONTEXT, "");
      BigInteger tooLarge = fields[i].add(SECRET.order().shiftLeft(4500));
      assertRefused(with(proof, i, tooLarge), N, CONTEXT, i < 5 ? "out of range" : NOT_LARGE);
    }
  }

  @Test
  void prove_twice_sharesNoField() {
    NoSmallFactorProof first = NoSmallFactorProof.prove(FULL, PARAMETERS, CONTEXT, RANDOM);
    NoSmallFactorProof second = NoSmallFactorProof.prove(FULL, PARAMETERS, CONTEXT, RANDOM);
    assertThat(Arrays.asList(fields(first)))
        .doesNotContainAnyElementsOf(Arrays.asList(fields(second)));
  }
}

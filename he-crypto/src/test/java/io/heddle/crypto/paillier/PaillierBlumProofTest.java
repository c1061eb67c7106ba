// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.FULL;
import static io.heddle.crypto.paillier.ProofKeys.OTHER_CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.RANDOM;
import static io.heddle.crypto.paillier.ProofKeys.SMALL;
import static io.heddle.crypto.paillier.ProofKeys.flipped;
import static io.heddle.crypto.paillier.ProofKeys.prime;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.paillier.PaillierBlumProof.Round;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PaillierBlumProofTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger TWO = BigInteger.TWO;
  private static final String NOT_SHOWN = "product of two primes 3 modulo 4";

  /** Does the best that can be done about a modulus whose prime factors are known. */
  private record Cheater(BigInteger n, List<BigInteger> primes) {
    static Cheater of(BigInteger... primes) {
      return new Cheater(Arrays.stream(primes).reduce(ONE, BigInteger::multiply), List.of(primes));
    }

    PaillierBlumProof prove(byte[] context) {
      BigInteger w;
      do {
        w = new BigInteger(n.bitLength() - 1, RANDOM);
      } while (ModulusChecks.jacobi(w, n) != -1);
      return prove(w, context);
    }

    PaillierBlumProof prove(BigInteger w, byte[] context) {
      List<Round> rounds =
          Arrays.stream(PaillierBlumProof.challenges(n, w, context))
              .parallel()
              .map(y -> answer(w, y))
              .toList();
      return new PaillierBlumProof(w, rounds);
    }

    private Round answer(BigInteger w, BigInteger y) {
      BigInteger z = combine(primes.stream().map(prime -> nthRoot(y, prime)).toList());
      for (int flags = 0; flags < 4; flags++) {
        boolean negated = (flags & 1) != 0;
        boolean twisted = (flags & 2) != 0;
        BigInteger power = (twisted ? y.multiply(w) : y).multiply(negated ? ONE.negate() : ONE);
        if (primes.stream().allMatch(prime -> isFourthPower(power, prime))) {
          List<BigInteger> roots = primes.stream().map(prime -> fourthRoot(power, prime)).toList();
          return new Round(negated, twisted, combine(roots), z);
        }
      }
      return new Round(false, false, ONE, z);
    }

    private BigInteger nthRoot(BigInteger y, BigInteger prime) {
      BigInteger order = prime.subtract(ONE);
      order = order.divide(order.gcd(n));
      return y.mod(prime).modPow(n.modInverse(order), prime);
    }

    /** For primes that are 3 modulo 4 or 5 modulo 8. */
    private static boolean isFourthPower(BigInteger y, BigInteger prime) {
      return y.mod(prime).modPow(oddPart(prime), prime).equals(ONE);
    }

    private static BigInteger fourthRoot(BigInteger y, BigInteger prime) {
      BigInteger exponent = BigInteger.valueOf(4).modInverse(oddPart(prime));
      return y.mod(prime).modPow(exponent, prime);
    }

    private static BigInteger oddPart(BigInteger prime) {
      BigInteger order = prime.subtract(ONE);
      return order.shiftRight(order.getLowestSetBit());
    }

    private BigInteger combine(List<BigInteger> residues) {
      BigInteger sum = BigInteger.ZERO;
      for (int i = 0; i < primes.size(); i++) {
        BigInteger others = n.divide(primes.get(i));
        BigInteger inverse = others.modInverse(primes.get(i));
        sum = sum.add(residues.get(i).multiply(others).multiply(inverse));
      }
      return sum.mod(n);
    }

    long answered(PaillierBlumProof proof, byte[] context) {
      BigInteger[] challenges = PaillierBlumProof.challenges(n, proof.w(), context);
      return IntStream.range(0, PaillierBlumProof.ROUNDS)
          .parallel()
          .filter(i -> proof.rounds().get(i).answers(challenges[i], proof.w(), n))
          .count();
    }
  }

  private static void assertRefused(
      PaillierBlumProof proof, BigInteger n, int keyBits, byte[] context, String reason) {
    assertThatThrownBy(() -> proof.verify(n, keyBits, context))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Invalid key proof: ")
        .hasMessageContaining(reason);
  }

  @Test
  void verify_honestProofOfAFullSizeKey_passes() {
    PaillierBlumProof proof = PaillierBlumProof.prove(FULL, CONTEXT, RANDOM);
    assertThatCode(() -> proof.verify(TestKeys.N, 2048, CONTEXT)).doesNotThrowAnyException();
    assertRefused(proof, TestKeys.N, 2048, OTHER_CONTEXT, NOT_SHOWN);
    assertRefused(proof, TestKeys.N, 3072, CONTEXT, "full length");
    assertThatThrownBy(() -> proof.verify(TestKeys.OTHER.modulus(), 2048, CONTEXT))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void prove_twice_usesAnotherW() {
    PaillierBlumProof first = PaillierBlumProof.prove(SMALL, CONTEXT, RANDOM);
    PaillierBlumProof second = PaillierBlumProof.prove(SMALL, CONTEXT, RANDOM);
    assertThat(first.w()).isNotEqualTo(second.w());
    assertThat(first.rounds()).hasSize(128).doesNotContainAnyElementsOf(second.rounds());
  }

  @Test
  void prove_anyRound_givesTheRootThatIsASquare() {
    for (Round round : PaillierBlumProof.prove(SMALL, CONTEXT, RANDOM).rounds()) {
      // Another of the four roots for an equal challenge would show the factors.
      assertThat(SMALL.isSquareModP(round.x()) && SMALL.isSquareModQ(round.x())).isTrue();
    }
  }

  /** Without this, the refusals below would show nothing. */
  @Test
  void cheater_goodModulus_makesAProofThatPasses() {
    Cheater cheater = Cheater.of(SMALL.p(), SMALL.q());
    PaillierBlumProof proof = cheater.prove(CONTEXT);
    assertThat(cheater.answered(proof, CONTEXT)).isEqualTo(128);
    proof.verify(SMALL.modulus(), 512, CONTEXT);
  }

  static Stream<Arguments> falseModuli() {
    BigInteger p = prime(512, 3, 4);
    return Stream.of(
        Arguments.of(
            "three primes",
            new BigInteger[] {prime(683, 3, 4), prime(683, 3, 4), prime(682, 3, 4)},
            105),
        Arguments.of("P = 1 mod 4", new BigInteger[] {prime(1024, 5, 8), prime(1024, 3, 4)}, 105),
        Arguments.of("P, Q = 1 mod 4", new BigInteger[] {prime(1024, 5, 8), prime(1024, 5, 8)}, 70),
        Arguments.of("P divides Q - 1", new BigInteger[] {p, primeAfterMultiple(p, 1535)}, 0),
        Arguments.of(
            "7 divides Q - 1", new BigInteger[] {BigInteger.valueOf(7), prime(2045, 155, 196)}, 45),
        Arguments.of(
            "many primes",
            Stream.generate(() -> prime(128, 3, 4)).limit(16).toArray(BigInteger[]::new),
            10));
  }

  /** A prime 2 k p + 1 that is 3 modulo 4. */
  private static BigInteger primeAfterMultiple(BigInteger p, int bits) {
    BigInteger k = ONE.shiftLeft(bits - p.bitLength()).subtract(ONE);
    BigInteger first = p.multiply(k).shiftLeft(1).add(ONE);
    return prime(first, p.shiftLeft(2).negate(), 10_000);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("falseModuli")
  void verify_bestProofOfAFalseModulus_isRefused(String name, BigInteger[] primes, int most) {
    Cheater cheater = Cheater.of(primes);
    PaillierBlumProof proof = cheater.prove(CONTEXT);
    assertThat(cheater.answered(proof, CONTEXT)).as(name).isLessThanOrEqualTo(most);
    assertRefused(proof, cheater.n(), cheater.n().bitLength(), CONTEXT, "the modulus");
  }

  @Test
  void verify_primeModulus_isRefusedThoughEveryRoundIsRight() {
    // The largest prime below 2^2048 that is 3 modulo 4.
    Cheater cheater = Cheater.of(ONE.shiftLeft(2048).subtract(BigInteger.valueOf(1557)));
    PaillierBlumProof proof = cheater.prove(CONTEXT);
    assertThat(cheater.answered(proof, CONTEXT)).isEqualTo(128);
    assertRefused(proof, cheater.n(), 2048, CONTEXT, "must not be prime");
  }

  @Test
  void verify_square_isRefusedForAnyW() {
    BigInteger square = TestKeys.P.pow(2);
    PaillierBlumProof proof = PaillierBlumProof.prove(FULL, CONTEXT, RANDOM);
    assertRefused(proof, square, 2048, CONTEXT, "");
    PaillierBlumProof small =
        new PaillierBlumProof(
            TWO, proof.rounds().stream().map(r -> new Round(false, false, TWO, TWO)).toList());
    assertRefused(small, square, 2048, CONTEXT, "Jacobi symbol -1");
  }

  @Test
  void verify_evenOrShortModulus_isRefused() {
    PaillierBlumProof proof = PaillierBlumProof.prove(FULL, CONTEXT, RANDOM);
    assertRefused(proof, TestKeys.N.subtract(ONE), 2048, CONTEXT, "odd and of full length");
    BigInteger shorter = prime(1023, 3, 4).multiply(prime(1024, 3, 4));
    assertThat(shorter.bitLength()).isEqualTo(2047);
    Cheater cheater = Cheater.of(SMALL.p(), prime(255, 3, 4));
    assertRefused(cheater.prove(CONTEXT), cheater.n(), 512, CONTEXT, "odd and of full length");
    assertRefused(proof, shorter, 2048, CONTEXT, "odd and of full length");
  }

  /** The hole of CVE-2025-66016: every x is 0, the fourth root of w y = 0. */
  @Test
  void verify_wZero_isRefusedThoughEveryRoundIsRight() {
    Cheater cheater = Cheater.of(prime(171, 3, 4), prime(171, 3, 4), prime(172, 3, 4));
    BigInteger n = cheater.n();
    PaillierBlumProof roots = cheater.prove(BigInteger.ZERO, CONTEXT);
    PaillierBlumProof proof =
        new PaillierBlumProof(
            BigInteger.ZERO,
            roots.rounds().stream()
                .map(round -> new Round(false, true, BigInteger.ZERO, round.z()))
                .toList());
    assertThat(cheater.answered(proof, CONTEXT)).isEqualTo(128);
    assertRefused(proof, n, n.bitLength(), CONTEXT, "w is out of range");
    BigInteger factor = cheater.primes().get(0);
    assertRefused(
        new PaillierBlumProof(factor, proof.rounds()), n, n.bitLength(), CONTEXT, "Jacobi");
  }

  @Test
  void verify_anyFieldFlipped_isRefused() {
    PaillierBlumProof proof = PaillierBlumProof.prove(SMALL, CONTEXT, RANDOM);
    BigInteger n = SMALL.modulus();
    assertRefused(new PaillierBlumProof(flipped(proof.w()), proof.rounds()), n, 512, CONTEXT, "");
    for (int i = 0; i < proof.rounds().size(); i += 21) {
      Round round = proof.rounds().get(i);
      for (Round changed :
          List.of(
              new Round(!round.negated(), round.twisted(), round.x(), round.z()),
              new Round(round.negated(), !round.twisted(), round.x(), round.z()),
              new Round(round.negated(), round.twisted(), flipped(round.x()), round.z()),
              new Round(round.negated(), round.twisted(), round.x(), flipped(round.z())),
              new Round(round.negated(), round.twisted(), round.x().add(n), round.z()),
              new Round(round.negated(), round.twisted(), round.x(), round.z().add(n)),
              new Round(round.negated(), round.twisted(), BigInteger.ZERO, round.z()),
              new Round(round.negated(), round.twisted(), round.x(), SMALL.p()))) {
        List<Round> rounds = new ArrayList<>(proof.rounds());
        rounds.set(i, changed);
        assertRefused(new PaillierBlumProof(proof.w(), rounds), n, 512, CONTEXT, "");
      }
    }
  }

  @Test
  void verify_otherNumberOfRounds_isRefused() {
    PaillierBlumProof proof = PaillierBlumProof.prove(SMALL, CONTEXT, RANDOM);
    PaillierBlumProof shorter = new PaillierBlumProof(proof.w(), proof.rounds().subList(0, 127));
    assertRefused(shorter, SMALL.modulus(), 512, CONTEXT, "128 rounds");
  }
}

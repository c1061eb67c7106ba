// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofMath.require;
import static io.heddle.crypto.paillier.ProofMath.requireBelow;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Shows that s is a power of t modulo N^, so that commitments under these {@link RingPedersen}
 * parameters hide what is in them. It does not show that N^ has two primes or which: nothing that
 * the reader relies on follows from that. (CGGMP21, eprint 2021/060, figure 17, made
 * non-interactive.)
 *
 * <p>The reader learns that this is so and nothing else. If s is no power of t, each of the 128
 * rounds can be answered for one of its two challenges at most, so a cheating prover succeeds with
 * 2^-128 for each hash that it tries.
 *
 * <p>Costs prover and verifier one power modulo N^ in each round, with an exponent as long as N^.
 *
 * @param commitments A, {@code t^a mod N^} for a random a, in the order of the rounds
 * @param responses {@code z = a + e lambda mod phi(N^)}, so that {@code t^z = A s^e mod N^}
 */
record RingPedersenProof(List<BigInteger> commitments, List<BigInteger> responses) {
  static final int ROUNDS = ProofMath.SOUNDNESS_BITS;

  // That s is a power of t is true for everybody or nobody: a replay does no harm.
  private static final byte[] NO_CONTEXT = {};

  RingPedersenProof {
    commitments = List.copyOf(commitments);
    responses = List.copyOf(responses);
  }

  static RingPedersenProof prove(RingPedersenSecret secret, SecureRandom random) {
    RingPedersen parameters = secret.parameters();
    List<BigInteger> exponents =
        Stream.generate(() -> ProofMath.below(secret.order(), random)).limit(ROUNDS).toList();
    BigInteger n = parameters.modulus();
    List<BigInteger> commitments =
        exponents.parallelStream().map(a -> parameters.t().modPow(a, n)).toList();
    BigInteger challenge = challenge(parameters, commitments);
    BigInteger[] responses = new BigInteger[ROUNDS];
    Arrays.setAll(
        responses,
        i -> {
          BigInteger shift = challenge.testBit(i) ? secret.lambda() : BigInteger.ZERO;
          return exponents.get(i).add(shift).mod(secret.order());
        });
    return new RingPedersenProof(commitments, List.of(responses));
  }

  /**
   * Checks the proof and the parameters' sizes and ranges.
   *
   * @throws ProtocolException if s is not shown to be a power of t
   */
  void verify(RingPedersen parameters, int bits) {
    parameters.check(bits);
    BigInteger n = parameters.modulus();
    require(
        commitments.size() == ROUNDS && responses.size() == ROUNDS,
        "there must be " + ROUNDS + " rounds");
    requireBelow(n, "a commitment of the verifier", commitments.toArray(BigInteger[]::new));
    require(
        responses.stream().allMatch(z -> z.signum() >= 0 && z.compareTo(n) < 0),
        "a response of the verifier is out of range");
    BigInteger challenge = challenge(parameters, commitments);
    require(
        IntStream.range(0, ROUNDS)
            .parallel()
            .allMatch(i -> answers(parameters, i, challenge.testBit(i))),
        "the verifier's s is not shown to be a power of its t");
  }

  private boolean answers(RingPedersen parameters, int round, boolean challenge) {
    BigInteger n = parameters.modulus();
    BigInteger commitment = commitments.get(round);
    BigInteger expected = challenge ? commitment.multiply(parameters.s()).mod(n) : commitment;
    return parameters.t().modPow(responses.get(round), n).equals(expected);
  }

  static BigInteger challenge(RingPedersen parameters, List<BigInteger> commitments) {
    return new ProofTranscript("ring-Pedersen", NO_CONTEXT)
        .add(parameters.modulus(), parameters.s(), parameters.t())
        .add(commitments.toArray(BigInteger[]::new))
        .challenges()
        .bits(ROUNDS);
  }

  static int bytes(int keyBits) {
    return 2 * ROUNDS * keyBits / Byte.SIZE;
  }

  void write(ProofBytes to) {
    to.put(to.keyBits(), commitments.toArray(BigInteger[]::new));
    to.put(to.keyBits(), responses.toArray(BigInteger[]::new));
  }

  static RingPedersenProof read(ProofBytes from) {
    return new RingPedersenProof(numbers(from), numbers(from));
  }

  private static List<BigInteger> numbers(ProofBytes from) {
    List<BigInteger> numbers = new ArrayList<>(ROUNDS);
    for (int i = 0; i < ROUNDS; i++) {
      numbers.add(from.get(from.keyBits()));
    }
    return numbers;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.OTHER_CONTEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A part that is left out of a challenge can be chosen after it, and then proves nothing. */
class ProofTranscriptTest {
  private static final BigInteger[] NUMBERS = new BigInteger[12];

  static {
    Arrays.setAll(NUMBERS, i -> BigInteger.valueOf(1_000_003L + 2L * i).pow(20));
  }

  /** Asks for the challenge of the numbers and of every variant with one of them changed. */
  private static void assertEveryNumberCounts(
      int count, Function<BigInteger[], BigInteger> challenge) {
    Set<BigInteger> challenges = new HashSet<>();
    challenges.add(challenge.apply(NUMBERS.clone()));
    for (int i = 0; i < count; i++) {
      BigInteger[] changed = NUMBERS.clone();
      changed[i] = changed[i].add(BigInteger.TWO);
      challenges.add(challenge.apply(changed));
    }
    assertThat(challenges).hasSize(count + 1);
  }

  @Test
  void challenge_ofEachProof_dependsOnEveryNumberAndTheContext() {
    assertEveryNumberCounts(2, x -> PaillierBlumProof.challenges(x[0], x[1], CONTEXT)[127]);
    assertEveryNumberCounts(3, x -> ResidueProof.challenge(x[0], x[1], x[2], CONTEXT));
    assertEveryNumberCounts(
        5,
        x -> RingPedersenProof.challenge(new RingPedersen(x[0], x[1], x[2]), List.of(x[3], x[4])));
    assertEveryNumberCounts(10, x -> noSmallFactor(x, CONTEXT));
    BigInteger[] x = NUMBERS;
    assertThat(PaillierBlumProof.challenges(x[0], x[1], OTHER_CONTEXT))
        .doesNotContain(PaillierBlumProof.challenges(x[0], x[1], CONTEXT));
    assertThat(ResidueProof.challenge(x[0], x[1], x[2], OTHER_CONTEXT))
        .isNotEqualTo(ResidueProof.challenge(x[0], x[1], x[2], CONTEXT));
    assertThat(noSmallFactor(x, OTHER_CONTEXT)).isNotEqualTo(noSmallFactor(x, CONTEXT));
  }

  private static BigInteger noSmallFactor(BigInteger[] x, byte[] context) {
    RingPedersen parameters = new RingPedersen(x[1], x[2], x[3]);
    return NoSmallFactorProof.challenge(
        x[0], parameters, context, x[4], x[5], x[6], x[7], x[8], x[9]);
  }

  private static BigInteger challenge(String proof, String context, String... parts) {
    ProofTranscript transcript = new ProofTranscript(proof, context.getBytes(UTF_8));
    for (String part : parts) {
      transcript.add(part.getBytes(UTF_8));
    }
    return transcript.challenges().bits(128);
  }

  @Test
  void challenge_partsCutElsewhere_isAnother() {
    assertThat(
            Set.of(
                challenge("a", "b", "cd"),
                challenge("ab", "", "cd"),
                challenge("", "ab", "cd"),
                challenge("a", "b", "c", "d"),
                challenge("a", "b", "", "cd"),
                challenge("a", "b", "cd", ""),
                challenge("a", "bcd")))
        .hasSize(7);
  }

  @Test
  void challenges_oneAfterAnother_areDifferentAndInRange() {
    BigInteger bound = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.valueOf(59));
    BigInteger[] numbers = new ProofTranscript("a", CONTEXT).challenges().below(bound, 500);
    assertThat(numbers).doesNotHaveDuplicates().allMatch(x -> x.compareTo(bound) < 0);
    assertThat(Arrays.stream(numbers).mapToInt(BigInteger::bitLength).max()).hasValue(64);
    assertThat(new ProofTranscript("a", CONTEXT).challenges().below(bound, 500)).isEqualTo(numbers);
    ProofTranscript.Challenges challenges = new ProofTranscript("a", CONTEXT).challenges();
    assertThat(challenges.bits(4096)).isNotEqualTo(challenges.bits(4096));
  }
}

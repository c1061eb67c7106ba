// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.heddle.channel.Mutator;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPublicKey;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mutants of a block of ciphertexts where a role takes them in. Most changes of a ciphertext make
 * another one: that much is Paillier's. All else is refused, by the rules of docs/protocol.md 7
 * worked out anew here. A hundredth of {@code heddle.test.mutants} is how many.
 */
class CiphertextFuzzTest {
  private static final int COUNT = 4;
  private static final PaillierPublicKey KEY = Fits.KEY.publicKey();
  private static final BigInteger N = KEY.modulus();
  private static final BigInteger N_SQUARED = N.multiply(N);
  private static final int WIDTH = KEY.ciphertextBytes();
  private static final int MUTANTS =
      Objects.requireNonNullElse(Integer.getInteger("heddle.test.mutants"), 50_000) / 100;

  /** What is no ciphertext, or tells what it holds. */
  private static final List<BigInteger> BAD =
      List.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          N,
          N.add(BigInteger.ONE),
          N.subtract(BigInteger.ONE),
          N.shiftLeft(1),
          N_SQUARED.subtract(N),
          N_SQUARED.subtract(BigInteger.ONE),
          N_SQUARED,
          N_SQUARED.add(BigInteger.TWO),
          BigInteger.ONE.shiftLeft(8 * WIDTH).subtract(BigInteger.ONE));

  @Test
  void read_mutants_refusedOrCiphertextsAsTheyStand() {
    byte[] good =
        Fits.KEY
            .encrypt(
                PlaintextBlock.of(
                    0,
                    List.of(
                        BigInteger.ZERO, BigInteger.ONE, BigInteger.TEN, BigInteger.valueOf(7))),
                Randomness.derive(new byte[32], "ciphertext fuzz"))
            .toBytes();
    assertThat(good).hasSize(COUNT * WIDTH);
    int taken = 0;
    int hostile = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      byte[] mutant = mutant(good, seed);
      boolean sound = isSound(mutant);
      try {
        CiphertextBlock block = CiphertextBlock.fromBytes(KEY, mutant, COUNT);
        assertThat(sound).as("taken, seed %d", seed).isTrue();
        assertThat(block.toBytes()).as("seed %d", seed).isEqualTo(mutant);
        taken++;
      } catch (ProtocolException e) {
        assertThat(sound).as("refused, seed %d", seed).isFalse();
        hostile++;
      } catch (RuntimeException | Error e) {
        fail("Block with seed %d: %s".formatted(seed, HexFormat.of().formatHex(mutant)), e);
      }
    }
    assertThat(taken).isPositive();
    assertThat(hostile).isGreaterThan(MUTANTS / 4);
    if (Integer.getInteger("heddle.test.mutants") != null) {
      System.out.printf(
          "ciphertext blocks: %d mutants, %d refused, %d valid%n", MUTANTS, hostile, taken);
    }
  }

  private static byte[] mutant(byte[] good, long seed) {
    Random random = new Random(seed);
    if (random.nextBoolean()) {
      return new Mutator(seed).mutant(List.of(good), List.of(good));
    }
    byte[] block = good.clone();
    byte[] number = fixed(BAD.get(random.nextInt(BAD.size())));
    System.arraycopy(number, 0, block, random.nextInt(COUNT) * WIDTH, WIDTH);
    return block;
  }

  /** The number at the key's width; what is too large for that loses its top. */
  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[WIDTH];
    int count = Math.min(bytes.length, WIDTH);
    System.arraycopy(bytes, bytes.length - count, fixed, WIDTH - count, count);
    return fixed;
  }

  private static boolean isSound(byte[] block) {
    if (block.length != COUNT * WIDTH) {
      return false;
    }
    for (int i = 0; i < COUNT; i++) {
      BigInteger c = new BigInteger(1, Arrays.copyOfRange(block, i * WIDTH, (i + 1) * WIDTH));
      boolean inRange = c.signum() > 0 && c.compareTo(N_SQUARED) < 0;
      BigInteger product = c.multiply(c.multiply(c).subtract(BigInteger.ONE));
      if (!inRange || !product.gcd(N).equals(BigInteger.ONE)) {
        return false;
      }
    }
    return true;
  }
}

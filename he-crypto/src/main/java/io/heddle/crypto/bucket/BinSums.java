// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.error.EncodingException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * Encrypted sums of rows by bin; from them the sums to the left of cuts, and these side by side in
 * few plaintexts. What a histogram of a boosted tree is made of (Cheng et al., SecureBoost, arXiv
 * 1901.08755; packing as in Chen et al., SecureBoost+, arXiv 2110.10927).
 *
 * <p>Needs no secret. The results show which ciphertexts went in until they are re-randomised.
 */
public final class BinSums {
  private BinSums() {}

  /**
   * The sum of each bin of all columns, in the plan's order; of 0 for a bin without rows.
   *
   * @param ciphertexts of all rows, also if the plan is for some
   * @param bound no sum of plaintexts can be larger
   */
  public static CiphertextBlock histogram(
      CiphertextSpace space, Histogram plan, CiphertextBlock ciphertexts, BigInteger bound) {
    return space.block(plan.compute(space.modulus(), space.residues(ciphertexts)), bound);
  }

  /**
   * For each cut the sum of its column's bins up to it, and of one bin more where that is asked
   * for.
   *
   * @param sums by bin, columns one after another
   * @param starts where each column begins, and last where the last one ends
   * @param cuts the place of the last bin on the left
   * @param more the place of another bin that lies on the left, or -1
   */
  public static CiphertextBlock left(
      CiphertextSpace space, CiphertextBlock sums, int[] starts, int[] cuts, int[] more) {
    BlockArithmetic arithmetic = new BlockArithmetic(space.modulus());
    Residues running = running(arithmetic, space.residues(sums), starts);
    Residues left = arithmetic.modulus().gather(running, cuts);
    int[] at = new int[cuts.length];
    int[] bins = new int[cuts.length];
    int count = 0;
    for (int i = 0; i < more.length; i++) {
      if (more[i] >= 0) {
        at[count] = i;
        bins[count++] = more[i];
      }
    }
    if (count > 0) {
      arithmetic.multiplyInto(left, at, space.residues(sums), bins, count);
    }
    return space.block(left, sums.bound());
  }

  /** Within each column the product of its numbers up to each; columns side by side in lanes. */
  private static Residues running(BlockArithmetic arithmetic, Residues bins, int[] starts) {
    int[] all = new int[bins.size()];
    Arrays.setAll(all, i -> i);
    Residues running = arithmetic.modulus().gather(bins, all);
    int columns = starts.length - 1;
    int longest = 0;
    for (int j = 0; j < columns; j++) {
      longest = Math.max(longest, starts[j + 1] - starts[j]);
    }
    int[] targets = new int[columns];
    int[] sources = new int[columns];
    for (int k = 1; k < longest; k++) {
      int count = 0;
      for (int j = 0; j < columns; j++) {
        if (starts[j] + k < starts[j + 1]) {
          targets[count] = starts[j] + k;
          sources[count++] = starts[j] + k - 1;
        }
      }
      arithmetic.multiplyInto(running, targets, running, sources, count);
    }
    return running;
  }

  /**
   * Sums side by side: plaintext i of the result holds those from {@code i * perCiphertext} on, the
   * first in its lowest bits.
   *
   * @param slotBits how many bits each gets
   * @throws EncodingException if a sum may be too large for its bits, or all for a plaintext
   */
  public static CiphertextBlock pack(
      CiphertextSpace space, CiphertextBlock sums, int slotBits, int perCiphertext) {
    if (sums.bound().bitLength() > slotBits) {
      throw new EncodingException(
          "A sum of "
              + sums.bound().bitLength()
              + " bits does not fit a slot of "
              + slotBits
              + " bits");
    }
    BigInteger bound = BigInteger.ONE.shiftLeft(slotBits * perCiphertext);
    if (bound.shiftLeft(1).compareTo(space.limit()) >= 0) {
      throw new EncodingException(
          perCiphertext
              + " slots of "
              + slotBits
              + " bits do not fit a modulus of "
              + space.limit().bitLength()
              + " bits");
    }
    Modulus modulus = space.modulus();
    BlockArithmetic arithmetic = new BlockArithmetic(modulus);
    Residues padded = modulus.concat(List.of(space.residues(sums), modulus.ones(1)));
    int packs = (sums.size() + perCiphertext - 1) / perCiphertext;
    Residues packed =
        arithmetic.inLanes(
            packs,
            (from, to) -> {
              Residues sum = slot(modulus, padded, from, to, perCiphertext, perCiphertext - 1);
              for (int k = perCiphertext - 2; k >= 0; k--) {
                sum =
                    arithmetic.multiply(
                        arithmetic.square(sum, slotBits),
                        slot(modulus, padded, from, to, perCiphertext, k));
              }
              return sum;
            });
    return space.block(packed, bound);
  }

  /**
   * Blocks of sums of equal size one after another, brought together: number i of the result is
   * {@code sum_t 2^(slotBits (blocks - 1 - t)) * sums[t * size + i]}, by Horner's rule.
   *
   * @param sums of all blocks
   * @param slotBits by how many bits a block's numbers stand above the next one's
   * @param blocks how many there are, at least 1
   * @throws EncodingException if a result may be too large for a plaintext
   */
  public static CiphertextBlock fold(
      CiphertextSpace space, CiphertextBlock sums, int slotBits, int blocks) {
    if (blocks < 1 || sums.size() % blocks != 0) {
      throw new IllegalArgumentException(
          "Invalid number of blocks " + blocks + " of " + sums.size() + " sums");
    }
    BigInteger bound = BigInteger.ZERO;
    for (int t = 0; t < blocks; t++) {
      bound = bound.shiftLeft(slotBits).add(sums.bound());
    }
    if (bound.shiftLeft(1).compareTo(space.limit()) >= 0) {
      throw new EncodingException(
          blocks
              + " blocks of sums "
              + slotBits
              + " bits apart do not fit a modulus of "
              + space.limit().bitLength()
              + " bits");
    }
    Residues residues = space.residues(sums);
    BlockArithmetic arithmetic = new BlockArithmetic(space.modulus());
    int size = sums.size() / blocks;
    Residues folded =
        arithmetic.inLanes(
            size,
            (from, to) -> {
              Residues sum = residues.slice(from, to);
              for (int t = 1; t < blocks; t++) {
                sum =
                    arithmetic.multiply(
                        arithmetic.square(sum, slotBits),
                        residues.slice(t * size + from, t * size + to));
              }
              return sum;
            });
    return space.block(folded, bound);
  }

  private static Residues slot(
      Modulus modulus, Residues padded, int from, int to, int perCiphertext, int k) {
    int[] at = new int[to - from];
    Arrays.setAll(at, i -> Math.min((from + i) * perCiphertext + k, padded.size() - 1));
    return modulus.gather(padded, at);
  }
}

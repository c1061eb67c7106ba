// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.bucket.BlockArithmetic;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.paillier.SlotBuckets.Chain;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The product of {@code bucket[b]^b} for many chains of buckets side by side, by running products
 * from the largest b down.
 */
final class Fold {
  private final BlockArithmetic arithmetic;
  private final Residues buckets;

  Fold(BlockArithmetic arithmetic, Residues buckets) {
    this.arithmetic = arithmetic;
    this.buckets = buckets;
  }

  /** Multiplications for one chain. */
  static long cost(Chain chain) {
    return chain.length() == 0 ? 0 : chain.occupied().cardinality() - 1L + chain.length() - 1;
  }

  /** One number per chain, 1 for an empty one. */
  Residues of(List<Chain> chains) {
    List<Chain> filled = chains.stream().filter(chain -> chain.length() > 0).toList();
    Residues folded =
        arithmetic.inLanes(filled.size(), (from, to) -> fold(filled.subList(from, to)));
    int[] order = new int[chains.size()];
    int next = 0;
    for (int i = 0; i < order.length; i++) {
      order[i] = chains.get(i).length() > 0 ? next++ : filled.size();
    }
    Residues one = arithmetic.modulus().ones(1);
    return arithmetic.modulus().gather(arithmetic.modulus().concat(List.of(folded, one)), order);
  }

  private Residues fold(List<Chain> chains) {
    int[] tops = chains.stream().mapToInt(chain -> chain.start() + chain.length() - 1).toArray();
    Residues running = arithmetic.modulus().gather(buckets, tops);
    Residues total = arithmetic.modulus().gather(buckets, tops);
    int longest = chains.stream().mapToInt(Chain::length).max().orElse(0);
    int[] at = new int[chains.size()];
    int[] from = new int[chains.size()];
    for (int b = longest - 1; b > 0; b--) {
      int bucket = b;
      int count = 0;
      for (int i = 0; i < at.length; i++) {
        Chain chain = chains.get(i);
        if (bucket < chain.length() && chain.occupied().get(bucket - 1)) {
          at[count] = i;
          from[count++] = chain.start() + bucket - 1;
        }
      }
      arithmetic.multiplyInto(running, at, buckets, from, count);
      int[] longer =
          IntStream.range(0, at.length).filter(i -> bucket < chains.get(i).length()).toArray();
      arithmetic.multiplyInto(total, longer, running, longer, longer.length);
    }
    return total;
  }

  /** Each positive chain's number divided by the negative one's; chains in pairs. */
  Residues ofPairs(List<Chain> chains) {
    Residues folded = of(chains);
    int[] negatives =
        IntStream.range(0, chains.size() / 2)
            .filter(pair -> chains.get(2 * pair + 1).length() > 0)
            .toArray();
    int[] even = new int[chains.size() / 2];
    Arrays.setAll(even, pair -> 2 * pair);
    int[] odd = Arrays.stream(negatives).map(pair -> 2 * pair + 1).toArray();
    Residues quotients = arithmetic.modulus().gather(folded, even);
    Residues inverses = arithmetic.inverse(arithmetic.modulus().gather(folded, odd));
    int[] all = new int[negatives.length];
    Arrays.setAll(all, k -> k);
    arithmetic.multiplyInto(quotients, negatives, inverses, all, all.length);
    return quotients;
  }
}

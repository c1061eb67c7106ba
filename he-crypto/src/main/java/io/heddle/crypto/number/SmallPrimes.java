// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.number;

import java.util.BitSet;

/** The primes below a small limit, in order. */
public final class SmallPrimes {
  private SmallPrimes() {}

  /** All of them. */
  public static int[] below(int limit) {
    BitSet candidates = new BitSet(limit);
    candidates.set(2, Math.max(2, limit));
    for (int prime = 2; (long) prime * prime < limit; prime = candidates.nextSetBit(prime + 1)) {
      for (int multiple = prime * prime; multiple < limit; multiple += prime) {
        candidates.clear(multiple);
      }
    }
    return candidates.stream().toArray();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.stream.Stream;

/** Numbers to calculate with. */
final class Numbers {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Numbers() {}

  /** Random numbers from 0 to {@code 2^bits - 1}. */
  static BigInteger[] below(int bits, int count) {
    return Stream.generate(() -> new BigInteger(bits, RANDOM))
        .limit(count)
        .toArray(BigInteger[]::new);
  }
}

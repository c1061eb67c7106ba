// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.Randomness;

/**
 * Randomness from a party's own secret, such as {@code session::privateRandomness}: the same
 * purpose and context give the same bytes, so a repeated task repeats its messages.
 */
@FunctionalInterface
public interface PrivateRandomness {
  Randomness derive(String purpose, byte[]... context);
}

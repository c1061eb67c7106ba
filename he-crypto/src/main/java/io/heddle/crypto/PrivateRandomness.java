// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

/**
 * Randomness from a secret of this party's own that the caller does not see, such as {@code
 * session::privateRandomness}: the same purpose and context give the same bytes, so a repeated task
 * repeats its messages. The context holds a digest of what goes in, so another input meets other
 * bytes.
 */
@FunctionalInterface
public interface PrivateRandomness {
  /**
   * Randomness for one use.
   *
   * @param purpose what it is for, e.g. {@code psi/scalar}; each use has its own
   * @param context whatever else tells this use from others: path of the step, digest of the input
   */
  Randomness derive(String purpose, byte[]... context);
}

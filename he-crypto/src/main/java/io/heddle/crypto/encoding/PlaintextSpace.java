// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.encoding;

import java.math.BigInteger;

/** What an encryption key can carry: the whole numbers from 0 to {@link #modulus()} - 1. */
public interface PlaintextSpace {
  /** One above the largest plaintext; sums are taken modulo this. */
  BigInteger modulus();
}

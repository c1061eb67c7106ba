// SPDX-License-Identifier: Apache-2.0
/** Whole numbers beside the kernel: their bytes, small primes, what a foreign modulus must be. */
@NullMarked
package io.heddle.crypto.number;

import org.jspecify.annotations.NullMarked;

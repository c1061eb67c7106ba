// SPDX-License-Identifier: Apache-2.0
/** Scalar multiplication and hash to curve on Curve25519. */
@NullMarked
package io.heddle.crypto.curve25519;

import org.jspecify.annotations.NullMarked;

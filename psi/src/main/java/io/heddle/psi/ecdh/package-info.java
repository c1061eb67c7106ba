// SPDX-License-Identifier: Apache-2.0
/** Private set intersection by blinding ids with secret multiples on Curve25519. */
@NullMarked
package io.heddle.psi.ecdh;

import org.jspecify.annotations.NullMarked;

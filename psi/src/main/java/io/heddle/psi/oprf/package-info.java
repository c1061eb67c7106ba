// SPDX-License-Identifier: Apache-2.0
/**
 * Private set intersection by an oblivious pseudo-random function on Curve25519, for a sender whose
 * large side the receiver keeps from run to run.
 */
@NullMarked
package io.heddle.psi.oprf;

import org.jspecify.annotations.NullMarked;

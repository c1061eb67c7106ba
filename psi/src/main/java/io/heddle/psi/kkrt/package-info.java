// SPDX-License-Identifier: Apache-2.0
/** Private set intersection of two parties by an oblivious pseudo-random function. */
@NullMarked
package io.heddle.psi.kkrt;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Oblivious transfers by the thousand and million, and the pseudo-random function made of them. */
@NullMarked
package io.heddle.ot;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Which rows the parties have in common, in one order that all of them hold. */
@NullMarked
package io.heddle.psi;

import org.jspecify.annotations.NullMarked;

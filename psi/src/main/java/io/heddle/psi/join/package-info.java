// SPDX-License-Identifier: Apache-2.0
/** From common ids to rows: rows that share an id, and what the parties tell of their number. */
@NullMarked
package io.heddle.psi.join;

import org.jspecify.annotations.NullMarked;

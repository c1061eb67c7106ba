// SPDX-License-Identifier: Apache-2.0
/** What a party's intersections have shown to whom, and how many ids each peer may still bring. */
@NullMarked
package io.heddle.psi.ledger;

import org.jspecify.annotations.NullMarked;

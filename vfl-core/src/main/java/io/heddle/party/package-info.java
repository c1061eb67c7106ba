// SPDX-License-Identifier: Apache-2.0
/** Who takes part, the session they share, and the failures they can meet. */
@NullMarked
package io.heddle.party;

import org.jspecify.annotations.NullMarked;

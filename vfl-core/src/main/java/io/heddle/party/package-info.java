// SPDX-License-Identifier: Apache-2.0
/** Who takes part, and what a party consents to. */
@NullMarked
package io.heddle.party;

import org.jspecify.annotations.NullMarked;

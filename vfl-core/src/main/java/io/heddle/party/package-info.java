// SPDX-License-Identifier: Apache-2.0
/** Who takes part. */
@NullMarked
package io.heddle.party;

import org.jspecify.annotations.NullMarked;

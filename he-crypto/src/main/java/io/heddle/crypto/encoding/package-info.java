// SPDX-License-Identifier: Apache-2.0
/**
 * Numbers to plaintexts and back: scale, sign, packing, and the bounds that keep sums from
 * overflowing.
 */
@NullMarked
package io.heddle.crypto.encoding;

import org.jspecify.annotations.NullMarked;

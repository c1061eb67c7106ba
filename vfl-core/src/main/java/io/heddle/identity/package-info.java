// SPDX-License-Identifier: Apache-2.0
/** How a party proves to its peers who it is. */
@NullMarked
package io.heddle.identity;

import org.jspecify.annotations.NullMarked;

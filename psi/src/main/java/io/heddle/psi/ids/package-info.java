// SPDX-License-Identifier: Apache-2.0
/** Ids side by side in one array, and their order by bytes. */
@NullMarked
package io.heddle.psi.ids;

import org.jspecify.annotations.NullMarked;

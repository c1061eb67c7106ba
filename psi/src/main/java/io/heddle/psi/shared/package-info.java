// SPDX-License-Identifier: Apache-2.0
/** What all families of intersection protocols have in common. */
@NullMarked
package io.heddle.psi.shared;

import org.jspecify.annotations.NullMarked;

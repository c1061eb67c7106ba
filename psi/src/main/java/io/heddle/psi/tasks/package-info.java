// SPDX-License-Identifier: Apache-2.0
/** Ids that stay where a party's tasks work on them, for protocols that run there. */
@NullMarked
package io.heddle.psi.tasks;

import org.jspecify.annotations.NullMarked;

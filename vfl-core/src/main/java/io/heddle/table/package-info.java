// SPDX-License-Identifier: Apache-2.0
/** A party's aligned rows, cut into partitions that kernels run over. */
@NullMarked
package io.heddle.table;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Boosted trees on columns that stay with their holders: roles, messages and the maths. */
@NullMarked
package io.heddle.train.trees;

import org.jspecify.annotations.NullMarked;

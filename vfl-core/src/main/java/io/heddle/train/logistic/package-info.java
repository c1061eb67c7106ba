// SPDX-License-Identifier: Apache-2.0
/** Logistic regression on columns that stay with their holders: roles, messages and the maths. */
@NullMarked
package io.heddle.train.logistic;

import org.jspecify.annotations.NullMarked;

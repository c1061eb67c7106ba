// SPDX-License-Identifier: Apache-2.0
/** Joins of two parties beside Spark's own. */
@NullMarked
package io.heddle.spark.join;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** For tests: what holds on executors of their own, which may die. */
@NullMarked
package io.heddle.spark.cluster;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Boosted trees of two parties, each a process of its own, over the exchange that users have. */
@NullMarked
package io.heddle.benchmarks.trees;

import org.jspecify.annotations.NullMarked;

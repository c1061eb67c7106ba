// SPDX-License-Identifier: Apache-2.0
/** What speed claims rest on: one JMH class for each, and the figures for comparison with peers. */
@NullMarked
package io.heddle.benchmarks;

import org.jspecify.annotations.NullMarked;

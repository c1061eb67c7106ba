// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * A way to split a node by one column.
 *
 * @param cut the last bin on the left; the last bin of all where only missing values go right
 * @param missingLeft whether missing values go left
 */
record Candidate(int column, int cut, boolean missingLeft) {}

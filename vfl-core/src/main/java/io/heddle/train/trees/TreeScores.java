// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * What joint scoring gives the label holder, by aligned row.
 *
 * @param rawPrediction the sum of all trees
 * @param prediction what it means: a probability of label 1, a number, a mean count
 * @param leaves {@code [tree][row]} the place of the leaf that the row ends in
 */
public record TreeScores(double[] rawPrediction, double[] prediction, int[][] leaves) {}

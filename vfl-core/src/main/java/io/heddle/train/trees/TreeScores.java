// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/**
 * What joint scoring gives the label holder, by aligned row.
 *
 * @param rawPrediction {@code [output][row]} the sums of all trees: one score of each row, or one
 *     for each class
 * @param prediction {@code [output][row]} what they mean: the probability of label 1, a number, a
 *     mean count, or the probability of each class
 * @param leaves {@code [tree][row]} the place of the leaf that the row ends in
 */
public record TreeScores(double[][] rawPrediction, double[][] prediction, int[][] leaves) {}

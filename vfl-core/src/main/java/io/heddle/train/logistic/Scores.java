// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

/**
 * What joint scoring gives the label holder, by aligned row.
 *
 * @param rawPrediction the linear predictor over all parties' columns
 * @param probability of label 1
 */
public record Scores(double[] rawPrediction, double[] probability) {}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.config.JobConfig;

/**
 * What the trees' sums predict, by the loss of one row. A row has one score, or one for each class;
 * the loss's first derivative by each is what the score predicts less what it should.
 */
public enum TreeObjective {
  /** The log-odds of a label that is 0 or 1. */
  LOGISTIC {
    @Override
    double start(double mean) {
      return Math.log(mean / (1 - mean));
    }

    @Override
    double loss(double[] scores, double label) {
      double away = label == 1 ? -scores[0] : scores[0];
      return away > 0 ? away + Math.log1p(Math.exp(-away)) : Math.log1p(Math.exp(away));
    }

    @Override
    double curvature(double prediction) {
      return Math.max(prediction * (1 - prediction), LEAST_CURVATURE);
    }

    @Override
    public void predict(double[] scores) {
      scores[0] = 1 / (1 + Math.exp(-scores[0]));
    }

    @Override
    boolean allows(double label, int classes) {
      return label == 0 || label == 1;
    }

    @Override
    String allowed(int classes) {
      return "0 or 1";
    }
  },

  /** A number, by half its squared error. */
  SQUARED {
    @Override
    double start(double mean) {
      return mean;
    }

    @Override
    double loss(double[] scores, double label) {
      return (scores[0] - label) * (scores[0] - label) / 2;
    }

    @Override
    double curvature(double prediction) {
      return 1;
    }

    @Override
    public void predict(double[] scores) {}

    @Override
    boolean allows(double label, int classes) {
      return Double.isFinite(label);
    }

    @Override
    String allowed(int classes) {
      return "finite numbers";
    }
  },

  /**
   * The logarithm of a count's mean, by XGBoost's rules ({@code count:poisson} with its {@code
   * max_delta_step} of 0.7, and with {@code base_score} the mean of the labels): the second
   * derivatives are e^0.7 times those of the loss, and the values of leaves are from -0.7 to 0.7
   * before the step. The loss bends more the higher the score is, so that Newton's step from far
   * below goes far beyond the best one, and the way back is a small part of one in each tree.
   */
  POISSON {
    @Override
    double start(double mean) {
      return Math.log(mean);
    }

    @Override
    double loss(double[] scores, double label) {
      return Math.exp(scores[0]) - label * scores[0];
    }

    @Override
    double curvature(double prediction) {
      return Math.max(prediction * Math.exp(MOST_STEP), LEAST_CURVATURE);
    }

    @Override
    ValueBounds valueBounds() {
      return STEPS;
    }

    @Override
    public void predict(double[] scores) {
      scores[0] = Math.exp(scores[0]);
    }

    @Override
    boolean allows(double label, int classes) {
      return Double.isFinite(label) && label >= 0;
    }

    @Override
    String allowed(int classes) {
      return "finite numbers that are not negative";
    }
  },

  /**
   * The logarithms of the probabilities of classes, but for what they have in common: softmax, with
   * one score for each class. The second derivatives are twice those of the loss on the diagonal,
   * as XGBoost takes them: without the others, which are negative, these alone bound what the loss
   * bends.
   */
  MULTI_CLASS {
    @Override
    double start(double mean) {
      return Math.log(mean);
    }

    @Override
    double target(double label, int output) {
      return label == output ? 1 : 0;
    }

    @Override
    double loss(double[] scores, double label) {
      double most = largest(scores);
      double sum = 0;
      for (double score : scores) {
        sum += Math.exp(score - most);
      }
      return Math.log(sum) + (most - scores[(int) label]);
    }

    @Override
    double curvature(double prediction) {
      return Math.max(2 * prediction * (1 - prediction), LEAST_CURVATURE);
    }

    @Override
    public void predict(double[] scores) {
      double most = largest(scores);
      double sum = 0;
      for (int c = 0; c < scores.length; c++) {
        scores[c] = Math.exp(scores[c] - most);
        sum += scores[c];
      }
      for (int c = 0; c < scores.length; c++) {
        scores[c] /= sum;
      }
    }

    private double largest(double[] scores) {
      double largest = scores[0];
      for (double score : scores) {
        largest = Math.max(largest, score);
      }
      return largest;
    }

    @Override
    boolean allows(double label, int classes) {
      return label >= 0 && label < classes && label == Math.rint(label);
    }

    @Override
    String allowed(int classes) {
      return "whole numbers from 0 to " + (classes - 1);
    }
  };

  private static final double LEAST_CURVATURE = 1e-16;
  private static final double MOST_STEP = 0.7;
  private static final ValueBounds STEPS = new ValueBounds(-MOST_STEP, MOST_STEP);

  /** The one that a job names. */
  public static TreeObjective of(JobConfig.TreesObjective named) {
    return switch (named) {
      case LOGISTIC -> LOGISTIC;
      case SQUARED -> SQUARED;
      case POISSON -> POISSON;
      case MULTI_CLASS -> MULTI_CLASS;
    };
  }

  /** The best score for all rows, if its targets have this mean. */
  abstract double start(double mean);

  /** What a score should predict. */
  double target(double label, int output) {
    return label;
  }

  /** Of a row with these scores. */
  abstract double loss(double[] scores, double label);

  /**
   * The second derivative by the score that predicts this, or what a step takes in its place so as
   * not to go too far.
   */
  abstract double curvature(double prediction);

  /** Between what the values of all leaves must lie, before they are multiplied by the step. */
  ValueBounds valueBounds() {
    return ValueBounds.NONE;
  }

  /** Puts what a row's scores predict in their place: probabilities, a number, a mean count. */
  public abstract void predict(double[] scores);

  abstract boolean allows(double label, int classes);

  /** What labels must be, for errors. */
  abstract String allowed(int classes);
}

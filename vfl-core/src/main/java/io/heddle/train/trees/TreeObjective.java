// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.config.JobConfig;

/** What the trees' sum predicts, by the loss of one row and its first two derivatives. */
public enum TreeObjective {
  /** The log-odds of a label that is 0 or 1. */
  LOGISTIC {
    @Override
    double start(double mean) {
      return Math.log(mean / (1 - mean));
    }

    @Override
    double loss(double score, double label) {
      double away = label == 1 ? -score : score;
      return away > 0 ? away + Math.log1p(Math.exp(-away)) : Math.log1p(Math.exp(away));
    }

    @Override
    double gradient(double score, double label) {
      return prediction(score) - label;
    }

    @Override
    double curvature(double score) {
      double p = prediction(score);
      return Math.max(p * (1 - p), LEAST_CURVATURE);
    }

    @Override
    public double prediction(double score) {
      return 1 / (1 + Math.exp(-score));
    }

    @Override
    boolean allows(double label) {
      return label == 0 || label == 1;
    }

    @Override
    String allowed() {
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
    double loss(double score, double label) {
      return (score - label) * (score - label) / 2;
    }

    @Override
    double gradient(double score, double label) {
      return score - label;
    }

    @Override
    double curvature(double score) {
      return 1;
    }

    @Override
    public double prediction(double score) {
      return score;
    }

    @Override
    boolean allows(double label) {
      return Double.isFinite(label);
    }

    @Override
    String allowed() {
      return "finite numbers";
    }
  },

  /** The logarithm of a count's mean. */
  POISSON {
    @Override
    double start(double mean) {
      return Math.log(mean);
    }

    @Override
    double loss(double score, double label) {
      return Math.exp(score) - label * score;
    }

    @Override
    double gradient(double score, double label) {
      return Math.exp(score) - label;
    }

    @Override
    double curvature(double score) {
      return Math.max(Math.exp(score), LEAST_CURVATURE);
    }

    @Override
    public double prediction(double score) {
      return Math.exp(score);
    }

    @Override
    boolean allows(double label) {
      return Double.isFinite(label) && label >= 0;
    }

    @Override
    String allowed() {
      return "finite numbers that are not negative";
    }
  };

  private static final double LEAST_CURVATURE = 1e-16;

  /** The one that a job names. */
  public static TreeObjective of(JobConfig.TreesObjective named) {
    return switch (named) {
      case LOGISTIC -> LOGISTIC;
      case SQUARED -> SQUARED;
      case POISSON -> POISSON;
    };
  }

  /** The best single score for rows of this mean label. */
  abstract double start(double mean);

  abstract double loss(double score, double label);

  abstract double gradient(double score, double label);

  abstract double curvature(double score);

  /** What a score means: a probability, a number, a mean count. */
  public abstract double prediction(double score);

  abstract boolean allows(double label);

  /** What labels must be, for errors. */
  abstract String allowed();
}

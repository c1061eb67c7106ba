// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all parties of a fit must agree on. Names and meaning of the first five are those of Spark
 * MLlib's LogisticRegression. Build with {@link #builder}.
 *
 * @param regParam weight of the L2 penalty, at least 0; on standardised coefficients where {@code
 *     standardization} is set
 * @param maxIter most passes, at least 1
 * @param tol relative decrease of the loss at which a fit has converged, 0 to below 1
 * @param fitIntercept whether the label holder fits an intercept, which is not penalised
 * @param standardization whether columns are scaled by their standard deviation before the penalty
 * @param keyBits Paillier modulus: 2048, 3072 or 4096
 * @param residualBits fractional bits of a residual, 8 to 24
 * @param columnBits bits of a column's fixed-point values with their sign, 4 to 12
 * @param history pairs that L-BFGS keeps, 1 to 50
 */
public record LogisticTerms(
    double regParam,
    int maxIter,
    double tol,
    boolean fitIntercept,
    boolean standardization,
    int keyBits,
    int residualBits,
    int columnBits,
    int history) {

  public LogisticTerms {
    require(
        Double.isFinite(regParam) && regParam >= 0,
        "regParam",
        regParam,
        "must be finite and at least 0");
    require(maxIter >= 1, "maxIter", maxIter, "must be at least 1");
    require(tol >= 0 && tol < 1, "tol", tol, "must be at least 0 and below 1");
    require(
        keyBits == 2048 || keyBits == 3072 || keyBits == 4096,
        "keyBits",
        keyBits,
        "must be 2048, 3072 or 4096");
    require(
        residualBits >= 8 && residualBits <= 24, "residualBits", residualBits, "must be 8 to 24");
    require(columnBits >= 4 && columnBits <= 12, "columnBits", columnBits, "must be 4 to 12");
    require(history >= 1 && history <= 50, "history", history, "must be 1 to 50");
  }

  private static void require(boolean holds, String name, Object value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException("Invalid " + name + " " + value + ": " + allowed);
    }
  }

  /** Largest magnitude of a column's fixed-point value. */
  int columnMaximum() {
    return (1 << (columnBits - 1)) - 1;
  }

  /** The canonical text of every term, for the comparison between parties. */
  public SortedMap<String, String> asTerms() {
    SortedMap<String, String> terms = new TreeMap<>();
    terms.put("regParam", Double.toString(regParam));
    terms.put("maxIter", Integer.toString(maxIter));
    terms.put("tol", Double.toString(tol));
    terms.put("fitIntercept", Boolean.toString(fitIntercept));
    terms.put("standardization", Boolean.toString(standardization));
    terms.put("keyBits", Integer.toString(keyBits));
    terms.put("residualBits", Integer.toString(residualBits));
    terms.put("columnBits", Integer.toString(columnBits));
    terms.put("history", Integer.toString(history));
    return terms;
  }

  /** Starts from regParam 1e-4, 100 passes at most, tol 1e-6, and Spark MLlib's other defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects terms; {@link #build} checks them. */
  public static final class Builder {
    private double regParam = 1e-4;
    private int maxIter = 100;
    private double tol = 1e-6;
    private boolean fitIntercept = true;
    private boolean standardization = true;
    private int keyBits = 2048;
    private int residualBits = 20;
    private int columnBits = 12;
    private int history = 10;

    private Builder() {}

    public Builder regParam(double value) {
      regParam = value;
      return this;
    }

    public Builder maxIter(int value) {
      maxIter = value;
      return this;
    }

    public Builder tol(double value) {
      tol = value;
      return this;
    }

    public Builder fitIntercept(boolean value) {
      fitIntercept = value;
      return this;
    }

    public Builder standardization(boolean value) {
      standardization = value;
      return this;
    }

    public Builder keyBits(int value) {
      keyBits = value;
      return this;
    }

    public Builder residualBits(int value) {
      residualBits = value;
      return this;
    }

    public Builder columnBits(int value) {
      columnBits = value;
      return this;
    }

    public Builder history(int value) {
      history = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException for a term out of range: names it, its value and what is
     *     allowed
     */
    public LogisticTerms build() {
      return new LogisticTerms(
          regParam,
          maxIter,
          tol,
          fitIntercept,
          standardization,
          keyBits,
          residualBits,
          columnBits,
          history);
    }
  }
}

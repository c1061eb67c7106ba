// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.FixedPoint;
import io.heddle.table.LocalAlignedRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The parties' computation as a textbook has it: the same fixed-point columns, rounding noise and
 * block preconditioner, but ordinary L-BFGS on whole vectors and sums over whole columns. Shares no
 * optimiser with the roles, so both being wrong alike is not to be feared.
 */
final class TextbookReference {
  private final LogisticTerms terms;
  private final LogisticLoss loss;
  private final byte[] roundingSeed;
  private final List<Holder> holders = new ArrayList<>();
  private final List<double[]> steps = new ArrayList<>();
  private final List<double[]> differences = new ArrayList<>();
  private double[] coefficients;

  /** One party's integers and what they are worth; the label holder's ones stand first. */
  private record Holder(int from, short[][] columns, double[] units, double[][] whitening) {
    int size() {
      return units.length;
    }
  }

  private TextbookReference(
      LogisticTerms terms,
      int rowsPerColumn,
      LogisticLoss loss,
      List<double[][]> tables,
      byte[] roundingSeed) {
    this.terms = terms;
    this.loss = loss;
    this.roundingSeed = roundingSeed;
    int from = 0;
    for (double[][] table : tables) {
      Holder holder = prepare(table, rowsPerColumn, from);
      holders.add(holder);
      from += holder.size();
    }
    coefficients = new double[from];
    if (terms.fitIntercept()) {
      coefficients[0] = loss.start();
    }
  }

  /**
   * Trains as the parties would.
   *
   * @param rowsPerColumn what the label holder's rules say
   * @param weights null for equal ones
   * @param holders each party's {@code columns[j][i]}, in the order of the aligned rows; the label
   *     holder's first, then the feature holders' in name order
   * @param roundingSeed that of the label holder's fit
   * @param passes how many at most
   * @return for every pass each holder's coefficients, as {@link PassListener} gets them
   */
  static List<List<double[]>> train(
      LogisticTerms terms,
      int rowsPerColumn,
      double[] labels,
      double @Nullable [] weights,
      List<double[][]> holders,
      byte[] roundingSeed,
      int passes) {
    LogisticLoss loss = LogisticLoss.of(labels, weights, terms.fitIntercept());
    return new TextbookReference(terms, rowsPerColumn, loss, holders, roundingSeed).run(passes);
  }

  private Holder prepare(double[][] table, int rowsPerColumn, int from) {
    boolean ofLabels = holders.isEmpty();
    boolean intercept = ofLabels && terms.fitIntercept();
    int rows = loss.rows();
    List<String> names = IntStream.range(0, table.length).mapToObj(j -> "x" + j).toList();
    try (PreparedColumns prepared =
        PreparedColumns.of(LocalAlignedRows.of(rows, table, 1), names, terms, rowsPerColumn)) {
      if (!ofLabels) {
        prepared.limitLeverage(PrivacyChecks.leverageLimit(rowsPerColumn));
      }
      short[][] columns =
          prepared.rows().map(Boolean.TRUE, (block, ignored) -> block).get(0).columns();
      double[] units = prepared.units();
      if (intercept) {
        short[] ones = new short[rows];
        Arrays.fill(ones, (short) 1);
        List<short[]> withOnes = new ArrayList<>(List.of(columns));
        withOnes.add(0, ones);
        columns = withOnes.toArray(short[][]::new);
        units = PrivacyChecks.withOne(units);
      }
      return new Holder(from, columns, units, whitening(columns, units, intercept));
    }
  }

  private double[][] whitening(short[][] columns, double[] units, boolean intercept) {
    double[][] curvature = new double[columns.length][columns.length];
    for (int j = 0; j < columns.length; j++) {
      for (int k = 0; k < columns.length; k++) {
        long products = 0;
        for (int i = 0; i < loss.rows(); i++) {
          products += (long) columns[j][i] * columns[k][i];
        }
        curvature[j][k] = products * units[j] * units[k] / (4.0 * loss.rows());
      }
      curvature[j][j] += intercept && j == 0 ? 0 : terms.regParam();
    }
    return SmallMatrix.inverseCholesky(curvature);
  }

  private List<List<double[]>> run(int passes) {
    List<List<double[]>> trace = new ArrayList<>();
    double[] before = new double[0];
    double[] moved = new double[0];
    for (int pass = 1; pass <= passes; pass++) {
      double[] gradient = gradient(pass);
      if (pass > 1) {
        remember(moved, minus(gradient, before));
      }
      before = gradient;
      double[] direction = twoLoops(gradient);
      if (SmallMatrix.dot(direction, gradient) >= 0) {
        break;
      }
      moved = direction;
      double length = goAlong(direction);
      scale(moved, length);
      trace.add(byHolder());
      if (length == 0) {
        break;
      }
    }
    return trace;
  }

  /** The gradient over all columns, preconditioned block by block. */
  private double[] gradient(int pass) {
    Randomness noise =
        Randomness.derive(
            roundingSeed, "logistic/rounding", ByteBuffer.allocate(4).putInt(pass).array());
    long[] residuals = FixedPoint.stochastic(loss.residuals(), terms.residualBits(), noise);
    double unit = Math.scalb(1.0, loss.exponent() - terms.residualBits()) / loss.rows();
    double[] gradient = new double[coefficients.length];
    for (Holder holder : holders) {
      double[] block = new double[holder.size()];
      for (int j = 0; j < block.length; j++) {
        long sum = 0;
        for (int i = 0; i < residuals.length; i++) {
          sum += holder.columns[j][i] * residuals[i];
        }
        int index = holder.from + j;
        boolean penalised = index > 0 || !terms.fitIntercept();
        block[j] =
            sum * unit * holder.units[j] + (penalised ? terms.regParam() * coefficients[index] : 0);
      }
      System.arraycopy(
          SmallMatrix.lowerTimes(holder.whitening, block), 0, gradient, holder.from, block.length);
    }
    return gradient;
  }

  private void remember(double[] step, double[] difference) {
    if (steps.size() == terms.history()) {
      steps.remove(0);
      differences.remove(0);
    }
    double curvature = SmallMatrix.dot(step, difference);
    double lengths = SmallMatrix.dot(step, step) * SmallMatrix.dot(difference, difference);
    if (curvature > 1e-12 * Math.sqrt(lengths)) {
      steps.add(step);
      differences.add(difference);
    }
  }

  /** Nocedal and Wright, Numerical Optimization, algorithm 7.4. */
  private double[] twoLoops(double[] gradient) {
    double[] q = gradient.clone();
    double[] alpha = new double[steps.size()];
    for (int i = steps.size() - 1; i >= 0; i--) {
      alpha[i] =
          SmallMatrix.dot(steps.get(i), q) / SmallMatrix.dot(steps.get(i), differences.get(i));
      SmallMatrix.addScaled(q, -alpha[i], differences.get(i));
    }
    if (!steps.isEmpty()) {
      double[] s = steps.get(steps.size() - 1);
      double[] y = differences.get(steps.size() - 1);
      scale(q, SmallMatrix.dot(s, y) / SmallMatrix.dot(y, y));
    }
    for (int i = 0; i < steps.size(); i++) {
      double beta =
          SmallMatrix.dot(differences.get(i), q)
              / SmallMatrix.dot(steps.get(i), differences.get(i));
      SmallMatrix.addScaled(q, alpha[i] - beta, steps.get(i));
    }
    scale(q, -1);
    return q;
  }

  private double goAlong(double[] direction) {
    double[] along = new double[loss.rows()];
    double[] inColumns = new double[coefficients.length];
    for (Holder holder : holders) {
      double[] block =
          SmallMatrix.transposedLowerTimes(
              holder.whitening,
              Arrays.copyOfRange(direction, holder.from, holder.from + holder.size()));
      System.arraycopy(block, 0, inColumns, holder.from, block.length);
      int first = holder.from == 0 && terms.fitIntercept() ? 1 : 0;
      for (int i = 0; i < along.length; i++) {
        double sum = 0;
        for (int j = first; j < block.length; j++) {
          sum += block[j] * holder.units[j] * holder.columns[j][i];
        }
        along[i] += Math.scalb(Math.rint(Math.scalb(sum, 24)), -24);
      }
      if (first == 1) {
        for (int i = 0; i < along.length; i++) {
          along[i] += block[0];
        }
      }
    }
    double slope = 0;
    double curvature = 0;
    for (int j = terms.fitIntercept() ? 1 : 0; j < inColumns.length; j++) {
      slope += terms.regParam() * coefficients[j] * inColumns[j];
      curvature += terms.regParam() * inColumns[j] * inColumns[j];
    }
    double length = loss.search(along, slope, curvature);
    loss.advance(length, along);
    SmallMatrix.addScaled(coefficients, length, inColumns);
    return length;
  }

  private List<double[]> byHolder() {
    return holders.stream()
        .map(h -> Arrays.copyOfRange(coefficients, h.from, h.from + h.size()))
        .toList();
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = a.clone();
    SmallMatrix.addScaled(difference, -1, b);
    return difference;
  }

  private static void scale(double[] vector, double factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }
}

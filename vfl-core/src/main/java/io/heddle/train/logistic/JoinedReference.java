// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.table.LocalAlignedRows;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the parties compute together, computed by one person in the clear on the joined columns: the
 * same optimiser, fixed-point columns, rounding noise and preconditioner, without encryption, masks
 * or messages. For showing that nothing is lost by them; a fit itself never uses it.
 *
 * <p>Every number is rounded where the parties round it. On a table that separates its labels
 * almost perfectly a difference in the last digit grows to one in the third within some dozens of
 * passes, so anything less would compare the rounding.
 */
public final class JoinedReference {
  private final LogisticTerms terms;
  private final LogisticLoss loss;
  private final byte[] roundingSeed;
  private final BasisProducts basis;
  private final List<Holder> holders = new ArrayList<>();

  /** One party's columns and blocks; the label holder's coefficients begin with the intercept. */
  private record Holder(PreparedColumns columns, BlockOptimiser optimiser, int intercepts) {
    double[] perStep(double[] direction) {
      double[] perStep = Arrays.copyOfRange(direction, intercepts, direction.length);
      for (int j = 0; j < perStep.length; j++) {
        perStep[j] *= columns.units()[j];
      }
      return perStep;
    }
  }

  private JoinedReference(
      LogisticTerms terms,
      int rowsPerColumn,
      LogisticLoss loss,
      List<double[][]> tables,
      byte[] roundingSeed) {
    this.terms = terms;
    this.loss = loss;
    this.roundingSeed = roundingSeed;
    basis = new BasisProducts(terms.history());
    for (double[][] table : tables) {
      holders.add(prepare(table, rowsPerColumn, holders.isEmpty()));
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
  public static List<List<double[]>> train(
      LogisticTerms terms,
      int rowsPerColumn,
      double[] labels,
      double @Nullable [] weights,
      List<double[][]> holders,
      byte[] roundingSeed,
      int passes) {
    LogisticLoss loss = LogisticLoss.of(labels, weights, terms.fitIntercept());
    return new JoinedReference(terms, rowsPerColumn, loss, holders, roundingSeed).run(passes);
  }

  /**
   * The largest difference between two traces, over the passes that both have.
   *
   * @throws IllegalArgumentException if there is no such pass, or the traces have other sizes
   */
  public static double maxCoefficientDifference(
      List<List<double[]>> one, List<List<double[]>> other) {
    if (one.isEmpty() || one.size() > other.size()) {
      throw new IllegalArgumentException(
          "Traces of " + one.size() + " and " + other.size() + " passes cannot be compared");
    }
    double most = 0;
    for (int pass = 0; pass < one.size(); pass++) {
      double[] a = concat(one.get(pass));
      double[] b = concat(other.get(pass));
      if (a.length != b.length) {
        throw new IllegalArgumentException(
            "Traces of " + a.length + " and " + b.length + " coefficients cannot be compared");
      }
      for (int j = 0; j < a.length; j++) {
        most = Math.max(most, Math.abs(a[j] - b[j]));
      }
    }
    return most;
  }

  private static double[] concat(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private Holder prepare(double[][] table, int rowsPerColumn, boolean ofLabels) {
    List<String> names = IntStream.range(0, table.length).mapToObj(j -> "x" + j).toList();
    PreparedColumns columns =
        PreparedColumns.of(LocalAlignedRows.of(loss.rows(), table, 1), names, terms, rowsPerColumn);
    if (!ofLabels) {
      columns.limitLeverage(PrivacyChecks.leverageLimit(rowsPerColumn));
    }
    int intercepts = ofLabels && terms.fitIntercept() ? 1 : 0;
    double[] start = new double[intercepts + columns.count()];
    if (intercepts == 1) {
      start[0] = loss.start();
    }
    double[][] curvature = Curvature.of(columns, terms.regParam(), intercepts == 1);
    return new Holder(columns, new BlockOptimiser(curvature, start, terms.history()), intercepts);
  }

  private List<List<double[]>> run(int passes) {
    List<List<double[]>> trace = new ArrayList<>();
    for (int pass = 1; pass <= passes; pass++) {
      basis.update(
          sumOfDotProducts(loss.roundedResiduals(terms.residualBits(), roundingSeed, pass)));
      double[] direction = basis.direction();
      if (!basis.descends(direction)) {
        break;
      }
      holders.forEach(holder -> holder.optimiser.combine(basis.pairKept(), direction));
      double length = goAlong();
      trace.add(holders.stream().map(holder -> holder.optimiser.coefficients()).toList());
      if (length == 0) {
        break;
      }
    }
    return trace;
  }

  private double[] sumOfDotProducts(long[] residuals) {
    List<double[]> shares = new ArrayList<>();
    for (Holder holder : holders) {
      shares.add(holder.optimiser.newDotProducts(gradient(holder, residuals)));
    }
    return sum(shares);
  }

  private double[] gradient(Holder holder, long[] residuals) {
    double[] coefficients = holder.optimiser.coefficients();
    double[] gradient = new double[coefficients.length];
    if (holder.intercepts == 1) {
      gradient[0] = scaled(Arrays.stream(residuals).sum());
    }
    short[][] columns =
        holder.columns.rows().map(Boolean.TRUE, (block, ignored) -> block).get(0).columns();
    for (int j = 0; j < columns.length; j++) {
      long sum = 0;
      for (int i = 0; i < residuals.length; i++) {
        sum += columns[j][i] * residuals[i];
      }
      int index = holder.intercepts + j;
      gradient[index] =
          scaled(sum) * holder.columns.units()[j] + terms.regParam() * coefficients[index];
    }
    return gradient;
  }

  private double scaled(long sum) {
    return Math.scalb((double) sum, loss.exponent() - terms.residualBits()) / loss.rows();
  }

  private double goAlong() {
    long[] predictor = new long[loss.rows()];
    List<double[]> penalties = new ArrayList<>();
    for (Holder holder : holders) {
      double[] direction = holder.optimiser.direction();
      long[] share = LinearPredictor.of(holder.columns.rows(), holder.perStep(direction));
      Arrays.setAll(predictor, i -> predictor[i] + share[i]);
      penalties.add(
          FeatureHolderFit.penalties(
              terms, holder.optimiser.coefficients(), direction, holder.intercepts));
    }
    double[] along = LinearPredictor.toDoubles(predictor);
    if (terms.fitIntercept()) {
      double intercept = holders.get(0).optimiser.direction()[0];
      Arrays.setAll(along, i -> along[i] + intercept);
    }
    double[] penalty = sum(penalties);
    double length =
        penalty.length == 0 ? loss.search(along, 0, 0) : loss.search(along, penalty[0], penalty[1]);
    loss.advance(length, along);
    holders.forEach(holder -> holder.optimiser.advance(length));
    return length;
  }

  /** In the ring in which the parties' scalars are summed. */
  private static double[] sum(List<double[]> shares) {
    BigInteger[] sums = RingScalars.encode(shares.get(0));
    for (double[] share : shares.subList(1, shares.size())) {
      BigInteger[] encoded = RingScalars.encode(share);
      Arrays.setAll(sums, i -> RingScalars.add(sums[i], encoded[i]));
    }
    return Arrays.stream(sums).mapToDouble(RingScalars::decode).toArray();
  }
}

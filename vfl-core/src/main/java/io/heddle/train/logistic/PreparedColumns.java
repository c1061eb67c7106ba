// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.error.DataException;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.train.logistic.ColumnMoments.Bounds;
import io.heddle.train.logistic.QuantisedBlock.Grid;
import io.heddle.train.logistic.QuantisedBlock.LeverageLimit;
import io.heddle.train.logistic.QuantisedBlock.Leverages;
import io.heddle.train.logistic.QuantisedBlock.PulledRows;
import io.heddle.train.logistic.QuantisedBlock.Quantisation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One party's columns as they enter training: outliers clipped, centred where an intercept takes
 * that up, scaled, and in fixed point. Forward and backward use the same integers. Close to let go
 * of the cached rows.
 *
 * <p>Clipping is as loose as the leverage rule allows, for every clipped value moves the model: a
 * value may have a quarter of the leverage that a row may have, but lies at most 50 deviations from
 * the mean. (docs/adr/0002.)
 */
final class PreparedColumns implements AutoCloseable {
  // One value of 1e9 deviations comes into bounds at a third of the distance or less per round.
  private static final int MAX_CLIP_ROUNDS = 24;
  private static final int MAX_PULL_ROUNDS = 8;
  private static final double LEAST_CLIP_DEVIATIONS = 5;
  // The leverage rule would let it grow with the root of the rows, but the integers stay at their
  // width: at 50, one step of 12 bits is a fortieth of a deviation.
  private static final double MOST_CLIP_DEVIATIONS = 50;
  private static final double LEAST_FACTOR = 0.5;
  private static final double PULL_TO = 0.9;

  private final List<String> names;
  private final AlignedRows<ColumnBlock> source;
  private final Grid grid;
  private final double[] units;
  private AlignedRows<QuantisedBlock> rows;
  private PulledRows pulled = PulledRows.NONE;

  private PreparedColumns(
      List<String> names, AlignedRows<ColumnBlock> source, Grid grid, double[] units) {
    this.names = names;
    this.source = source;
    this.grid = grid;
    this.units = units;
    rows = source.derive(new Quantisation(grid, pulled), QuantisedBlock::quantise);
  }

  /**
   * Measures and quantises.
   *
   * @param rowsPerColumn what the label holder allows
   * @throws DataException names the first column that holds values which are not finite or beyond
   *     1e100, with their count
   */
  static PreparedColumns of(
      AlignedRows<ColumnBlock> rows, List<String> names, LogisticTerms terms, int rowsPerColumn) {
    int columns = names.size();
    double deviations = clipDeviations(rows.rows(), rowsPerColumn);
    Bounds bounds = Bounds.none(columns);
    ColumnMoments moments = measure(rows, names, bounds);
    for (int round = 0; round < MAX_CLIP_ROUNDS; round++) {
      Bounds tighter = clip(moments, bounds, deviations);
      if (tighter == null) {
        break;
      }
      bounds = tighter;
      moments = measure(rows, names, bounds);
    }
    double[] low = moments.min;
    double[] high = moments.max;
    double[] centres = terms.fitIntercept() ? moments.mean : new double[columns];
    double[] steps = new double[columns];
    double[] units = new double[columns];
    for (int j = 0; j < columns; j++) {
      double reach = Math.max(Math.abs(low[j] - centres[j]), Math.abs(high[j] - centres[j]));
      steps[j] = reach / terms.columnMaximum();
      units[j] = terms.standardization() ? steps[j] / moments.deviation(j) : steps[j];
      // Below the smallest normal number a column is constant for all that double arithmetic shows.
      if (low[j] == high[j] || steps[j] < Double.MIN_NORMAL || !Double.isFinite(units[j])) {
        steps[j] = 0;
      }
    }
    int[] varying = IntStream.range(0, columns).filter(j -> steps[j] > 0).toArray();
    Grid grid =
        new Grid(varying, bounds.lower(), bounds.upper(), centres, steps, terms.columnMaximum());
    return new PreparedColumns(
        names, rows, grid, IntStream.of(varying).mapToDouble(j -> units[j]).toArray());
  }

  /** How many deviations a value may lie from the mean. */
  static double clipDeviations(int rows, int rowsPerColumn) {
    double allowed = Math.sqrt(PrivacyChecks.leverageLimit(rowsPerColumn) * rows / 4);
    return Math.min(MOST_CLIP_DEVIATIONS, Math.max(LEAST_CLIP_DEVIATIONS, allowed));
  }

  /**
   * For a feature holder, whose gradient is opened: pulls rows that stand out in a combination of
   * columns towards the centre, halfway at most.
   *
   * @throws io.heddle.error.PrivacyException if that does not bring all below the limit
   */
  void limitLeverage(double limit) {
    for (int round = 0; ; round++) {
      SortedMap<Integer, Double> above = rowsAbove(limit);
      if (above.isEmpty()) {
        return;
      }
      SortedMap<Integer, Double> factors = new TreeMap<>();
      for (int i = 0; i < pulled.rows().length; i++) {
        factors.put(pulled.rows()[i], pulled.factors()[i]);
      }
      boolean tooFar = round == MAX_PULL_ROUNDS;
      for (Map.Entry<Integer, Double> entry : above.entrySet()) {
        double factor =
            pulled.factor(entry.getKey()) * pullFactor(entry.getValue(), PULL_TO * limit);
        factors.put(entry.getKey(), factor);
        tooFar |= factor < LEAST_FACTOR;
      }
      if (tooFar) {
        throw PrivacyChecks.tooMuchLeverage(above.size(), limit);
      }
      pulled =
          new PulledRows(
              factors.keySet().stream().mapToInt(Integer::intValue).toArray(),
              factors.values().stream().mapToDouble(Double::doubleValue).toArray());
      rows.close();
      rows = source.derive(new Quantisation(grid, pulled), QuantisedBlock::quantise);
    }
  }

  /**
   * What brings a row's leverage to a target by the Sherman-Morrison formula; numerical dust above
   * 1 counts as 1.
   */
  private static double pullFactor(double leverage, double target) {
    return Math.sqrt(Math.max(0, target * (1 - leverage) / ((1 - target) * leverage)));
  }

  private SortedMap<Integer, Double> rowsAbove(double limit) {
    double[] worth = PrivacyChecks.withOne(units);
    double[][] whitening = SmallMatrix.inverseCholesky(gram(worth));
    for (double[] line : whitening) {
      for (int k = 0; k < line.length; k++) {
        line[k] *= worth[k];
      }
    }
    SortedMap<Integer, Double> above = new TreeMap<>();
    for (Leverages part :
        rows.map(new LeverageLimit(whitening, limit), QuantisedBlock::rowsAbove)) {
      for (int i = 0; i < part.rows().length; i++) {
        above.put(part.rows()[i], part.values()[i]);
      }
    }
    return above;
  }

  /** How many rows were pulled in. */
  int pulledRows() {
    return pulled.rows().length;
  }

  /** The columns of new rows on the grid of a model part. */
  static AlignedRows<QuantisedBlock> onGridOf(
      LogisticModelPart part, AlignedRows<ColumnBlock> rows) {
    measure(rows, part.columnNames(), new Bounds(part.lower(), part.upper()));
    return rows.derive(
        new Quantisation(
            new Grid(
                varying(part),
                part.lower(),
                part.upper(),
                part.centres(),
                part.steps(),
                Short.MAX_VALUE),
            PulledRows.NONE),
        QuantisedBlock::quantise);
  }

  static int[] varying(LogisticModelPart part) {
    return IntStream.range(0, part.steps().length).filter(j -> part.steps()[j] > 0).toArray();
  }

  private static ColumnMoments measure(
      AlignedRows<ColumnBlock> rows, List<String> names, Bounds bounds) {
    ColumnMoments moments =
        ColumnMoments.combine(rows.map(bounds, ColumnMoments::of), names.size());
    for (int j = 0; j < names.size(); j++) {
      if (moments.unusable[j] > 0) {
        throw new DataException(
            "Column "
                + names.get(j)
                + " has "
                + moments.unusable[j]
                + " of "
                + rows.rows()
                + " values that are missing, not finite or beyond 1e100: fill or drop them first");
      }
    }
    return moments;
  }

  /** Narrower bounds, or null where no column reaches beyond so many deviations. */
  private static @Nullable Bounds clip(ColumnMoments moments, Bounds bounds, double deviations) {
    double[] lower = bounds.lower().clone();
    double[] upper = bounds.upper().clone();
    boolean narrower = false;
    for (int j = 0; j < lower.length; j++) {
      double reach = deviations * moments.deviation(j);
      if (moments.atMostTwoValues(j)) {
        continue;
      }
      if (moments.min[j] < moments.mean[j] - reach) {
        lower[j] = moments.mean[j] - reach;
        narrower = true;
      }
      if (moments.max[j] > moments.mean[j] + reach) {
        upper[j] = moments.mean[j] + reach;
        narrower = true;
      }
    }
    return narrower ? new Bounds(lower, upper) : null;
  }

  AlignedRows<QuantisedBlock> rows() {
    return rows;
  }

  /** How many columns vary. */
  int count() {
    return units.length;
  }

  int maximum() {
    return grid.maximum();
  }

  String name(int varyingColumn) {
    return names.get(grid.varying()[varyingColumn]);
  }

  /** What one step of the integers is worth in the scaled column, by varying column. */
  double[] units() {
    return units;
  }

  /**
   * One digest for each column, constant ones too, that changes with all that a fit takes of it.
   */
  List<byte[]> digests() {
    double[] worth = new double[names.size()];
    for (int k = 0; k < units.length; k++) {
      worth[grid.varying()[k]] = units[k];
    }
    return LogisticData.columns(
        names,
        grid.varying(),
        rows,
        grid.lower(),
        grid.upper(),
        grid.centres(),
        grid.steps(),
        worth);
  }

  /** The names of constant columns, whose coefficient is 0. */
  List<String> constantColumns() {
    List<String> constant = new ArrayList<>();
    for (int j = 0; j < names.size(); j++) {
      if (grid.steps()[j] == 0) {
        constant.add(names.get(j));
      }
    }
    return constant;
  }

  /** Scaled coefficients, one per varying column, in units of the columns. */
  LogisticModelPart modelPart(String fitId, double[] scaled, double intercept) {
    double[] coefficients = new double[names.size()];
    double share = intercept;
    for (int k = 0; k < scaled.length; k++) {
      int j = grid.varying()[k];
      coefficients[j] = scaled[k] * units[k] / grid.steps()[j];
      share -= coefficients[j] * grid.centres()[j];
    }
    return new LogisticModelPart(
        fitId,
        names,
        coefficients,
        share,
        grid.centres(),
        grid.steps(),
        grid.lower(),
        grid.upper());
  }

  /**
   * The Gram matrix of the integers, a column of ones first.
   *
   * @param worth what one step of each is worth, that of the ones first
   */
  double[][] gram(double[] worth) {
    long[][] sums = new long[count() + 1][];
    for (int j = 0; j < sums.length; j++) {
      sums[j] = new long[j + 1];
    }
    for (long[][] part : rows.map(Boolean.TRUE, QuantisedBlock::gram)) {
      for (int j = 0; j < sums.length; j++) {
        for (int k = 0; k <= j; k++) {
          sums[j][k] = Math.addExact(sums[j][k], part[j][k]);
        }
      }
    }
    double[][] gram = new double[sums.length][sums.length];
    for (int j = 0; j < sums.length; j++) {
      for (int k = 0; k <= j; k++) {
        gram[j][k] = sums[j][k] * worth[j] * worth[k];
        gram[k][j] = gram[j][k];
      }
    }
    return gram;
  }

  @Override
  public void close() {
    rows.close();
  }
}

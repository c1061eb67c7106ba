// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static io.heddle.train.logistic.SmallMatrix.addScaled;
import static io.heddle.train.logistic.SmallMatrix.dot;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.train.shared.StateFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One party's blocks of the L-BFGS basis: steps s, differences of gradients y, and the gradient g.
 * Only their dot products leave the party. (Chen, Wang, Zhou: Large-scale L-BFGS using MapReduce,
 * NIPS 2014.)
 *
 * <p>The basis is preconditioned: with the lower Cholesky factor C of the block's own curvature
 * bound, coefficients are C^-T times the basis' coordinates, and gradients C^-1 times the block's.
 */
final class BlockOptimiser {
  private final int history;
  private final double[][] inverseFactor;
  private final double[] coefficients;
  private final List<double[]> steps = new ArrayList<>();
  private final List<double[]> differences = new ArrayList<>();
  private double @Nullable [] gradient;
  private double[] basisDirection;
  private double[] direction;
  private double length;

  /**
   * @param curvature bounds the block's Hessian; penalty included
   * @param start the first coefficients
   */
  BlockOptimiser(double[][] curvature, double[] start, int history) {
    this.history = history;
    inverseFactor = SmallMatrix.inverseCholesky(curvature);
    coefficients = start.clone();
    basisDirection = new double[start.length];
    direction = new double[start.length];
  }

  double[] coefficients() {
    return coefficients.clone();
  }

  double[] direction() {
    return direction.clone();
  }

  int pairs() {
    return steps.size();
  }

  /**
   * Takes the gradient at the present coefficients and returns this block's share of the dot
   * products that are new. From the second pass on these begin with the newest pair: s with every s
   * and every y, y with every y, y with every older s; then g with every s, every y, and itself.
   */
  double[] newDotProducts(double[] blockGradient) {
    double[] now = SmallMatrix.lowerTimes(inverseFactor, blockGradient);
    List<Double> products = new ArrayList<>();
    if (gradient != null) {
      if (steps.size() == history) {
        steps.remove(0);
        differences.remove(0);
      }
      double[] step = new double[now.length];
      addScaled(step, length, basisDirection);
      double[] difference = now.clone();
      addScaled(difference, -1, gradient);
      steps.add(step);
      differences.add(difference);
      steps.forEach(s -> products.add(dot(step, s)));
      differences.forEach(y -> products.add(dot(step, y)));
      differences.forEach(y -> products.add(dot(difference, y)));
      steps.subList(0, steps.size() - 1).forEach(s -> products.add(dot(difference, s)));
    }
    steps.forEach(s -> products.add(dot(now, s)));
    differences.forEach(y -> products.add(dot(now, y)));
    products.add(dot(now, now));
    gradient = now;
    return products.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Forms this block's direction.
   *
   * @param pairKept false to forget the newest pair
   * @param basisCoefficients one per s, one per y, one for g
   */
  double[] combine(boolean pairKept, double[] basisCoefficients) {
    if (gradient == null) {
      throw new AssertionError("No gradient yet");
    }
    if (!pairKept && !steps.isEmpty()) {
      steps.remove(steps.size() - 1);
      differences.remove(differences.size() - 1);
    }
    int pairs = steps.size();
    if (basisCoefficients.length != 2 * pairs + 1) {
      throw new ProtocolException(
          "A direction of "
              + basisCoefficients.length
              + " coefficients: this party's basis has "
              + (2 * pairs + 1)
              + " vectors");
    }
    basisDirection = new double[coefficients.length];
    for (int i = 0; i < pairs; i++) {
      addScaled(basisDirection, basisCoefficients[i], steps.get(i));
      addScaled(basisDirection, basisCoefficients[pairs + i], differences.get(i));
    }
    addScaled(basisDirection, basisCoefficients[2 * pairs], gradient);
    direction = SmallMatrix.transposedLowerTimes(inverseFactor, basisDirection);
    return direction();
  }

  /** Goes so far along the direction. */
  void advance(double stepLength) {
    length = stepLength;
    addScaled(coefficients, stepLength, direction);
  }

  /** Writes where {@link #advance} has come to. */
  void write(WireWriter out) {
    out.writeDoubles(coefficients);
    StateFormat.writeVectors(out, steps);
    StateFormat.writeVectors(out, differences);
    out.writeDoubles(gradient == null ? new double[0] : gradient);
    out.writeBoolean(gradient != null);
    out.writeDoubles(basisDirection);
    out.writeDouble(length);
  }

  /** Goes on from what another one of the same curvature has written. */
  void read(WireReader in) {
    double[] reached = readVector(in);
    System.arraycopy(reached, 0, coefficients, 0, reached.length);
    steps.addAll(readPairs(in));
    differences.addAll(readPairs(in));
    StateFormat.require(steps.size() == differences.size(), "steps without differences");
    double[] last = in.readDoubles(coefficients.length);
    boolean begun = in.readBoolean();
    StateFormat.require(
        last.length == (begun ? coefficients.length : 0), "a gradient of another length");
    gradient = begun ? last : null;
    basisDirection = readVector(in);
    direction = SmallMatrix.transposedLowerTimes(inverseFactor, basisDirection);
    length = in.readDouble();
  }

  private List<double[]> readPairs(WireReader in) {
    List<double[]> vectors = StateFormat.readVectors(in);
    StateFormat.require(vectors.size() <= history, "a history of " + vectors.size() + " pairs");
    vectors.forEach(this::requireWidth);
    return vectors;
  }

  private double[] readVector(WireReader in) {
    double[] vector = in.readDoubles(coefficients.length);
    requireWidth(vector);
    return vector;
  }

  private void requireWidth(double[] vector) {
    StateFormat.require(
        vector.length == coefficients.length,
        vector.length + " coefficients of a block of " + coefficients.length);
  }
}

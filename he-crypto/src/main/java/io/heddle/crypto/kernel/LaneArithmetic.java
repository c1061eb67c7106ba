// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

/**
 * Multiplication of {@link VectorLanes#LANES} residues side by side.
 *
 * @param <T> a residue per lane
 */
interface LaneArithmetic<T> {
  /** A number per lane, 0. */
  T newNumbers();

  void copy(T from, T into);

  /** out = x y / R; out may be one of the two. */
  void multiply(T x, T y, T out);

  /** out = x^2 / R; out may be x. */
  void square(T x, T out);
}

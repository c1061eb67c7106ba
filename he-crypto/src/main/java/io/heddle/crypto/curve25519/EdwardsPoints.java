// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

/** Points x : y : z that are written together, for all of which one inversion does. */
final class EdwardsPoints {
  final long[][] x;
  final long[][] y;
  final long[][] z;

  EdwardsPoints(int count) {
    x = new long[count][];
    y = new long[count][];
    z = new long[count][];
  }

  /** A single one. */
  static EdwardsPoints of(Edwards point) {
    EdwardsPoints points = new EdwardsPoints(1);
    points.set(0, point);
    return points;
  }

  int count() {
    return x.length;
  }

  /** Keeps a copy of the point as it is now. */
  void set(int index, Edwards point) {
    x[index] = point.x.clone();
    y[index] = point.y.clone();
    z[index] = point.z.clone();
  }
}

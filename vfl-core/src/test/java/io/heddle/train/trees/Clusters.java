// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** For tests: rows put together by their columns and no label, and what that tells of labels. */
final class Clusters {
  private static final int STARTS = 4;
  private static final int MOST_ROUNDS = 40;

  private Clusters() {}

  /** A column for each node of each tree, 1 at its rows, less its mean. */
  static double[][] indicators(List<int[]> trees) {
    List<double[]> columns = new ArrayList<>();
    for (int[] places : trees) {
      for (int node : new TreeSet<>(Arrays.stream(places).boxed().toList())) {
        columns.add(Arrays.stream(places).mapToDouble(at -> at == node ? 1 : 0).toArray());
      }
    }
    return centred(columns.toArray(double[][]::new), false);
  }

  /** Of mean 0 and deviation 1; a missing value is the mean, a constant column is 0. */
  static double[][] standardised(double[][] columns) {
    return centred(columns, true);
  }

  private static double[][] centred(double[][] columns, boolean scaled) {
    double[][] centred = new double[columns.length][];
    for (int j = 0; j < columns.length; j++) {
      double mean = Arrays.stream(columns[j]).filter(v -> !Double.isNaN(v)).average().orElseThrow();
      double[] column =
          Arrays.stream(columns[j]).map(v -> Double.isNaN(v) ? 0 : v - mean).toArray();
      double deviation = Math.sqrt(dot(column, column) / column.length);
      double scale = scaled && deviation > 0 ? 1 / deviation : 1;
      centred[j] = Arrays.stream(column).map(v -> v * scale).toArray();
    }
    return centred;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Each row's place on the first principal axis, which may point either way. */
  static double[] principalAxis(double[][] columns) {
    int width = columns.length;
    double[][] products = new double[width][width];
    for (int j = 0; j < width; j++) {
      for (int k = j; k < width; k++) {
        products[j][k] = dot(columns[j], columns[k]);
        products[k][j] = products[j][k];
      }
    }
    double[] axis = new SplittableRandom(1).doubles(width, -1, 1).toArray();
    for (int round = 0; round < 1000; round++) {
      double[] from = axis;
      double[] next = Arrays.stream(products).mapToDouble(line -> dot(line, from)).toArray();
      double length = Math.sqrt(dot(next, next));
      axis = Arrays.stream(next).map(v -> length > 0 ? v / length : 0).toArray();
    }
    double[] places = new double[columns[0].length];
    for (int j = 0; j < width; j++) {
      for (int i = 0; i < places.length; i++) {
        places[i] += axis[j] * columns[j][i];
      }
    }
    return places;
  }

  /** k-means++ (Arthur and Vassilvitskii, SODA 2007), the best of some starts: a number a row. */
  static int[] kMeans(double[][] columns, int k, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = columns[0].length;
    double[][] points = new double[rows][columns.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns.length; j++) {
        points[i][j] = columns[j][i];
      }
    }
    int[] best = new int[rows];
    double least = Double.POSITIVE_INFINITY;
    for (int start = 0; start < STARTS; start++) {
      int[] nearest = new int[rows];
      double spread = spread(points, firstCentres(points, k, random), nearest);
      if (spread < least) {
        least = spread;
        best = nearest;
      }
    }
    return best;
  }

  private static double[][] firstCentres(double[][] points, int k, SplittableRandom random) {
    double[][] centres = new double[k][];
    double[] apart = new double[points.length];
    Arrays.fill(apart, 1);
    for (int c = 0; c < k; c++) {
      double left = random.nextDouble() * Arrays.stream(apart).sum();
      int at = 0;
      while (at < points.length - 1 && left >= apart[at]) {
        left -= apart[at++];
      }
      centres[c] = points[at].clone();
      for (int i = 0; i < points.length; i++) {
        double distance = distance(points[i], centres[c]);
        apart[i] = c == 0 ? distance : Math.min(apart[i], distance);
      }
    }
    return centres;
  }

  /** Moves centres until no row changes, and says which is the nearest to each row. */
  private static double spread(double[][] points, double[][] centres, int[] nearest) {
    double spread = 0;
    boolean moved = true;
    for (int round = 0; round < MOST_ROUNDS && moved; round++) {
      moved = round == 0;
      spread = 0;
      for (int i = 0; i < points.length; i++) {
        int next = 0;
        double distance = distance(points[i], centres[0]);
        for (int c = 1; c < centres.length; c++) {
          double other = distance(points[i], centres[c]);
          if (other < distance) {
            distance = other;
            next = c;
          }
        }
        moved |= next != nearest[i];
        nearest[i] = next;
        spread += distance;
      }
      for (int c = 0; c < centres.length; c++) {
        double[] sum = new double[centres[c].length];
        int count = 0;
        for (int i = 0; i < points.length; i++) {
          if (nearest[i] == c) {
            count++;
            for (int j = 0; j < sum.length; j++) {
              sum[j] += points[i][j];
            }
          }
        }
        for (int j = 0; j < sum.length && count > 0; j++) {
          centres[c][j] = sum[j] / count;
        }
      }
    }
    return spread;
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  /** The share of the rows that have the label that most of their cluster have. */
  static double accuracy(int[] clusters, double[] labels) {
    int most = Arrays.stream(clusters).max().orElseThrow() + 1;
    int[][] counts = new int[most][2];
    for (int i = 0; i < clusters.length; i++) {
      counts[clusters[i]][labels[i] == 1 ? 1 : 0]++;
    }
    return Arrays.stream(counts).mapToInt(pair -> Math.max(pair[0], pair[1])).sum()
        / (double) clusters.length;
  }

  /** The area under the ROC curve, ties counted half, by whichever direction tells more. */
  static double auc(double[] scores, double[] labels) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
    double ranks = 0;
    double positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        if (labels[order[i]] == 1) {
          ranks += (from + to + 1) / 2.0;
          positives++;
        }
      }
      from = to;
    }
    double area =
        (ranks - positives * (positives + 1) / 2) / (positives * (order.length - positives));
    return Math.max(area, 1 - area);
  }
}

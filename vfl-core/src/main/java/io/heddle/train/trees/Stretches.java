// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Bins of a column between two cuts, from the first bin on, with the rows of each node. */
final class Stretches {
  private final int least;
  private final int[] left;
  private final int[] cuts;
  private final int[][] rows;
  private int made;
  private int[] open;

  /**
   * @param left rows of each node that no stretch has yet
   */
  Stretches(int most, int least, int[] left) {
    this.least = least;
    this.left = left;
    cuts = new int[most];
    rows = new int[most][];
    open = new int[left.length];
  }

  void add(int node, int more) {
    open[node] += more;
    left[node] -= more;
  }

  /** Ends the open stretch there, if that may be. */
  void cut(int at) {
    if (isWide(open) || (isStuck() && join())) {
      cuts[made] = at;
      rows[made++] = open;
      open = new int[left.length];
    }
  }

  int[] end() {
    return isWide(open) || join() ? Arrays.copyOf(cuts, made) : new int[0];
  }

  /** Whether each node has no rows there or enough, and one has enough. */
  private boolean isWide(int[] stretch) {
    return isWide(stretch, least);
  }

  static boolean isWide(int[] stretch, int least) {
    return Arrays.stream(stretch).allMatch(each -> each == 0 || each >= least)
        && Arrays.stream(stretch).anyMatch(each -> each > 0);
  }

  /** Whether a node has too few rows there, and no more to come. */
  private boolean isStuck() {
    return IntStream.range(0, open.length)
        .anyMatch(node -> open[node] > 0 && open[node] < least && left[node] == 0);
  }

  /** Takes as many stretches before the open one into it as it needs, if there are so many. */
  private boolean join() {
    int[] joined = open.clone();
    for (int first = made - 1; first >= 0; first--) {
      int[] before = rows[first];
      Arrays.setAll(joined, node -> joined[node] + before[node]);
      if (isWide(joined)) {
        made = first;
        open = joined;
        return true;
      }
    }
    return false;
  }
}

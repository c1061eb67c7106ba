// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

/**
 * Many trees of keys, grown together: leaf j of tree i is element j * trees + i. Who knows all but
 * one leaf of each learns nothing about that one. (Goldreich, Goldwasser, Micali; Boyle and others,
 * eprint 2019/1159.)
 */
final class Trees {
  private final int trees;
  private final int leaves;
  private final int depth;
  private final FixedKeyHash zero = new FixedKeyHash(1);
  private final FixedKeyHash one = new FixedKeyHash(2);

  Trees(int trees, int leaves) {
    this.trees = trees;
    this.leaves = leaves;
    depth = Integer.SIZE - Integer.numberOfLeadingZeros(leaves - 1);
  }

  /** Levels below the root. */
  int depth() {
    return depth;
  }

  /** Elements of all leaves. */
  int size() {
    return trees * leaves;
  }

  private int nodes(int level) {
    int below = depth - level;
    return ((leaves - 1) >> below) + 1;
  }

  /** Words for a pair of sums for each tree and level: those of left, those of right children. */
  long[] newSums() {
    return new long[depth * trees * 2 * Words.EACH];
  }

  /** Where the sum of a level's left or right children of a tree lies. */
  int sumAt(int level, int tree, int side) {
    return (((level - 1) * 2 + side) * trees + tree) * Words.EACH;
  }

  /**
   * All trees from their roots.
   *
   * @param vector the roots at the beginning; then the leaves
   * @param sums from {@link #newSums}, all 0
   */
  void grow(long[] vector, long[] sums) {
    for (int level = 1; level <= depth; level++) {
      growLevel(vector, level);
      addUp(vector, level, sums);
    }
  }

  /** From back to front, so that children never lie on a parent that is still needed. */
  private void growLevel(long[] vector, int level) {
    int row = trees * Words.EACH;
    int children = nodes(level);
    long[] parent = new long[row];
    for (int node = nodes(level - 1) - 1; node >= 0; node--) {
      System.arraycopy(vector, node * row, parent, 0, row);
      zero.hash(parent, 0, vector, 2 * node * row, trees);
      if (2 * node + 1 < children) {
        one.hash(parent, 0, vector, (2 * node + 1) * row, trees);
      }
    }
  }

  private void addUp(long[] vector, int level, long[] sums) {
    int row = trees * Words.EACH;
    int children = nodes(level);
    for (int node = 0; node < children; node++) {
      int to = sumAt(level, 0, node & 1);
      for (int i = 0; i < row; i++) {
        sums[to + i] ^= vector[node * row + i];
      }
    }
  }

  /** Which sum of a level is to be asked for: that of the side where the hole is not. */
  int side(int hole, int level) {
    return ((hole >>> (depth - level)) & 1) ^ 1;
  }

  /**
   * All leaves but one of each tree.
   *
   * @param holes the leaf of each tree that stays unknown, and is 0 in the vector
   * @param sums those of {@link #side}; what others are does not matter
   */
  void growAround(int[] holes, long[] vector, long[] sums) {
    int row = trees * Words.EACH;
    for (int level = 1; level <= depth; level++) {
      growLevel(vector, level);
      // The children of what is unknown are nonsense: out with them, and the sums give one back.
      for (int i = 0; i < trees; i++) {
        int parent = holes[i] >>> (depth - level + 1);
        clear(vector, 2 * parent * row + i * Words.EACH);
        if (2 * parent + 1 < nodes(level)) {
          clear(vector, (2 * parent + 1) * row + i * Words.EACH);
        }
      }
      long[] known = newSums();
      addUp(vector, level, known);
      for (int i = 0; i < trees; i++) {
        int side = side(holes[i], level);
        int child = 2 * (holes[i] >>> (depth - level + 1)) + side;
        if (child < nodes(level)) {
          int to = child * row + i * Words.EACH;
          int from = sumAt(level, i, side);
          vector[to] = sums[from] ^ known[from];
          vector[to + 1] = sums[from + 1] ^ known[from + 1];
        }
      }
    }
  }

  private static void clear(long[] vector, int at) {
    vector[at] = 0;
    vector[at + 1] = 0;
  }
}

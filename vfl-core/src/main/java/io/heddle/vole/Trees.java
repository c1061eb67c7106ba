// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

/**
 * Many trees of keys, grown together: leaf j of tree i is element j * trees + i. Who knows all but
 * one leaf of each learns nothing about that one. (Goldreich, Goldwasser, Micali; Boyle and others,
 * eprint 2019/1159.)
 */
final class Trees {
  private final int trees;
  private final int leaves;
  private final int depth;
  private final NodeHash hash;

  /**
   * @param leaves of each, two or more
   * @param keys as many as {@link #keyBytes} says
   */
  Trees(int trees, int leaves, byte[] keys) {
    this.trees = trees;
    this.leaves = leaves;
    depth = depth(leaves);
    hash = new NodeHash(keys);
  }

  /** Levels below the root. */
  static int depth(int leaves) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(leaves - 1);
  }

  /** Bytes of the keys of all levels. */
  static int keyBytes(int leaves) {
    return 2 * depth(leaves) * SeedStream.SEED_BYTES;
  }

  int depth() {
    return depth;
  }

  /** Leaves of each tree. */
  int leaves() {
    return leaves;
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
    return new long[depth * trees * 2 * Elements.WORDS];
  }

  /** Where the sum of a level's left or right children of a tree lies. */
  int sumAt(int level, int tree, int side) {
    return (((level - 1) * 2 + side) * trees + tree) * Elements.WORDS;
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
    int row = trees * Elements.WORDS;
    int children = nodes(level);
    long[] parent = new long[row];
    for (int node = nodes(level - 1) - 1; node >= 0; node--) {
      System.arraycopy(vector, node * row, parent, 0, row);
      hash.hash(level, 0, parent, vector, 2 * node * row, trees);
      if (2 * node + 1 < children) {
        hash.hash(level, 1, parent, vector, (2 * node + 1) * row, trees);
      }
    }
  }

  private void addUp(long[] vector, int level, long[] sums) {
    int row = trees * Elements.WORDS;
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
   * @param vector all 0; then the leaves
   * @param sums those of {@link #side}; what others are does not matter
   */
  void growAround(int[] holes, long[] vector, long[] sums) {
    int row = trees * Elements.WORDS;
    for (int level = 1; level <= depth; level++) {
      growLevel(vector, level);
      // The children of what is unknown are nonsense: out with them, and the sums give one back.
      for (int i = 0; i < trees; i++) {
        int parent = holes[i] >>> (depth - level + 1);
        clear(vector, 2 * parent * row + i * Elements.WORDS);
        if (2 * parent + 1 < nodes(level)) {
          clear(vector, (2 * parent + 1) * row + i * Elements.WORDS);
        }
      }
      long[] known = newSums();
      addUp(vector, level, known);
      for (int i = 0; i < trees; i++) {
        int side = side(holes[i], level);
        int child = 2 * (holes[i] >>> (depth - level + 1)) + side;
        if (child < nodes(level)) {
          int to = child * row + i * Elements.WORDS;
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

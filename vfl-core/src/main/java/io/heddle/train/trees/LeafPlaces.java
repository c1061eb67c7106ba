// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.DataException;
import io.heddle.train.shared.StateFormat;
import java.util.List;

/**
 * In which leaves rows end, as the label holder keeps it: for each tree a place for each row, in as
 * few bytes as places of that tree take, big-endian.
 */
final class LeafPlaces {
  private final List<List<TreeNode>> trees;
  private final int rows;

  LeafPlaces(TreeEnsemble ensemble, int rows) {
    trees = ensemble.trees();
    this.rows = rows;
  }

  /** None for a tree that is one leaf. */
  private static int width(List<TreeNode> tree) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(tree.size() - 1);
    return (bits + 7) / 8;
  }

  /**
   * Requires that they can be kept.
   *
   * @param mostBytes what can be kept of any step
   * @param room what can be kept beside what other steps of the session keep
   * @throws DataException if they take more bytes than either
   */
  void requireAtMost(long mostBytes, long room) {
    long bytes = trees.stream().mapToLong(tree -> (long) rows * width(tree)).sum();
    long most = Math.max(0, Math.min(mostBytes, room));
    if (bytes > most) {
      boolean others = bytes <= mostBytes;
      throw new DataException(
          "The leaves of "
              + rows
              + " rows in "
              + trees.size()
              + " trees take "
              + bytes
              + " bytes, and no more than "
              + most
              + " can be kept for going on after a crash"
              + (others ? ", beside what other steps of this session keep" : "")
              + ": score fewer rows at a time"
              + (others ? ", or in a session of its own" : ""));
    }
  }

  /**
   * Writes them.
   *
   * @param leaves {@code [tree][row]}
   */
  void write(WireWriter out, int[][] leaves) {
    for (int t = 0; t < leaves.length; t++) {
      int width = width(trees.get(t));
      byte[] bytes = new byte[Math.multiplyExact(rows, width)];
      int at = 0;
      for (int leaf : leaves[t]) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
          bytes[at++] = (byte) (leaf >> shift);
        }
      }
      out.writeRaw(bytes);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws io.heddle.error.ProtocolException if a row ends where there is no leaf
   */
  int[][] read(WireReader in) {
    int[][] leaves = new int[trees.size()][rows];
    for (int t = 0; t < leaves.length; t++) {
      List<TreeNode> tree = trees.get(t);
      int width = width(tree);
      byte[] bytes = in.readRaw(Math.multiplyExact(rows, width));
      int at = 0;
      for (int i = 0; i < rows; i++) {
        int leaf = 0;
        for (int b = 0; b < width; b++) {
          leaf = (leaf << 8) | (bytes[at++] & 0xff);
        }
        StateFormat.require(leaf < tree.size() && tree.get(leaf).isLeaf(), "no leaf " + leaf);
        leaves[t][i] = leaf;
      }
    }
    return leaves;
  }
}

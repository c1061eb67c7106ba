// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/** How large the messages of one tree are at most, for a plan of what would leave a party. */
public final class TreeTraffic {
  private final TreeTerms terms;
  private final int rows;
  private final int ciphertextBytes;

  /** Of so many rows to train on, or to score. */
  public TreeTraffic(TreeTerms terms, int rows) {
    this.terms = terms;
    this.rows = rows;
    ciphertextBytes = terms.scheme().ciphertextBytes(terms.keyBits());
  }

  /** The key, to each feature holder. */
  public long key() {
    return terms.scheme().keyBytes(terms.keyBits());
  }

  /** Which rows a tree is grown on, to each feature holder; nothing if it is on all. */
  public long sampledRows() {
    return terms.samplesRows() ? bits(1) : 0;
  }

  /**
   * Encrypted derivatives, to each feature holder.
   *
   * @throws io.heddle.error.ConfigurationException if there are too many classes for so many rows
   */
  public long gradients() {
    GradientPacking.requireFits(terms, rows);
    return (long) rows * ciphertextBytes;
  }

  /**
   * Encrypted sums from a feature holder: half of the nodes in which it may be asked.
   *
   * @param columns that it has
   * @throws io.heddle.error.ConfigurationException if there are too many classes for so many rows
   */
  public long sums(int columns) {
    GradientPacking.requireFits(terms, rows);
    long candidates = (long) builtNodes() * columns * (terms.maxBins() - 1);
    int perPlaintext = GradientPacking.of(terms, rows).perPlaintext();
    return candidates * Integer.BYTES + (candidates / perPlaintext + 1) * ciphertextBytes;
  }

  /** Choices to a feature holder. */
  public long choices() {
    return 4L * builtNodes() * Integer.BYTES;
  }

  /** Levels of splits that a row may go down. */
  public int levels() {
    return terms.isLeafWise()
        ? Math.min(terms.maxDepth(), terms.maxLeaves() - 1)
        : terms.maxDepth();
  }

  /** Splits of a full tree. */
  public long splits() {
    long ofDepth = (1L << terms.maxDepth()) - 1;
    return terms.isLeafWise() ? Math.min(ofDepth, terms.maxLeaves() - 1) : ofDepth;
  }

  /** What becomes of nodes, to each feature holder: leaf by leaf also of those that stay. */
  public long descents() {
    long fates = terms.isLeafWise() ? (long) terms.maxLeaves() * (terms.maxLeaves() + 1) / 2 : 0;
    return bits(innerLevels()) + fates;
  }

  /** One bit per row and level. */
  public long bits(int levels) {
    return (long) levels * RowSets.bytes(rows);
  }

  /** Levels on which rows of nodes are told to feature holders. */
  public int innerLevels() {
    return levels() - 1;
  }

  private int builtNodes() {
    int nodes = 1;
    for (int depth = 1; depth < terms.maxDepth(); depth++) {
      nodes += Math.min(1 << (depth - 1), rows / (2 * TreeRules.leastNodeRows(rows, terms)));
    }
    return Math.min(nodes, TreeRules.lastNodes(terms));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.Collections;
import java.util.List;

/** How large the messages of one tree are at most, for a plan of what would leave a party. */
public final class TreeTraffic {
  private final TreeTerms terms;
  private final int rows;
  private final int featureHolders;
  private final int columns;
  private final int ciphertextBytes;

  /**
   * @param rows to train on, or to score
   * @param columns that each feature holder has
   */
  public TreeTraffic(TreeTerms terms, int rows, int featureHolders, int columns) {
    this.terms = terms;
    this.rows = rows;
    this.featureHolders = featureHolders;
    this.columns = columns;
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
    return (long) slots().plaintexts(rows) * ciphertextBytes;
  }

  /**
   * Encrypted sums from a feature holder: half of the nodes in which it may be asked, each in
   * ciphertexts of its own; in a fit nodes of a level share some. Columns in which values are
   * missing have up to twice as many.
   *
   * @throws io.heddle.error.ConfigurationException if there are too many classes for so many rows
   */
  public long sums() {
    int candidates = Math.multiplyExact(columns, terms.maxBins() - 1);
    long ciphertexts = slots().answers(candidates);
    return builtNodes() * (candidates * (long) Integer.BYTES + ciphertexts * ciphertextBytes);
  }

  /** As the label holder would choose. */
  private RowSlots slots() {
    GradientPacking.requireFits(terms, rows);
    List<Integer> declared = Collections.nCopies(featureHolders, 2 * terms.maxBins() * columns);
    return RowSlots.of(terms, rows, new RowsPerCiphertext(terms, rows, declared).best());
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
    return TreeRules.builtNodes(rows, terms);
  }
}

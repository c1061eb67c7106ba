// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

/**
 * The sender's keys of the rows of one partition, secret: 56 bytes for each row. Blocks of it may
 * be taken in by several threads; tags are computed when all are there.
 */
public final class OprfRows {
  private final int partition;
  private final int rows;
  final long[] words;

  OprfRows(int partition, int rows) {
    this.partition = partition;
    this.rows = rows;
    words = new long[Math.multiplyExact(rows, PseudoRandomCode.WORDS)];
  }

  /** The number of the partition. */
  public int partition() {
    return partition;
  }

  /** How many rows it has. */
  public int rows() {
    return rows;
  }
}

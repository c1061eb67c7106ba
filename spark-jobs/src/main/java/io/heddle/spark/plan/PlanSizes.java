// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.plan;

/**
 * What a plan reckons with. Peers are taken to be as large as this party, and all rows to be
 * common, so what is planned for data is an upper bound for such peers.
 *
 * @param rows of this party's table, at least 1
 * @param columns that take part, of this party; at least 0
 * @param passes of a fit, at least 1
 */
public record PlanSizes(int rows, int columns, int passes) {
  public PlanSizes {
    if (rows < 1 || columns < 0 || passes < 1) {
      throw new IllegalArgumentException(
          "Invalid sizes: must be at least 1 row, 0 columns and 1 pass");
    }
  }
}

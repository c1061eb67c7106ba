// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.io.Serializable;

/**
 * A split by one column: rows up to the value go left.
 *
 * @param column its place among the party's columns
 * @param value infinite where only missing values go right
 * @param missingLeft whether missing values (NaN) go left
 */
public record Threshold(int column, double value, boolean missingLeft) implements Serializable {
  boolean goesLeft(double x) {
    return Double.isNaN(x) ? missingLeft : x <= value;
  }
}

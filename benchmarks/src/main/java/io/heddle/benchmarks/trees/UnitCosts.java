// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What one operation of a tree takes by itself, in processor seconds of the whole process, as
 * {@link Operations} measures it. NaN for what the party does not do.
 *
 * @param encrypt a number under the own key, as many at once as go into a message, and write it
 * @param check a ciphertext that has come
 * @param add a ciphertext to its bin, with many others: those of a node, which are here and there
 * @param square one of those squarings that shift a sum
 * @param mask one under a peer's key: adding a number and giving it fresh randomness
 * @param carry a byte to the other party or from it, whichever this one does with derivatives
 */
record UnitCosts(double encrypt, double check, double add, double square, double mask, double carry)
    implements Serializable {
  private static final double MICROS = 1e6;

  /** Of those of some trees in which it was done what it took on average. */
  static UnitCosts average(List<UnitCosts> trees) {
    return new UnitCosts(
        average(trees, UnitCosts::encrypt),
        average(trees, UnitCosts::check),
        average(trees, UnitCosts::add),
        average(trees, UnitCosts::square),
        average(trees, UnitCosts::mask),
        average(trees, UnitCosts::carry));
  }

  private static double average(List<UnitCosts> trees, ToDoubleFunction<UnitCosts> of) {
    return trees.stream()
        .mapToDouble(of)
        .filter(cost -> !Double.isNaN(cost))
        .average()
        .orElse(Double.NaN);
  }

  /** Microseconds, and of a MB, by name; what the party does not do is left out. */
  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("encrypt", MICROS * encrypt);
    map.put("check", MICROS * check);
    map.put("add", MICROS * add);
    map.put("square", MICROS * square);
    map.put("mask", MICROS * mask);
    map.put("carryMegabyte", MICROS * 1e6 * carry);
    map.values().removeIf(value -> ((Double) value).isNaN());
    return map;
  }
}

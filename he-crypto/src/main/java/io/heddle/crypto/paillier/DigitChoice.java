// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How a column is best cut into digits.
 *
 * @param joint whether its digits are joined
 */
record DigitChoice(DigitPlan plan, boolean joint) {
  /** So many values say enough about a column. */
  private static final int SAMPLE = 4096;

  SlotBuckets buckets(int[] values) {
    return joint ? SlotBuckets.joint(plan, values) : SlotBuckets.apart(plan, values);
  }

  /**
   * The cheaper of both ways.
   *
   * @param slotValues the values of the column in one slot
   */
  static DigitChoice cheapest(short[] column, int slots, IntFunction<int[]> slotValues) {
    DigitPlan apart = DigitPlan.cheapest(column, slots);
    if (apart.digits() == 0) {
      return new DigitChoice(apart, false);
    }
    int perSlot = Math.max(1, column.length / slots);
    int sampled = Math.max(1, Math.min(slots, SAMPLE / perSlot));
    List<int[]> sample =
        IntStream.range(0, sampled).mapToObj(i -> slotValues.apply(i * slots / sampled)).toList();
    int largest = 0;
    for (short value : column) {
      largest = Math.max(largest, Math.abs(value));
    }
    DigitPlan best = apart;
    double least =
        sample.stream().mapToDouble(values -> SlotBuckets.apart(apart, values).cost()).sum();
    boolean joint = false;
    for (int width = 1; width <= 17; width++) {
      DigitPlan plan = DigitPlan.forBits(width, largest);
      double cost =
          sample.stream().mapToDouble(values -> SlotBuckets.joint(plan, values).cost()).sum();
      if (cost < least) {
        least = cost;
        best = plan;
        joint = true;
      }
    }
    return new DigitChoice(best, joint);
  }
}

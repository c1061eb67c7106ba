// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.bucket.BucketCost;
import io.heddle.crypto.bucket.BucketTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The buckets of one column's digits in one slot: for each digit those of the positive ones, then
 * those of the negative ones, a bucket per magnitude from 1 up to the largest that occurs.
 *
 * <p>Digits joined: rows with the same value are multiplied first, then the values with the same
 * low digit, then those with the same remaining digits, and so on, which costs a multiplication per
 * row and one or two per value that occurs, instead of one per row and digit.
 */
final class SlotBuckets {
  private final DigitPlan plan;
  private final List<BucketTree> trees = new ArrayList<>();
  private final Chain[] chains;
  private int size;
  private double cost;

  /**
   * Buckets of one digit and sign.
   *
   * @param start the place of the bucket of magnitude 1
   * @param length the largest magnitude that occurs, or 0
   * @param occupied which magnitudes occur, less one
   */
  record Chain(int start, int length, BitSet occupied) {
    Chain shifted(int places) {
      return new Chain(start + places, length, occupied);
    }
  }

  private SlotBuckets(DigitPlan plan) {
    this.plan = plan;
    this.chains = new Chain[2 * plan.digits()];
    Arrays.setAll(chains, i -> new Chain(0, 0, new BitSet()));
  }

  /** Sorts by each digit of the values. */
  static SlotBuckets apart(DigitPlan plan, int[] values) {
    SlotBuckets buckets = new SlotBuckets(plan);
    int[] rests = values;
    for (int digit = 0; digit < plan.digits(); digit++) {
      buckets.trees.add(buckets.leaf(rests, digit));
      rests = buckets.rests(rests, digit);
    }
    return buckets;
  }

  /** Sorts by value, and the values by their digits. */
  static SlotBuckets joint(DigitPlan plan, int[] values) {
    SlotBuckets buckets = new SlotBuckets(plan);
    if (plan.digits() > 0) {
      buckets.trees.add(buckets.byValue(values, 0));
    }
    return buckets;
  }

  /** Values from this digit on: one more digit is a leaf, more are joined first. */
  private BucketTree byValue(int[] values, int digit) {
    if (digit == plan.digits() - 1) {
      return leaf(values, digit);
    }
    int largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    int[] idOf = new int[2 * largest + 1];
    Arrays.fill(idOf, -1);
    int[] distinct = new int[Math.min(values.length, idOf.length)];
    int[] ids = new int[values.length];
    int count = 0;
    int sorted = 0;
    for (int i = 0; i < values.length; i++) {
      int at = values[i] + largest;
      if (values[i] != 0 && idOf[at] < 0) {
        idOf[at] = count;
        distinct[count++] = values[i];
      }
      ids[i] = values[i] == 0 ? -1 : idOf[at];
      sorted += values[i] == 0 ? 0 : 1;
    }
    cost += BucketCost.products(sorted, count);
    int[] each = Arrays.copyOf(distinct, count);
    return BucketTree.joint(
        values.length,
        i -> ids[i],
        count,
        List.of(leaf(each, digit), byValue(rests(each, digit), digit + 1)));
  }

  private int[] rests(int[] values, int digit) {
    int[] rests = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      rests[i] = plan.withoutLowDigit(values[i], plan.lowDigit(values[i], digit));
    }
    return rests;
  }

  private BucketTree leaf(int[] values, int digit) {
    int[] lows = new int[values.length];
    int[] largest = new int[2];
    int sorted = 0;
    for (int i = 0; i < values.length; i++) {
      lows[i] = plan.lowDigit(values[i], digit);
      largest[0] = Math.max(largest[0], lows[i]);
      largest[1] = Math.max(largest[1], -lows[i]);
      sorted += lows[i] == 0 ? 0 : 1;
    }
    int positives = largest[0];
    int buckets = positives + largest[1];
    BitSet[] occupied = {new BitSet(), new BitSet()};
    for (int i = 0; i < lows.length; i++) {
      int low = lows[i];
      if (low != 0) {
        occupied[low > 0 ? 0 : 1].set(Math.abs(low) - 1);
      }
      // From here on the bucket.
      lows[i] = low > 0 ? low - 1 : low < 0 ? positives - low - 1 : -1;
    }
    chains[2 * digit] = new Chain(size, positives, occupied[0]);
    chains[2 * digit + 1] = new Chain(size + positives, largest[1], occupied[1]);
    cost +=
        BucketCost.products(sorted, occupied[0].cardinality() + occupied[1].cardinality())
            + Fold.cost(chains[2 * digit])
            + Fold.cost(chains[2 * digit + 1]);
    BucketTree tree = BucketTree.leaf(values.length, i -> lows[i], buckets, size);
    size += buckets;
    return tree;
  }

  /** How many buckets. */
  int size() {
    return size;
  }

  /** Expected cost of buckets and folds, in multiplications. */
  double cost() {
    return cost;
  }

  /** The trees whose results are the buckets. */
  List<BucketTree> trees(int firstResult) {
    return trees.stream().map(tree -> tree.shifted(firstResult)).toList();
  }

  /** The buckets of a digit's positive or negative values. */
  Chain chain(int digit, boolean negative, int firstResult) {
    return chains[2 * digit + (negative ? 1 : 0)].shifted(firstResult);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import io.heddle.crypto.kernel.Residues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Sorts factors into buckets, the buckets into fewer buckets, and so on: what several results have
 * in common is multiplied once. A tree's leaves are results, its other levels are joint buckets
 * from which the next ones are made.
 */
public final class BucketTree {
  /** Joint buckets and sorted places that are held at a time. */
  private static final long MOST_BYTES = 64L << 20;

  private final int items;
  private final IntUnaryOperator bucketOf;
  private final int buckets;
  private final IntUnaryOperator placeOf;
  private final List<BucketTree> parts;
  private final int result;

  private BucketTree(
      int items,
      IntUnaryOperator bucketOf,
      int buckets,
      IntUnaryOperator placeOf,
      List<BucketTree> parts,
      int result) {
    this.items = items;
    this.bucketOf = bucketOf;
    this.buckets = buckets;
    this.placeOf = placeOf;
    this.parts = parts;
    this.result = result;
  }

  /**
   * Buckets that are results.
   *
   * @param items how many factors, or how many buckets one level above
   * @param bucketOf the bucket of each, negative for none
   * @param result the place of bucket 0 among the results
   */
  public static BucketTree leaf(int items, IntUnaryOperator bucketOf, int buckets, int result) {
    return new BucketTree(items, bucketOf, buckets, i -> i, List.of(), result);
  }

  /**
   * Buckets from which others are made.
   *
   * @param parts each has this tree's buckets as its items
   */
  public static BucketTree joint(
      int items, IntUnaryOperator bucketOf, int buckets, List<BucketTree> parts) {
    return new BucketTree(items, bucketOf, buckets, i -> i, List.copyOf(parts), -1);
  }

  /** The same with all results so many places further on. */
  public BucketTree shifted(int places) {
    List<BucketTree> moved = parts.stream().map(part -> part.shifted(places)).toList();
    return new BucketTree(
        items, bucketOf, buckets, placeOf, moved, result < 0 ? -1 : result + places);
  }

  /** The same for factors that stand elsewhere. */
  public BucketTree at(IntUnaryOperator places) {
    return new BucketTree(items, bucketOf, buckets, places, parts, result);
  }

  /**
   * The results of all trees; 1 where nothing fell in.
   *
   * @param results how many
   */
  public static Residues compute(
      BlockArithmetic arithmetic, Residues factors, List<BucketTree> trees, int results) {
    // Number 0 is a 1, for results in which no tree ends.
    List<Residues> kept = new ArrayList<>();
    kept.add(arithmetic.modulus().ones(1));
    int[] order = new int[results];
    int done = 1;
    int first = 0;
    while (first < trees.size()) {
      long bytes = 0;
      int end = first;
      while (end < trees.size() && (end == first || bytes < MOST_BYTES)) {
        bytes += trees.get(end++).bytes(arithmetic);
      }
      Residues above = factors;
      List<Placed> level = new ArrayList<>();
      trees.subList(first, end).forEach(tree -> level.add(new Placed(tree, 0)));
      while (!level.isEmpty()) {
        above = arithmetic.products(above, sort(level));
        int[] ends = ends(level, order, done);
        kept.add(arithmetic.modulus().gather(above, ends));
        done += ends.length;
        descend(level);
      }
      first = end;
    }
    return arithmetic.modulus().gather(arithmetic.modulus().concat(kept), order);
  }

  /** A tree whose items begin at {@code base} in the level above. */
  private record Placed(BucketTree tree, int base) {}

  private static Lists sort(List<Placed> level) {
    Lists[] sorted = new Lists[level.size()];
    IntStream.range(0, sorted.length)
        .parallel()
        .forEach(
            i -> {
              BucketTree tree = level.get(i).tree;
              int base = level.get(i).base;
              sorted[i] =
                  Lists.sort(
                      tree.items,
                      tree.bucketOf,
                      tree.buckets,
                      item -> base + tree.placeOf.applyAsInt(item));
            });
    return Lists.concat(Arrays.asList(sorted));
  }

  /**
   * Which of a level's buckets are results, and notes that they will stand from {@code done} on.
   */
  private static int[] ends(List<Placed> level, int[] order, int done) {
    int count =
        level.stream().mapToInt(placed -> placed.tree.result < 0 ? 0 : placed.tree.buckets).sum();
    int[] ends = new int[count];
    int next = 0;
    int base = 0;
    for (Placed placed : level) {
      BucketTree tree = placed.tree;
      for (int b = 0; tree.result >= 0 && b < tree.buckets; b++) {
        order[tree.result + b] = done + next;
        ends[next++] = base + b;
      }
      base += tree.buckets;
    }
    return ends;
  }

  private static void descend(List<Placed> level) {
    List<Placed> below = new ArrayList<>();
    int base = 0;
    for (Placed placed : level) {
      for (BucketTree part : placed.tree.parts) {
        below.add(new Placed(part, base));
      }
      base += placed.tree.buckets;
    }
    level.clear();
    level.addAll(below);
  }

  private long bytes(BlockArithmetic arithmetic) {
    // Places, and pieces of lists; residues are held in a third more than their bytes.
    long bytes = 32L * items + buckets * (arithmetic.modulus().bytes() * 4L / 3);
    for (BucketTree part : parts) {
      bytes += part.bytes(arithmetic);
    }
    return bytes;
  }
}

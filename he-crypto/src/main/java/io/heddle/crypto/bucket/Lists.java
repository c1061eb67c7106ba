// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Which factors make up which product: lists of places one after another. */
public final class Lists {
  private final int[] places;
  private final int[] starts;

  Lists(int[] places, int[] starts) {
    this.places = places;
    this.starts = starts;
  }

  /**
   * Sorts items by bucket, in order within each.
   *
   * @param bucketOf an item's bucket from 0 on, or negative for none
   * @param placeOf where an item's factor stands
   */
  static Lists sort(int items, IntUnaryOperator bucketOf, int buckets, IntUnaryOperator placeOf) {
    int[] bucket = new int[items];
    int[] starts = new int[buckets + 1];
    for (int i = 0; i < items; i++) {
      bucket[i] = bucketOf.applyAsInt(i);
      if (bucket[i] >= 0) {
        starts[bucket[i] + 1]++;
      }
    }
    for (int b = 0; b < buckets; b++) {
      starts[b + 1] += starts[b];
    }
    int[] next = Arrays.copyOf(starts, buckets);
    int[] places = new int[starts[buckets]];
    for (int i = 0; i < items; i++) {
      if (bucket[i] >= 0) {
        places[next[bucket[i]]++] = placeOf.applyAsInt(i);
      }
    }
    return new Lists(places, starts);
  }

  /** The lists as they are. */
  static Lists of(List<int[]> lists) {
    int[] starts = new int[lists.size() + 1];
    for (int i = 0; i < lists.size(); i++) {
      starts[i + 1] = starts[i] + lists.get(i).length;
    }
    return new Lists(lists.stream().flatMapToInt(Arrays::stream).toArray(), starts);
  }

  /** The lists of all, in order. */
  static Lists concat(List<Lists> parts) {
    int size = 0;
    int factors = 0;
    for (Lists part : parts) {
      size += part.size();
      factors = Math.addExact(factors, part.factors());
    }
    int[] places = new int[factors];
    int[] starts = new int[size + 1];
    int list = 0;
    int done = 0;
    for (Lists part : parts) {
      System.arraycopy(part.places, 0, places, done, part.factors());
      for (int i = 0; i < part.size(); i++) {
        starts[list++] = done + part.starts[i];
      }
      done += part.factors();
    }
    starts[size] = done;
    return new Lists(places, starts);
  }

  /** How many lists. */
  int size() {
    return starts.length - 1;
  }

  /** Length of all lists together. */
  int factors() {
    return places.length;
  }

  int[] places() {
    return places;
  }

  int[] starts() {
    return starts;
  }
}

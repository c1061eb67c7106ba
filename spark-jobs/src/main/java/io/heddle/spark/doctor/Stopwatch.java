// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long an operation takes when nothing disturbs it: the shortest of many short bursts, so that
 * other work on the machine has to leave it alone for some milliseconds only.
 */
final class Stopwatch {
  private static final long BURST_NANOS = 2_000_000;

  private final long nanos;

  // Keeps what is measured from being optimised away.
  @SuppressWarnings("UnusedVariable")
  private volatile @Nullable Object last;

  /**
   * @param duration of a measurement; warming up takes half of it besides
   */
  Stopwatch(Duration duration) {
    nanos = duration.toNanos();
  }

  /** Nanoseconds of one operation, of which {@code block} does {@code operations}. */
  double measure(int operations, Supplier<?> block) {
    long shortest = shortestBurst(1, block, nanos / 2);
    long calls = Math.max(1, BURST_NANOS / Math.max(1, shortest));
    return (double) shortestBurst(calls, block, nanos) / (calls * operations);
  }

  private long shortestBurst(long calls, Supplier<?> block, long duration) {
    long shortest = Long.MAX_VALUE;
    long begun = System.nanoTime();
    long now;
    do {
      long from = System.nanoTime();
      for (long call = 0; call < calls; call++) {
        last = block.get();
      }
      now = System.nanoTime();
      shortest = Math.min(shortest, now - from);
    } while (now - begun < duration);
    return shortest;
  }
}

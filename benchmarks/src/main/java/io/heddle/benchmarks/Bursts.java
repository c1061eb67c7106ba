// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The shortest of many short bursts in the processor's time of the calling thread, as the peers'
 * scripts measure: on a machine with other work to do this comes out the same again, which JMH's
 * averages do not. What is measured must stay in that thread.
 */
public final class Bursts {
  private static final long BURST_NANOS = 2_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  // Where other work takes the core, a measurement takes up to this much longer.
  private static final double PATIENCE = 8;

  private final long nanos;

  // Keeps what is measured from being optimised away.
  @SuppressWarnings("UnusedVariable")
  private volatile @Nullable Object last;

  /**
   * @param duration of a measurement; warming up takes a quarter of it besides
   */
  public Bursts(Duration duration) {
    nanos = duration.toNanos();
  }

  /** Nanoseconds of one operation, of which {@code block} does {@code operations}. */
  public double measure(int operations, Callable<?> block) throws Exception {
    long shortest = shortestBurst(1, block, nanos / 4);
    long calls = Math.max(1, BURST_NANOS / shortest);
    return (double) shortestBurst(calls, block, nanos) / (calls * operations);
  }

  private long shortestBurst(long calls, Callable<?> block, long duration) throws Exception {
    long shortest = Long.MAX_VALUE;
    long begun = System.nanoTime();
    long first = THREADS.getCurrentThreadCpuTime();
    long now;
    do {
      long from = THREADS.getCurrentThreadCpuTime();
      for (long call = 0; call < calls; call++) {
        last = block.call();
      }
      now = THREADS.getCurrentThreadCpuTime();
      shortest = Math.min(shortest, now - from);
    } while (now - first < duration && System.nanoTime() - begun < PATIENCE * duration);
    return Math.max(1, shortest);
  }
}

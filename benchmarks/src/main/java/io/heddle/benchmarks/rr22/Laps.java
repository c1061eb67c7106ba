// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;

/** What each part of one party's work took of its thread. */
final class Laps {
  /**
   * @param seconds with waiting for the other party
   * @param cpuSeconds of the thread
   */
  record Lap(double seconds, double cpuSeconds) {}

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<String, Lap> laps = new LinkedHashMap<>();
  private long from = System.nanoTime();
  private long cpuFrom = threads.getCurrentThreadCpuTime();

  /** Ends a part; the next begins. */
  void lap(String name) {
    long to = System.nanoTime();
    long cpuTo = threads.getCurrentThreadCpuTime();
    laps.put(name, new Lap((to - from) / 1e9, (cpuTo - cpuFrom) / 1e9));
    from = to;
    cpuFrom = cpuTo;
  }

  Map<String, Lap> all() {
    return laps;
  }
}

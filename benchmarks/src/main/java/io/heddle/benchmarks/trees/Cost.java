// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import com.sun.management.OperatingSystemMXBean;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a part of a party's work took.
 *
 * @param seconds with waiting for the other party
 * @param cpuSeconds of the whole process: with its compiler, its collector and its network
 */
record Cost(double seconds, double cpuSeconds) implements Serializable {
  static final Cost NONE = new Cost(0, 0);

  Cost plus(Cost other) {
    return new Cost(seconds + other.seconds, cpuSeconds + other.cpuSeconds);
  }

  Cost minus(Cost other) {
    return new Cost(seconds - other.seconds, cpuSeconds - other.cpuSeconds);
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("seconds", seconds);
    map.put("cpuSeconds", cpuSeconds);
    return map;
  }

  /** Tells what has been used since it was last asked. Not safe for several threads. */
  static final class Watch {
    private final OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long from = System.nanoTime();
    private long cpuFrom = system.getProcessCpuTime();

    Cost lap() {
      long to = System.nanoTime();
      long cpuTo = system.getProcessCpuTime();
      Cost cost = new Cost((to - from) / 1e9, (cpuTo - cpuFrom) / 1e9);
      from = to;
      cpuFrom = cpuTo;
      return cost;
    }

    /** What has been used for something else does not count. */
    void leaveOut(Cost other) {
      from += Math.round(other.seconds * 1e9);
      cpuFrom += Math.round(other.cpuSeconds * 1e9);
    }
  }
}

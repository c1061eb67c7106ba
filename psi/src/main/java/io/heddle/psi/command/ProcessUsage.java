// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process has used since it was started. */
public final class ProcessUsage {
  private ProcessUsage() {}

  /** Wall-clock seconds since the process was started, the start of the JVM included. */
  public static double seconds() {
    return (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
  }

  /** Processor seconds of all threads. */
  public static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L)
        / 1e3;
  }

  /** The most memory it held at once: on Linux all of it, elsewhere the heap. */
  public static double peakMemoryMiB() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return ManagementFactory.getMemoryPoolMXBeans().stream().mapToLong(ProcessUsage::peak).sum()
        / (1024.0 * 1024.0);
  }

  private static long peak(MemoryPoolMXBean pool) {
    return pool.getPeakUsage() == null ? 0 : pool.getPeakUsage().getUsed();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * For tests: many schedules of one workload, each from its own seed. {@code sim.seed} asks for one
 * of them again; {@code heddle.test.schedules} is how many there are, of all workloads.
 */
public final class Schedules {
  private static final Integer ASKED = Integer.getInteger("heddle.test.schedules");
  private static final long FIRST_SEED = 1;

  private Schedules() {}

  /** Runs all parties over a network and checks what comes out. */
  @FunctionalInterface
  public interface Schedule {
    void run(long seed, SimulatedNetwork network) throws Exception;
  }

  /**
   * Runs schedules until one fails; the error names its seed.
   *
   * @param perThousand how many of a thousand schedules are of this workload
   */
  public static void run(String workload, int perThousand, Schedule schedule) {
    Long only = Long.getLong("sim.seed");
    if (only != null) {
      run(workload, only, schedule);
      return;
    }
    int count = Math.max(1, Objects.requireNonNullElse(ASKED, 1000) * perThousand / 1000);
    long start = System.nanoTime();
    long cuts = 0;
    long kills = 0;
    long events = 0;
    long[] nanos = new long[count];
    Duration cpu = cpu();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
      long began = System.nanoTime();
      SimulatedNetwork network = run(workload, seed, schedule);
      nanos[(int) (seed - FIRST_SEED)] = System.nanoTime() - began;
      cuts += network.cuts();
      kills += network.kills();
      events += network.simulation().events();
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%d schedules of %s: %.1f ms each (CPU %.1f ms), half of them within %.1f ms, at most %.0f"
            + " ms; %d events, %d cut links, %d kills%n",
        count,
        workload,
        (System.nanoTime() - start) / 1e6 / count,
        cpu().minus(cpu).toMillis() / (double) count,
        nanos[count / 2] / 1e6,
        nanos[count - 1] / 1e6,
        events,
        cuts,
        kills);
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static SimulatedNetwork run(String workload, long seed, Schedule schedule) {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    try {
      schedule.run(seed, network);
    } catch (Exception | Error e) {
      throw new AssertionError(
          "Schedule "
              + seed
              + " of "
              + workload
              + " failed; again with -Dsim.seed="
              + seed
              + ". It ended with\n"
              + String.join("\n", network.told()),
          e);
    }
    return network;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heddle.psi.sweep.SweepRuns.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of two parties goes on after {@code kill -9} of either or both at any of its messages and
 * commits, once or again and again, and ends with the very bits of an undisturbed run of the same
 * session (requirement R2).
 *
 * <p>Property {@code heddle.test.sweep.points}: how many points are tried, evenly spread; {@code
 * all} for all; or a regular expression that the points' words have a match of, such as {@code
 * finished|published}. {@code .trees}: likewise where trees are grown; {@code .breast}: how many
 * with the public table, {@code .seconds}: how long parties are killed at random times, {@code
 * .verbose}: true to say what each point took.
 */
class KillSweepTest {
  private static final String SETTING = "heddle.test.sweep.";

  private final Path base;
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  KillSweepTest(@TempDir Path base) {
    this.base = base;
  }

  @Test
  void kill_atEachPoint_theJobGoesOnToTheSameBits() throws Exception {
    sweep("generated table", SweepTable.GENERATED, System.getProperty(SETTING + "points", "3"));
  }

  @Test
  void kill_whereTreesAreGrown_theJobGoesOnToTheSameBits() throws Exception {
    sweep("trees", SweepTable.TREES, System.getProperty(SETTING + "trees", "2"));
  }

  @Test
  void kill_withThePublicTable_theJobGoesOnToTheSameBits() throws Exception {
    String points = System.getProperty(SETTING + "breast", "0");
    assumeThat(points).as("points with the table breast").isNotEqualTo("0");
    Path folder = Path.of(System.getProperty("heddle.shared", ""), "data");
    assumeThat(folder.resolve("breast_hetero_guest.csv")).exists();
    sweep("breast", folder.toAbsolutePath().toString(), points);
  }

  private void sweep(String name, String source, String wanted)
      throws IOException, InterruptedException {
    SweepRuns runs = new SweepRuns(new SweepJava(base), base, source);
    Outcome undisturbed = runs.undisturbed();
    List<Point> all = Point.all(undisturbed.messages(), runs.commits());
    long start = System.nanoTime();
    List<Point> points = chosen(all, wanted);
    List<SweepRuns> both = List.of(runs, runs.beside(1));
    together(both, points, undisturbed);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "kill sweep, %s: %d of %d points (of %d; messages %s, last commits %s, %d kills, %d ends"
            + " that a peer did not confirm) went on to"
            + " the same bits, %.0f s, %.1f s a point%n",
        name,
        points.size() - failures.size(),
        points.size(),
        all.size(),
        undisturbed.messages(),
        runs.commits(),
        both.stream().mapToInt(SweepRuns::kills).sum(),
        both.stream().mapToInt(SweepRuns::unsettled).sum(),
        seconds,
        seconds / points.size());
    assertThat(failures).isEmpty();
  }

  /** Several points at once: while a process starts, others of its run only wait. */
  private void together(List<SweepRuns> all, List<Point> points, Outcome undisturbed)
      throws InterruptedException {
    Queue<Point> left = new ConcurrentLinkedQueue<>(points);
    ExecutorService threads = Executors.newFixedThreadPool(all.size());
    try {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (SweepRuns runs : all) {
        work.add(
            () -> {
              for (Point point = left.poll(); point != null; point = left.poll()) {
                long from = System.nanoTime();
                Point next = point;
                compare(point.toString(), undisturbed, () -> runs.over(next));
                if (Boolean.getBoolean(SETTING + "verbose")) {
                  System.out.printf("%5.1f s  %s%n", (System.nanoTime() - from) / 1e9, point);
                }
              }
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done).succeedsWithin(Duration.ZERO);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void kill_atRandomTimes_theJobGoesOnToTheSameBits() throws Exception {
    int limit = Integer.getInteger(SETTING + "seconds", 0);
    assumeThat(limit).as("seconds of kills at random times").isPositive();
    SweepRuns runs = new SweepRuns(new SweepJava(base), base, SweepTable.GENERATED);
    Outcome undisturbed = runs.undisturbed();
    // The first took longer, for it left the archive: kills shall fall into all of a job, not
    // after.
    long from = System.nanoTime();
    compare("undisturbed", undisturbed, runs::undisturbed);
    long start = System.nanoTime();
    int whole = (int) ((start - from) / 1_000_000);
    long seed = Long.getLong(SETTING + "seed", start);
    SplittableRandom random = new SplittableRandom(seed);
    int jobs = 0;
    for (; System.nanoTime() - start < limit * 1_000_000_000L; jobs++) {
      int times = 1 + random.nextInt(5);
      compare(
          "job " + jobs + " of seed " + seed,
          undisturbed,
          () -> runs.overChance(random, times, whole));
    }
    System.out.printf(
        "kill sweep, random times: %d of %d jobs went on to the same bits, %d kills, %d ends that a"
            + " peer did not confirm, %.0f s%n",
        jobs - failures.size(),
        jobs,
        runs.kills(),
        runs.unsettled(),
        (System.nanoTime() - start) / 1e9);
    assertThat(failures).isEmpty();
  }

  /** A run of the job. */
  private interface Job {
    Outcome run() throws IOException, InterruptedException;
  }

  private void compare(String name, Outcome expected, Job job)
      throws IOException, InterruptedException {
    try {
      assertThat(job.run().results()).isEqualTo(expected.results());
    } catch (AssertionError e) {
      System.out.println("FAILS   " + name + ": " + e.getMessage());
      failures.add(name + ": " + e.getMessage());
    }
  }

  private static List<Point> chosen(List<Point> points, String wanted) {
    if (wanted.equals("all")) {
      return points;
    }
    if (!wanted.matches("[0-9]+")) {
      return points.stream()
          .filter(point -> Pattern.compile(wanted).matcher(point.toString()).find())
          .toList();
    }
    int count = Math.min(Integer.parseInt(wanted), points.size());
    List<Point> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(points.get((int) ((i + 0.5) * points.size() / count)));
    }
    return chosen;
  }
}

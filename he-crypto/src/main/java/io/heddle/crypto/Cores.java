// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Spreads work on a row of numbers over the cores of the pool that the caller runs in. The pieces
 * do not share anything, so neither do their threads.
 */
public final class Cores {
  // Fills the lanes of a vector kernel.
  private static final int STEP = 8;

  // As long as a piece costs next to nothing to prepare, and no longer: the last one is waited for.
  private static final int LARGEST = 64;
  private static final int PIECES_PER_THREAD = 4;

  private Cores() {}

  /** What one piece of the work gives. */
  @FunctionalInterface
  public interface Piece<T> {
    /** Works on the numbers from {@code from} inclusive to {@code to} exclusive. */
    T run(int from, int to);
  }

  /** Runs all pieces and gives their results in order; none for no numbers. */
  public static <T> List<T> pieces(int size, Piece<T> work) {
    int wanted = PIECES_PER_THREAD * threads();
    int fair = (size + wanted - 1) / wanted;
    int piece = Math.min(LARGEST, Math.max(1, (fair + STEP - 1) / STEP) * STEP);
    return each(
        (size + piece - 1) / piece, i -> work.run(i * piece, Math.min(size, (i + 1) * piece)));
  }

  /** Runs work that was cut already, handed out one by one, and gives its results in order. */
  public static <T> List<T> each(int count, IntFunction<T> work) {
    // No parallel stream: it ties pieces into four bundles a thread, and on two cores into four
    // altogether, so that a core that is a little slower is waited for with a quarter of the work.
    List<ForkJoinTask<T>> tasks = IntStream.range(0, count).mapToObj(i -> task(work, i)).toList();
    return ForkJoinTask.invokeAll(tasks).stream().map(ForkJoinTask::join).toList();
  }

  private static <T> ForkJoinTask<T> task(IntFunction<T> work, int i) {
    return ForkJoinTask.adapt(() -> work.apply(i));
  }

  /** How many threads work here: one from outside works beside those of the common pool. */
  public static int threads() {
    ForkJoinPool pool = ForkJoinTask.getPool();
    return pool == null ? ForkJoinPool.getCommonPoolParallelism() + 1 : pool.getParallelism();
  }
}

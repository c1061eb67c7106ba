// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/**
 * Spreads work on a row of numbers over the cores of the pool that the caller runs in. The pieces
 * do not share anything, so neither do their threads.
 */
public final class Cores {
  // Fills the lanes of a vector kernel.
  private static final int STEP = 8;
  private static final int LARGEST = 256;

  private Cores() {}

  /** What one piece of the work gives. */
  @FunctionalInterface
  public interface Piece<T> {
    /** Works on the numbers from {@code from} inclusive to {@code to} exclusive. */
    T run(int from, int to);
  }

  /** Runs all pieces and gives their results in order; none for no numbers. */
  public static <T> List<T> pieces(int size, Piece<T> work) {
    int cores = Math.max(1, ForkJoinPool.getCommonPoolParallelism());
    int fair = (size + 4 * cores - 1) / (4 * cores);
    int piece = Math.min(LARGEST, Math.max(1, (fair + STEP - 1) / STEP) * STEP);
    return IntStream.range(0, (size + piece - 1) / piece)
        .parallel()
        .mapToObj(i -> work.run(i * piece, Math.min(size, (i + 1) * piece)))
        .toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Spreads work over all cores; each thread makes a tool of its own when it begins. */
final class Cores<T> {
  // Enough that none waits long for the slowest of a round.
  private static final int PIECES = 4;

  private final int threads;
  private final Supplier<T> tool;
  private final Map<Integer, T> tools = new ConcurrentHashMap<>();

  /**
   * @param pieces how many there are in all: no more threads than these
   */
  Cores(int pieces, Supplier<T> tool) {
    threads = Math.max(1, Math.min(pieces, Runtime.getRuntime().availableProcessors()));
    this.tool = tool;
  }

  /** What is done with a piece of the work. */
  interface Piece<T> {
    void run(T tool, int piece);
  }

  /** How many pieces are worth one call. */
  int atATime() {
    return PIECES * threads;
  }

  /** Does all pieces, in any order, and waits for them. */
  void each(int pieces, Piece<T> work) {
    IntStream.range(0, Math.min(threads, pieces))
        .parallel()
        .forEach(
            thread -> {
              T own = tools.computeIfAbsent(thread, any -> tool.get());
              for (int piece = thread; piece < pieces; piece += threads) {
                work.run(own, piece);
              }
            });
  }
}

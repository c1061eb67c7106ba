// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Cores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;

/**
 * Adds up all rows by bin while their derivatives still arrive, in threads of its own. Whenever as
 * many have come as are still to come, these are a piece: large pieces share more of the work among
 * columns, and behind the small ones at the end little is left to wait for. The pieces follow from
 * the number of rows alone, and so does how many additions they take.
 */
final class EarlySums implements AutoCloseable {
  /** No piece but the last one has fewer rows. */
  static final int LEAST = 1 << 13;

  /** No piece has more: nothing is gained by it, and a piece is a copy. */
  static final int MOST = 1 << 18;

  private final GradientBlock block;
  private final Accumulation what;
  private final List<CompletableFuture<Accumulation.Part>> parts = new ArrayList<>();
  // Not the common pool: with no thread in it two callers at once can wait for each other for ever.
  private final ForkJoinPool pool = new ForkJoinPool(Cores.threads());
  private int from;

  /**
   * @param block of all rows; those that have come are read from it
   */
  EarlySums(GradientBlock block, Accumulation what) {
    this.block = block;
    this.what = what;
  }

  /** So many ciphertexts have come. */
  void arrived(int ciphertexts) {
    int all = block.ranks();
    int to = (int) Math.min(all, (long) ciphertexts * what.slots().rowsPerPlaintext());
    if (isPiece(from, to, all)) {
      begin(from, to);
      from = to;
    }
  }

  static boolean isPiece(int from, int to, int all) {
    return to == all || to - from >= Math.max(LEAST, Math.min(MOST, all - to));
  }

  private void begin(int from, int to) {
    boolean isAll = to - from == block.ranks();
    int[] ranks = new int[to - from];
    Arrays.setAll(ranks, i -> from + i);
    parts.add(
        CompletableFuture.supplyAsync(
            () ->
                Accumulation.sum(
                    isAll ? block : block.part(from, to, what.slots().rowsPerPlaintext()),
                    what.of(ranks)),
            pool));
  }

  /** The sums of all pieces, once all have come. */
  List<Accumulation.Part> await() {
    return parts.stream().map(SideThread::await).toList();
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}

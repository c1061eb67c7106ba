// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoresTest {
  private static List<List<Integer>> pieces(int size) {
    return Cores.pieces(size, (from, to) -> IntStream.range(from, to).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 64, 65, 1000, 4096})
  void pieces_anySize_areAllNumbersInOrder(int size) {
    List<List<Integer>> pieces = pieces(size);
    assertThat(pieces.stream().flatMap(List::stream))
        .containsExactlyElementsOf(IntStream.range(0, size).boxed().toList());
    assertThat(pieces).allSatisfy(piece -> assertThat(piece).hasSizeBetween(1, 64));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void pieces_inAPool_areCutForIt(int threads) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      assertThat(pool.submit(() -> pieces(64 * threads)).get()).hasSize(4 * threads);
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void pieces_oneFails_itsErrorIsTheirs() {
    assertThatThrownBy(
            () ->
                Cores.pieces(
                    1000,
                    (from, to) -> {
                      if (from > 0) {
                        throw new ProtocolException("Number " + from);
                      }
                      return to;
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Number ");
  }

  /** A thread that is held up keeps one piece from the others, not a bundle of them. */
  @Test
  @Timeout(60)
  void pieces_oneThreadHeldUp_theOthersDoTheRest() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(2);
    CountDownLatch rest = new CountDownLatch(15);
    try {
      List<Boolean> done =
          pool.submit(
                  () ->
                      Cores.pieces(
                          16 * 64,
                          (from, to) -> {
                            if (from > 0) {
                              rest.countDown();
                              return true;
                            }
                            return awaited(rest);
                          }))
              .get();
      assertThat(done).hasSize(16).containsOnly(true);
    } finally {
      pool.shutdown();
    }
  }

  private static boolean awaited(CountDownLatch rest) {
    try {
      return rest.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

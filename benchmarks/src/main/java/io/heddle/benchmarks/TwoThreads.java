// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two threads against one: bursts of both take turns in one JVM, so that other work on the machine
 * hits both alike, and the shortest of each is compared, in wall time. The first line is what the
 * machine gives at most: two streams of multiplications that share nothing. With other work on the
 * machine a ratio says nothing; the load is printed with it.
 */
public final class TwoThreads implements AutoCloseable {
  private static final int ROWS = 10_000;
  private static final int ENCRYPTIONS = 2048;
  private static final int LEAST_BURSTS = 5;

  private final ForkJoinPool one = new ForkJoinPool(1);
  private final ForkJoinPool two = new ForkJoinPool(2);
  private final Duration duration;
  private final List<Line> lines = new ArrayList<>();

  // Keeps what is measured from being optimised away.
  @SuppressWarnings("UnusedVariable")
  private volatile @Nullable Object last;

  private TwoThreads(Duration duration) {
    this.duration = duration;
  }

  /**
   * The shortest bursts of one kind of work.
   *
   * @param oneMillis in a pool of one thread
   * @param twoMillis in a pool of two
   */
  record Line(String work, double oneMillis, double twoMillis) {
    double ratio() {
      return oneMillis / twoMillis;
    }

    @Override
    public String toString() {
      return String.format(
          ROOT,
          "%-32s one thread %8.1f ms, two %8.1f ms: %.2f times as fast",
          work,
          oneMillis,
          twoMillis,
          ratio());
    }
  }

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length == 0 ? 10 : Integer.parseInt(arguments[0]);
    System.out.println("load at start: " + Machine.load());
    measure(Duration.ofSeconds(seconds), ROWS, ENCRYPTIONS).forEach(System.out::println);
    System.out.println("load at end: " + Machine.load());
  }

  /**
   * Measures everything.
   *
   * @param perLine how long bursts of each kind of work take turns
   */
  static List<Line> measure(Duration perLine, int rows, int encryptions) throws Exception {
    try (TwoThreads threads = new TwoThreads(perLine)) {
      threads.nothingShared();
      threads.encryption(encryptions);
      threads.histograms(rows);
      return threads.lines;
    }
  }

  private void nothingShared() throws Exception {
    SecureRandom random = new SecureRandom();
    Modulus modulus = Modulus.of(new BigInteger(4096, random).setBit(4095).setBit(0));
    Residues left = modulus.residues(Numbers.below(4090, 64));
    Residues right = modulus.residues(Numbers.below(4090, 64));
    alternate(
        "multiplication, nothing shared",
        () ->
            IntStream.range(0, 2)
                .parallel()
                .mapToObj(
                    stream -> {
                      Residues product = left;
                      for (int i = 0; i < 300; i++) {
                        product = modulus.multiply(product, right);
                      }
                      return product;
                    })
                .toList());
  }

  private void encryption(int count) throws Exception {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    PaillierPrivateKey key = PaillierPrivateKey.generate(2048, random);
    PlaintextBlock plaintexts = PlaintextBlock.of(0, Arrays.asList(Numbers.below(2040, count)));
    long[] uses = {0};
    alternate(
        "encryption by the owner",
        () ->
            key.encrypt(
                plaintexts,
                Randomness.derive(
                    secret,
                    "benchmark",
                    ByteBuffer.allocate(Long.BYTES).putLong(uses[0]++).array())));
  }

  private void histograms(int rows) throws Exception {
    Histograms block = new Histograms();
    block.rows = rows;
    block.setUp();
    alternate("histogram", block::apart);
    alternate("histogram by joint buckets", block::joint);
  }

  private void alternate(String work, Callable<?> block) throws Exception {
    // The first quarter only warms up.
    turns(duration.dividedBy(4), block);
    long[] shortest = turns(duration, block);
    lines.add(new Line(work, shortest[0] / 1e6, shortest[1] / 1e6));
  }

  private long[] turns(Duration time, Callable<?> block) throws Exception {
    long[] shortest = {Long.MAX_VALUE, Long.MAX_VALUE};
    long begun = System.nanoTime();
    for (int i = 0; i < LEAST_BURSTS || System.nanoTime() - begun < time.toNanos(); i++) {
      shortest[0] = Math.min(shortest[0], burst(one, block));
      shortest[1] = Math.min(shortest[1], burst(two, block));
    }
    return shortest;
  }

  private long burst(ForkJoinPool pool, Callable<?> block) throws Exception {
    long from = System.nanoTime();
    last = pool.submit(block).get();
    return Math.max(1, System.nanoTime() - from);
  }

  @Override
  public void close() {
    one.shutdown();
    two.shutdown();
  }
}

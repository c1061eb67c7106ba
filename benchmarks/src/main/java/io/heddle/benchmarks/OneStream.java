// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream of messages through two exchanges, and one of bodies through a store, each beside a
 * bare copy over TLS: bursts of both take turns in one JVM, so that other work on the machine hits
 * both alike, and the medians are compared. Sender and receiver share the machine, so the processor
 * time per MiB is that of both.
 */
public final class OneStream {
  private static final int MIB = 1 << 20;
  private static final int WARM_UPS = 3;

  /** 256 ciphertexts of a 2048-bit key, and what carries most in a large job. */
  private static final List<Integer> LENGTHS = List.of(128 << 10, MIB, 4 * MIB);

  /** A blob of 1024 ciphertexts of a 2048-bit key, and larger ones. */
  private static final List<Integer> BLOBS = List.of(512 << 10, 4 * MIB);

  /** Makes a way for bodies of one length. */
  interface Maker {
    Carrier make(int length) throws Exception;
  }

  private OneStream() {}

  /**
   * One burst of a stream, or the medians of several.
   *
   * @param rate MiB per second
   * @param best the highest rate of a burst, MiB per second
   * @param cpuMillis of the process for one MiB
   */
  record Figure(double rate, double best, double cpuMillis) {
    static Figure median(List<Figure> bursts) {
      double[] rates = bursts.stream().mapToDouble(Figure::rate).sorted().toArray();
      double[] times = bursts.stream().mapToDouble(Figure::cpuMillis).sorted().toArray();
      return new Figure(rates[rates.length / 2], rates[rates.length - 1], times[times.length / 2]);
    }
  }

  /** Messages of one length, ours and bare. */
  record Line(int length, String way, String cipher, Figure ours, Figure bare) {
    double ratio() {
      return ours.rate / bare.rate;
    }

    @Override
    public String toString() {
      return String.format(
          ROOT,
          "%5d KiB bodies: %s %4.0f MiB/s (best %4.0f), bare %4.0f (best %4.0f), ratio %.2f;"
              + " processor %.2f and %.2f ms per MiB; %s",
          length >> 10,
          way,
          ours.rate,
          ours.best,
          bare.rate,
          bare.best,
          ratio(),
          ours.cpuMillis,
          bare.cpuMillis,
          cipher);
    }
  }

  public static void main(String[] arguments) throws Exception {
    int mib = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 256;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    System.out.println(Machine.processor() + ", JDK " + System.getProperty("java.version"));
    System.out.println("load at start: " + Machine.load());
    for (int length : LENGTHS) {
      System.out.println(
          measure("exchange", ExchangeStream::new, length, (long) mib * MIB, rounds));
    }
    for (int length : BLOBS) {
      System.out.println(measure("store", StoreStream::new, length, (long) mib * MIB, rounds));
    }
    System.out.println("load at end: " + Machine.load());
    System.exit(0);
  }

  /**
   * Measures bodies of one length.
   *
   * @param bytes of one burst, at least one message
   */
  static Line measure(String way, Maker maker, int length, long bytes, int rounds)
      throws Exception {
    int count = (int) Math.max(1, bytes / length);
    try (BareCopy bare = new BareCopy(length);
        Carrier carrier = maker.make(length)) {
      List<Figure> ours = new ArrayList<>();
      List<Figure> theirs = new ArrayList<>();
      for (int round = -WARM_UPS; round < rounds; round++) {
        Figure first = burst(bare, count, length);
        Figure second = burst(carrier, count, length);
        if (round >= 0) {
          theirs.add(first);
          ours.add(second);
        }
      }
      return new Line(length, way, bare.cipher(), Figure.median(ours), Figure.median(theirs));
    }
  }

  private static Figure burst(Carrier stream, int count, int length) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long from = System.nanoTime();
    stream.carry(count);
    double mib = (double) count * length / MIB;
    double nanos = Math.max(1, System.nanoTime() - from);
    return new Figure(
        mib / (nanos / 1e9), mib / (nanos / 1e9), (system.getProcessCpuTime() - cpu) / 1e6 / mib);
  }
}

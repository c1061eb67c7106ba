// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import io.heddle.crypto.kernel.Kernel;
import io.heddle.crypto.paillier.PaillierKeyType;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;

/**
 * Our side of the comparison with peers: prints one flat JSON object for {@code
 * benchmarks/peers/ratios.py}, measured on one thread on what the JMH classes work on.
 */
public final class PeerFigures {
  private static final int ROWS = 100_000;

  private final Bursts bursts;
  private final Map<String, Object> figures = new LinkedHashMap<>();

  private PeerFigures(Duration perFigure) {
    bursts = new Bursts(perFigure);
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println(toJson(measure(Duration.ofSeconds(2), ROWS)));
  }

  /**
   * Measures everything.
   *
   * @param perFigure how long each is measured at least; warming up takes a quarter of it besides
   * @param rows of histograms and gradients
   */
  static Map<String, Object> measure(Duration perFigure, int rows) throws Exception {
    PeerFigures peerFigures = new PeerFigures(perFigure);
    // Blocks are cut for the pool of the calling thread: in a pool of one they stay on one core.
    ForkJoinPool oneThread = new ForkJoinPool(1);
    try {
      oneThread
          .submit(
              () -> {
                peerFigures.machine();
                peerFigures.multiplication(2048);
                peerFigures.multiplication(4096);
                peerFigures.paillier("paillier", PaillierKeyType.OPTIMISED);
                peerFigures.paillier("djn", PaillierKeyType.DJN);
                peerFigures.curve();
                peerFigures.histograms(rows);
                peerFigures.gradients(rows);
                return peerFigures;
              })
          .get();
    } finally {
      oneThread.shutdown();
    }
    return peerFigures.figures;
  }

  private void machine() throws IOException {
    figures.put("cpu", Machine.processor());
    figures.put("jdk", String.valueOf(System.getProperty("java.runtime.version")));
    figures.put("lanes", Kernel.lanes());
  }

  private void multiplication(int bits) throws Exception {
    ModularMultiplication block = new ModularMultiplication();
    block.bits = bits;
    block.setUp();
    nanos("modMul" + bits, ModularMultiplication.NUMBERS, block::multiply);
    if (bits == 4096) {
      nanos(
          "bigIntegerModMul4096",
          ModularMultiplication.NUMBERS,
          () -> block.multiplyByBigInteger());
    }
  }

  private void paillier(String name, PaillierKeyType keyType) throws Exception {
    PaillierOperations block = new PaillierOperations();
    block.keyBits = 2048;
    block.keyType = keyType;
    block.setUp();
    figures.put("randomnessBits." + keyType.name().toLowerCase(ROOT), block.randomnessBits());
    micros(name + "EncryptOwner", PaillierOperations.NUMBERS, block::encryptOwner);
    micros(name + "EncryptPublic", PaillierOperations.NUMBERS, block::encryptPublic);
    micros(name + "Decrypt", PaillierOperations.NUMBERS, block::decrypt);
    if (keyType == PaillierKeyType.OPTIMISED) {
      micros(name + "Add", PaillierOperations.NUMBERS, block::add);
    }
  }

  private void curve() throws Exception {
    Curve25519Points block = new Curve25519Points();
    block.setUp();
    micros("x25519", Curve25519Points.POINTS, block::multiply);
    micros("jdkX25519", 1, block::multiplyByJdk);
  }

  private void histograms(int rows) throws Exception {
    Histograms block = new Histograms();
    block.rows = rows;
    block.setUp();
    nanos("histogramCell", rows * Histograms.COLUMNS, block::apart);
    nanos("histogramCellJoint", rows * Histograms.COLUMNS, block::joint);
  }

  private void gradients(int rows) throws Exception {
    Gradients block = new Gradients();
    block.rows = rows;
    block.setUp();
    micros("gradientCell", rows * Gradients.COLUMNS, block::wide);
    micros("gradientCellNarrow", rows * Gradients.COLUMNS, block::narrow);
  }

  private void nanos(String key, int operations, Callable<?> block) throws Exception {
    System.err.println("measuring " + key);
    figures.put("nanos." + key, bursts.measure(operations, block));
  }

  private void micros(String key, int operations, Callable<?> block) throws Exception {
    System.err.println("measuring " + key);
    figures.put("micros." + key, bursts.measure(operations, block) / 1000);
  }

  static String toJson(Map<String, Object> figures) {
    return figures.entrySet().stream()
        .map(figure -> "  \"" + figure.getKey() + "\": " + value(figure.getValue()))
        .collect(Collectors.joining(",\n", "{\n", "\n}"));
  }

  private static String value(Object value) {
    if (value instanceof Double number) {
      return String.format(ROOT, "%.3f", number);
    }
    return value instanceof Integer
        ? value.toString()
        : '"' + value.toString().replaceAll("[\"\\\\\\p{Cntrl}]", "") + '"';
  }
}

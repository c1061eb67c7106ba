// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which arithmetic this process uses: vectors where the JVM was started with {@code --add-modules
 * jdk.incubator.vector} and the processor multiplies 256 bits at once, else plain Java. Chosen
 * once, at first use, after a self-test; a vector kernel that fails it is never used again. Both
 * give the same results.
 *
 * <p>The system property {@code heddle.kernel} decides otherwise: {@code plain}, {@code vector-256}
 * or {@code vector-512}; {@code auto} is the default.
 */
public final class Kernel {
  private static final System.Logger LOG = System.getLogger(Kernel.class.getName());
  private static final String PROPERTY = "heddle.kernel";
  private static final String MODULE = "jdk.incubator.vector";
  private static final String PASSED = "passed";

  private Kernel() {}

  /** {@code vector} or {@code plain}. */
  public static String provider() {
    return vectors() ? "vector" : "plain";
  }

  /** How many multiplications run side by side: 8 or 4 with vectors, else 1. */
  public static int lanes() {
    return vectors() ? VectorLanes.LANES : 1;
  }

  /**
   * What came of the vector kernel's self-test: {@code passed}, or {@code failed: } or {@code not
   * run: } and why the plain kernel is used. For people to read.
   */
  public static String selfTest() {
    return Choice.SELF_TEST;
  }

  /** Whether vectors are in use. */
  static boolean vectors() {
    return Choice.VECTORS;
  }

  /** What the property asks for: 256, 512, 0 for plain Java, -1 for the widest there is. */
  static int requestedBits() {
    String value = System.getProperty(PROPERTY, "auto").toLowerCase(Locale.ROOT);
    return switch (value) {
      case "auto" -> -1;
      case "plain" -> 0;
      case "vector-256" -> 256;
      case "vector-512" -> 512;
      default ->
          throw new IllegalArgumentException(
              "Invalid system property "
                  + PROPERTY
                  + "="
                  + value
                  + ": must be auto, plain, vector-256 or vector-512");
    };
  }

  private static final class Choice {
    static final String SELF_TEST =
        outcome(
            requestedBits(),
            ModuleLayer.boot().findModule(MODULE).isPresent(),
            () -> VectorShapes.preferredBits(),
            () -> SelfTest.run());
    static final boolean VECTORS = SELF_TEST.equals(PASSED);
  }

  /**
   * Runs the self-test if there is anything to test; whatever but {@code passed} means plain Java.
   *
   * @param requested as {@link #requestedBits}
   * @param selfTest what is wrong, or null; an exception or a missing class is wrong as well
   */
  static String outcome(
      int requested,
      boolean modulePresent,
      IntSupplier preferredBits,
      Supplier<@Nullable String> selfTest) {
    if (requested == 0) {
      return "not run: " + PROPERTY + " asks for the plain kernel";
    }
    if (!modulePresent) {
      if (requested > 0) {
        throw new IllegalStateException(
            PROPERTY + " asks for vectors: start the JVM with --add-modules " + MODULE);
      }
      return "not run: the JVM was started without --add-modules " + MODULE;
    }
    String failure;
    try {
      if (requested < 0 && preferredBits.getAsInt() < 256) {
        LOG.log(Level.INFO, "This processor has no vectors of 256 bits: the plain kernel is used");
        return "not run: this processor has no vectors of 256 bits";
      }
      failure = selfTest.get();
    } catch (RuntimeException | LinkageError e) {
      failure = e.toString();
    }
    if (failure == null) {
      return PASSED;
    }
    LOG.log(
        Level.WARNING, "The vector kernel does not work ({0}): the plain kernel is used", failure);
    return "failed: " + failure;
  }
}

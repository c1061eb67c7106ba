// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import io.heddle.error.VflException;
import java.util.function.Supplier;

/** Spark wraps what a task throws; callers want our own exception back. */
public final class SparkFailures {
  private SparkFailures() {}

  /** Runs a job. */
  public static <T> T naming(Supplier<T> job) {
    try {
      return job.get();
    } catch (RuntimeException e) {
      throw ours(e);
    } catch (Exception e) {
      // Spark's own exception is checked, but Scala does not declare it.
      throw ours(e);
    }
  }

  private static RuntimeException ours(Exception thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof VflException ours) {
        return ours;
      }
    }
    return thrown instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException("A Spark job failed", thrown);
  }
}

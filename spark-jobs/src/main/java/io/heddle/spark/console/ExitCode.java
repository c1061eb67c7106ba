// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.console;

import io.heddle.error.AlignmentException;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.EncodingException;
import io.heddle.error.OutputException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.PrivacyException;
import io.heddle.error.VflException;
import java.io.PrintStream;

/** What a process of Heddle returns to its caller. The numbers are promised. */
public enum ExitCode {
  OK(0, "done"),
  /** A bug of ours, or the machine gave up. */
  INTERNAL(1, "run again with --verbose and report what it prints"),
  USAGE(2, "see --help"),
  CONFIGURATION(3, "after the change `heddle config check` tells whether the files are right"),
  /** The own table cannot be used, or the parties' rows do not fit together. */
  DATA(4, "nothing was written"),
  PRIVACY(5, "nothing was written"),
  /** The peer did what the protocol does not allow, or was started with other terms. */
  PROTOCOL(6, "compare version, job file and fingerprints with the peer's"),
  /** Nothing is known to be wrong: a new run may work. */
  PEER_UNAVAILABLE(
      7, "check that the peer runs and its address is right, then run the same command again"),
  PEER_ENDED(8, "the peer's own output has the cause"),
  /** What was kept for going on after a crash cannot be written or used. */
  CHECKPOINT(9, "--fresh begins anew, at every party");

  private final int code;
  private final String nextStep;

  ExitCode(int code, String nextStep) {
    this.code = code;
    this.nextStep = nextStep;
  }

  /** The number that the process returns. */
  public int code() {
    return code;
  }

  /** The code of a failure; Spark wraps what a job throws, so the causes count as well. */
  public static ExitCode of(Throwable failure) {
    Throwable known = known(failure);
    if (known instanceof ConfigurationException) {
      return CONFIGURATION;
    } else if (known instanceof DataException
        || known instanceof OutputException
        || known instanceof AlignmentException
        || known instanceof EncodingException) {
      return DATA;
    } else if (known instanceof PrivacyException) {
      return PRIVACY;
    } else if (known instanceof PeerAbortedException) {
      return PEER_ENDED;
    } else if (known instanceof PeerUnavailableException) {
      return PEER_UNAVAILABLE;
    } else if (known instanceof CheckpointException) {
      return CHECKPOINT;
    } else if (known instanceof VflException) {
      return PROTOCOL;
    }
    return INTERNAL;
  }

  /**
   * Says on one line what went wrong and what to do next.
   *
   * @param verbose also prints the stack trace, foreign messages included
   * @return the code of the failure
   */
  public static ExitCode report(Throwable failure, boolean verbose, PrintStream err) {
    err.println("heddle: " + line(failure));
    if (verbose) {
      failure.printStackTrace(err);
    }
    return of(failure);
  }

  /**
   * What went wrong and what to do next, on one line. What is not one of Heddle's own failures is
   * shown by its class and place alone: a message from elsewhere may hold a value of the table.
   */
  public static String line(Throwable failure) {
    Throwable known = known(failure);
    String message =
        known instanceof VflException ? String.valueOf(known.getMessage()) : describe(failure);
    boolean goesOn = known instanceof PeerAbortedException aborted && !aborted.isFinal();
    return message.replaceAll("\\s*\\R\\s*", " ")
        + " ("
        + of(failure).nextStep
        + (goesOn ? "; then run the same command again" : "")
        + ")";
  }

  /** The outermost failure of Heddle's own, or the failure itself. */
  private static Throwable known(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 32; depth++) {
      if (cause instanceof VflException) {
        return cause;
      }
      cause = cause.getCause();
    }
    return failure;
  }

  private static String describe(Throwable failure) {
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (frame.getClassName().startsWith("io.heddle.")) {
        return failure.getClass().getName() + " at " + frame;
      }
    }
    return failure.getClass().getName();
  }
}

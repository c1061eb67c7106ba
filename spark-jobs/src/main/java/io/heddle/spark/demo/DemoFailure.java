// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

/** A process of the demo ended badly. The message is the line by which it said why. */
public final class DemoFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  DemoFailure(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** With what the process ended, for the demo to end with as well. */
  public int exitCode() {
    return exitCode;
  }
}

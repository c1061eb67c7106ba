// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

/** A party that this process started as a process of its own has failed, and said why. */
public final class ChildFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  ChildFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** What the party's process returned, 1 if it was killed. */
  public int exitCode() {
    return exitCode;
  }
}

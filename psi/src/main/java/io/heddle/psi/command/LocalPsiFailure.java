// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import org.jspecify.annotations.Nullable;

/** A run of all parties on this machine that did not end well: which party failed, and why. */
public final class LocalPsiFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode what the party would have returned, or did
   * @param message one line
   */
  public LocalPsiFailure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What the party's process returned or would have, 1 if it was killed. */
  public int exitCode() {
    return exitCode;
  }
}

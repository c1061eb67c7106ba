// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import java.io.IOException;

/** One of the parties that {@link LocalPsi} runs. */
interface LocalParty {
  boolean isAlive();

  /** Waits for its end, not longer than that. */
  void await(long millis) throws InterruptedException;

  /** The exit code of one that has ended; 128 and more if it was killed. */
  int code();

  /** Why it failed, once it has. */
  LocalPsiFailure failure() throws IOException;

  /** What it came to, once it has ended well. */
  PsiReport report() throws IOException;

  /** Tells it to end, and does not wait for that. */
  void stop();

  /** Ends it at once, where that can be done. */
  void kill() throws InterruptedException;
}

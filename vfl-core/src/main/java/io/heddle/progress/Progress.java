// SPDX-License-Identifier: Apache-2.0
package io.heddle.progress;

/**
 * Where a run tells how far it is. Calls are cheap and may come from several threads; nothing
 * passed here may hold data of a row. What an implementation leaves out, it tells nobody.
 */
public interface Progress {
  /** Tells nobody. */
  Progress NONE = new Progress() {};

  /**
   * Starts a phase; ends the one before.
   *
   * @param total how many units there are, 0 if that is not known
   * @param unit what is counted: ids, rows, ciphertexts
   */
  default void begin(String phase, long total, String unit) {}

  /** So many more units of the phase are done. */
  default void advance(long count) {}

  default void end() {}

  /** This party can do nothing until that one sends. Shown only if it takes a while. */
  default void waitingFor(String party) {}

  /** A line that stays, such as the loss after a pass. */
  default void note(String line) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.progress;

/**
 * Where a run tells how far it is. Calls are cheap and may come from several threads; nothing
 * passed here may hold data of a row.
 */
public interface Progress {
  /** Tells nobody. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String phase, long total, String unit) {}

        @Override
        public void advance(long count) {}

        @Override
        public void end() {}

        @Override
        public void waitingFor(String party) {}

        @Override
        public void note(String line) {}
      };

  /**
   * Starts a phase; ends the one before.
   *
   * @param total how many units there are, 0 if that is not known
   * @param unit what is counted: ids, rows, ciphertexts
   */
  void begin(String phase, long total, String unit);

  /** So many more units of the phase are done. */
  void advance(long count);

  void end();

  /** This party can do nothing until that one sends. Shown only if it takes a while. */
  void waitingFor(String party);

  /** A line that stays, such as the loss after a pass. */
  void note(String line);
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.progress;

/** For tests: tells nobody, but for what a subclass takes up. */
public abstract class QuietProgress implements Progress {
  /** Runs something each time a party begins to wait. */
  public static Progress onWaiting(Runnable then) {
    return new QuietProgress() {
      @Override
      public void waitingFor(String party) {
        then.run();
      }
    };
  }

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
}

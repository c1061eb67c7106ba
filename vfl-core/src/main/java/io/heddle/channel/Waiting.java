// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** The clock, locks and threads of an exchange: the machine's, or those of a simulator in tests. */
interface Waiting {
  Waiting REAL =
      new Waiting() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Lock newLock() {
          return new ReentrantLock();
        }

        @Override
        public void start(String name, Runnable work) {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          thread.start();
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** A reentrant one with conditions. */
  Lock newLock();

  /** Begins work that the caller does not wait for. */
  void start(String name, Runnable work);
}

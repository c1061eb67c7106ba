// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.io.IOException;

/** For tests: the threads of relays, which end with their connection. */
final class RelayThreads {
  private RelayThreads() {}

  /** What a thread does until its connection ends. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException, InterruptedException;
  }

  static void start(String name, Action action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (IOException | InterruptedException e) {
                // The connection has ended; that is all there is to do.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}

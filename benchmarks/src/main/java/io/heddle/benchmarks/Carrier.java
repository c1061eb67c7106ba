// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

/** One way over loopback from a sender to a receiver in the same process. */
interface Carrier extends AutoCloseable {
  /** Returns when so many messages have been sent and have arrived. */
  void carry(int count) throws Exception;

  @Override
  void close();
}

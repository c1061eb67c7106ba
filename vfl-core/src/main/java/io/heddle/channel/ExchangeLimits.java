// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

/**
 * How much of a peer's messages a party holds. What a peer has sent and this party has not yet
 * received is at most the window, or one single message of any allowed size. So each of two parties
 * may send the other a window's worth, or one message, before it receives; beyond that a send waits
 * until the other one receives.
 *
 * @param windowBytes bodies plus {@value #MESSAGE_COST} bytes for each message; at least 64 KiB
 * @param maxMessageBytes the largest body; 1 byte to 1 GiB. Before a session and between its steps
 *     it is 1 MiB at most
 */
public record ExchangeLimits(long windowBytes, int maxMessageBytes) {
  /**
   * 64 MiB and 80 MiB. The largest message of any protocol has eight bytes for each aligned row: 10
   * million rows fit, as many ids as a peer's set may have unless its reader allows more.
   */
  public static final ExchangeLimits DEFAULT = new ExchangeLimits(64L << 20, 80 << 20);

  /** What a message takes from the window besides its body. */
  public static final int MESSAGE_COST = 512;

  public ExchangeLimits {
    if (windowBytes < 1 << 16) {
      throw new IllegalArgumentException(
          "Invalid window of " + windowBytes + " bytes: must be at least 65536");
    }
    if (maxMessageBytes < 1 || maxMessageBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "Invalid largest message of " + maxMessageBytes + " bytes: must be 1 to 1073741824");
    }
  }

  static long cost(int bodyBytes) {
    return (long) bodyBytes + MESSAGE_COST;
  }
}

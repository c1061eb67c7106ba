// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.nio.ByteBuffer;

/** The way to put frames on one authenticated connection. Safe for several threads. */
public interface Link {
  /**
   * Puts one frame on the connection, in call order; the bytes stay unchanged until it is out.
   *
   * @param wait whether to wait until the connection has room, so that a slow peer slows the sender
   * @throws io.heddle.error.PeerUnavailableException if the connection is lost
   */
  void write(ByteBuffer frame, boolean wait);

  /** Whether the connection is there. */
  boolean isOpen();

  /** Closes the connection after what was written. */
  void close();

  /** Closes the connection now; whoever waits to write learns that it is lost. */
  void cut();
}

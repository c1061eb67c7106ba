// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import java.nio.ByteBuffer;

/** What a transport tells about one connection, from one thread at a time. */
public interface FrameHandler {
  /**
   * The connection carries frames both ways and this party took it, so it speaks first: called
   * once, before the first frame. Not called where this party dialled.
   */
  void start();

  /** Whether the connection was ever of use: both sides have let each other in. */
  boolean isOpen();

  /**
   * A frame has arrived, from its kind byte on.
   *
   * @param frame valid during the call
   * @throws ProtocolException if it is not allowed; the transport closes the connection, the
   *     session knows already, and what still comes is not taken
   */
  void frame(ByteBuffer frame);

  /** What has arrived is no frame at all: nothing more is taken from this connection. */
  void violated(ProtocolException cause);

  /** The connection is gone. */
  void lost(VflException cause);
}

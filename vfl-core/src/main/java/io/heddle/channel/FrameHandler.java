// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.VflException;
import java.nio.ByteBuffer;

/** What a transport tells about one connection, from one thread at a time. */
public interface FrameHandler {
  /**
   * A frame has arrived, from its kind byte on.
   *
   * @param frame valid during the call
   * @throws io.heddle.error.ProtocolException if it is not allowed; the transport closes the
   *     connection, the session knows already
   */
  void frame(ByteBuffer frame);

  /** The connection is gone. */
  void lost(VflException cause);
}

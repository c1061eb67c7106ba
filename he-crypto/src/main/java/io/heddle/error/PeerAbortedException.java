// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** The peer ended the session and said so; its own log has the cause. */
public final class PeerAbortedException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  public PeerAbortedException(String message) {
    super(message);
  }

  public PeerAbortedException(String message, Throwable cause) {
    super(message, cause);
  }
}

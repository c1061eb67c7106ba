// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** The peer ended the session and said so; its own log has the cause. */
public final class PeerAbortedException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  private final boolean isFinal;

  /**
   * @param isFinal whether the session is over for good; else the peer may go on with it when it is
   *     started again
   */
  public PeerAbortedException(String message, boolean isFinal) {
    super(message);
    this.isFinal = isFinal;
  }

  public PeerAbortedException(String message, boolean isFinal, Throwable cause) {
    super(message, cause);
    this.isFinal = isFinal;
  }

  /** Whether the session is over for good. */
  public boolean isFinal() {
    return isFinal;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** The peer ended the session and said so; its own log has the cause. */
public final class PeerAbortedException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  private final boolean isFinal;
  private final int code;
  private final String detail;

  /**
   * @param isFinal whether the session is over for good; else the peer may go on with it when it is
   *     started again
   * @param code the reason as it is on the wire (protocol.md 1)
   * @param detail the key of the term or the call that differs, or ""
   */
  public PeerAbortedException(String message, boolean isFinal, int code, String detail) {
    super(message);
    this.isFinal = isFinal;
    this.code = code;
    this.detail = detail;
  }

  /** The same for one more thread, with that thread's own stack. */
  public PeerAbortedException(PeerAbortedException cause) {
    super(String.valueOf(cause.getMessage()), cause);
    isFinal = cause.isFinal;
    code = cause.code;
    detail = cause.detail;
  }

  /** Whether the session is over for good. */
  public boolean isFinal() {
    return isFinal;
  }

  /** The reason as it is on the wire. */
  public int code() {
    return code;
  }

  /** The key of the term or the call that differs, or "". */
  public String detail() {
    return detail;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * The peer sent what the protocol does not allow, or the parties were started with different terms.
 * The session ends; both operators act.
 */
public class ProtocolException extends VflException {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }

  public ProtocolException(String message, Throwable cause) {
    super(message, cause);
  }
}

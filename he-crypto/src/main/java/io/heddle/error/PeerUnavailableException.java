// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** No connection, or a time-out: nothing is known to be wrong. A new session may work. */
public final class PeerUnavailableException extends VflException {
  private static final long serialVersionUID = 1L;

  public PeerUnavailableException(String message) {
    super(message);
  }

  public PeerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}

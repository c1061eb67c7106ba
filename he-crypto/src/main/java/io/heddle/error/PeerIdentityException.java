// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * A peer could not prove who it is: another key, or a certificate that is not valid. Nothing was
 * exchanged with it, so a session that is kept can be gone on with once that is mended.
 */
public final class PeerIdentityException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  public PeerIdentityException(String message, Throwable cause) {
    super(message, cause);
  }
}

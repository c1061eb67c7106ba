// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** A number does not fit the plaintext at its scale. The caller acts. */
public final class EncodingException extends VflException {
  private static final long serialVersionUID = 1L;

  public EncodingException(String message) {
    super(message);
  }

  public EncodingException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/** Two ciphertexts, or a ciphertext and a key, do not belong together. The caller acts. */
public final class KeyMismatchException extends VflException {
  private static final long serialVersionUID = 1L;

  public KeyMismatchException(String message) {
    super(message);
  }

  public KeyMismatchException(String message, Throwable cause) {
    super(message, cause);
  }
}

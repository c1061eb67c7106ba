// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * The parties' rows cannot be aligned, or their aligned tables differ. A new intersection may help.
 */
public final class AlignmentException extends VflException {
  private static final long serialVersionUID = 1L;

  public AlignmentException(String message) {
    super(message);
  }

  public AlignmentException(String message, Throwable cause) {
    super(message, cause);
  }
}

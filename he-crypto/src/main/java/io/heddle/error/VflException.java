// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * What can go wrong in a session that is nobody's programming error. Messages name sizes, counts
 * and names, never values of someone's data.
 */
public class VflException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public VflException(String message) {
    super(message);
  }

  public VflException(String message, Throwable cause) {
    super(message, cause);
  }
}

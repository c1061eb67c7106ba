// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * A table cannot be used as it is: the message names the file or table, the line or column, and
 * counts, never a value. The party that owns the data acts.
 */
public final class DataException extends VflException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * Results cannot be written: the disk is full, say. The message names the place. Nothing is wrong
 * with what was computed, so a session that is kept can be gone on with once there is room.
 */
public final class OutputException extends VflException {
  private static final long serialVersionUID = 1L;

  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}

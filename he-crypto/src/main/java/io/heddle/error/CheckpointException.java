// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * What a party keeps for going on after a crash cannot be written, or cannot be used: the message
 * names the file and what is wrong with it, never what it holds. The operator acts.
 */
public final class CheckpointException extends VflException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}

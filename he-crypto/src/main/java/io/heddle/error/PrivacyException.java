// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * A privacy rule refuses the job: the message names the rule, the figures, and whose consent would
 * allow what. Nothing has left the party for it.
 */
public final class PrivacyException extends VflException {
  private static final long serialVersionUID = 1L;

  public PrivacyException(String message) {
    super(message);
  }

  public PrivacyException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.error;

/**
 * A setting is missing or wrong; the message names the key, the value, where it was read and what
 * is allowed. The operator acts; a retry does not help.
 */
public final class ConfigurationException extends VflException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

/**
 * What is done to an id before it is compared, so that two organisations that write the same id
 * differently still meet. All parties of a job apply the same rules in the same order.
 */
public enum IdRule {
  /** White space at both ends is dropped. */
  TRIM,
  /** Letters become lower case, by Unicode's rules without a language. */
  LOWER,
  /** Composed characters: a letter with its accent becomes one code point (Unicode NFC). */
  NFC,
  /** Zeros at the front are dropped; an id of zeros only becomes {@code 0}. */
  STRIP_LEADING_ZEROS;

  /** The rule as it stands in a job file. */
  public String word() {
    return Settings.word(this);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiProtocol;

/**
 * The rows that all parties have, in one order that all of them hold. The order depends on fresh
 * secrets of every party and on nobody's file order, so it tells nothing but itself.
 *
 * @param rows {@code rows[k]} is the index, in this party's own list of ids, of aligned row k; not
 *     copied, not to be changed
 * @param digest 32 bytes that all parties of this alignment share and no other alignment has; not
 *     to be changed. Not to be shown to others: it is a hash over the common ids.
 * @param protocol the family of protocols that ran
 */
public record Alignment(int[] rows, byte[] digest, PsiProtocol protocol) implements FoundRows {
  static final int DIGEST_BYTES = 32;

  public Alignment {
    if (digest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid digest of " + digest.length + " bytes: must be " + DIGEST_BYTES);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiProtocol;

/**
 * A party's rows of a join.
 *
 * @param common how many ids are common to all; 0 at a party that does not learn it
 * @param rows the index in this party's table of each row that it gets, in the order that all who
 *     get rows share, {@link #MISSING} for one of the receiver's that it has nothing for; empty at
 *     a party that gets none; not copied, not to be changed
 * @param digest 32 bytes that all parties share, over all that they know of these rows; empty where
 *     they do not all learn them. Not to be shown to others
 * @param protocol the family of protocols that ran
 */
public record JoinedRows(int common, int[] rows, byte[] digest, PsiProtocol protocol) {
  /** In the place of a row: a row of missing values. */
  public static final int MISSING = -1;
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiProtocol;

/**
 * The rows that all parties have, for the receiver alone.
 *
 * @param rows at the receiver the indices of its common ids, ascending; empty at the others; not
 *     copied, not to be changed
 * @param protocol the family of protocols that ran
 */
public record Intersection(int[] rows, PsiProtocol protocol) {}

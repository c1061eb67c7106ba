// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.psi.tasks.IdNames;
import java.util.BitSet;
import java.util.List;

/**
 * The common rows of two parties, where each has them dealt out alike: first those of the first
 * partition, in the order of their names, then those of the next.
 *
 * @param common of each partition, the places of its common ids among this party's ids there, in
 *     byte order
 * @param digests of each partition, SHA-256 over its common ids in their order: for each its 32-bit
 *     length and itself. Not to be shown to others
 * @param names what ids are ordered by within a partition
 * @param rows how many there are
 * @param digest over the common ids, equal at both parties
 * @param protocol what found them
 */
public record DealtAlignment(
    List<BitSet> common,
    List<byte[]> digests,
    IdNames names,
    int rows,
    byte[] digest,
    PsiProtocol protocol)
    implements FoundRows {}

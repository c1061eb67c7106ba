// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import io.heddle.party.PartyId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One intersection, as it stands in a ledger once all parties have said how many ids they bring.
 *
 * @param session the session's id in hexadecimal digits
 * @param step the step's path in the session
 * @param job the job's name
 * @param protocol the protocol that runs
 * @param receiver the party that compares
 * @param ids how many this party brings
 * @param peerIds how many each peer brings
 * @param learned for each party, this one as well, what it learns if all goes well
 */
public record LedgerRun(
    String session,
    String step,
    String job,
    String protocol,
    PartyId receiver,
    int ids,
    SortedMap<PartyId, Integer> peerIds,
    SortedMap<PartyId, String> learned) {
  public LedgerRun {
    peerIds = copy(peerIds);
    learned = copy(learned);
  }

  private static <V> SortedMap<PartyId, V> copy(Map<PartyId, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }
}

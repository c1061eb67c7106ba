// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a party writes down one intersection, and what may refuse it by what was written before. A
 * run that is repeated after a crash says the same again.
 */
public interface RunRecord {
  /** Keeps and refuses nothing. */
  RunRecord NONE =
      new RunRecord() {
        @Override
        public void begin(PsiProtocol protocol, int ids, SortedMap<PartyId, Integer> peerIds) {}

        @Override
        public void end(int common) {}
      };

  /**
   * Called once all parties have said how many ids they bring, before this party sends anything
   * that depends on its ids.
   *
   * @param protocol what runs
   * @param ids how many this party brings
   * @param peerIds how many each peer brings
   * @throws io.heddle.error.PrivacyException if that is more than a peer may bring
   * @throws io.heddle.error.ConfigurationException if it cannot be written down
   */
  void begin(PsiProtocol protocol, int ids, SortedMap<PartyId, Integer> peerIds);

  /** The same between two parties. */
  default void begin(PsiProtocol protocol, int ids, PartyId peer, int theirs) {
    begin(protocol, ids, new TreeMap<>(Map.of(peer, theirs)));
  }

  /**
   * Called once the run has ended well.
   *
   * @param common how many ids all parties have, if this party learned it, else -1
   */
  void end(int common);
}

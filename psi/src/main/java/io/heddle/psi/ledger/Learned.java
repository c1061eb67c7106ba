// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an intersection tells to whom, in words (docs/protocol.md, section 3). */
public final class Learned {
  private Learned() {}

  /**
   * For each party what it learns if all goes well and all follow the protocol, and what a party
   * that compares can learn with help.
   *
   * @param parties two or more
   * @param protocol what runs
   */
  public static SortedMap<PartyId, String> of(
      JobConfig.Psi terms, Collection<PartyId> parties, PsiProtocol protocol) {
    SortedMap<PartyId, String> learned = new TreeMap<>();
    String others = parties.size() == 2 ? "the other party" : "each other party";
    for (PartyId party : parties) {
      List<String> facts = new ArrayList<>(List.of("how many ids " + others + " brings"));
      if (party.equals(terms.receiver())) {
        addReceivers(facts, terms, parties.size(), protocol);
      } else {
        addSenders(facts, terms, parties.size(), protocol);
      }
      if (terms.result() == PsiResult.BOTH && terms.duplicates() == PsiDuplicates.EXPAND) {
        facts.add("how many rows " + others + " has of each common id");
      }
      learned.put(party, String.join("; ", facts));
    }
    return learned;
  }

  private static void addReceivers(
      List<String> facts, JobConfig.Psi terms, int parties, PsiProtocol protocol) {
    facts.add(
        terms.result() == PsiResult.CARDINALITY || terms.result() == PsiResult.SUM
            ? "how many ids are common, not which"
            : terms.join() == PsiJoin.DIFFERENCE
                ? "which of its own ids are common to all, and so which are not"
                : "which of its own ids are common to all");
    if (protocol == PsiProtocol.ECDH_OPRF) {
      facts.add("whether the other party brings the ids of an earlier run");
    }
    if (parties > 2) {
      facts.add(
          "how many ids each group of parties has in common, and with the help of one of them"
              + " which");
    }
  }

  private static void addSenders(
      List<String> facts, JobConfig.Psi terms, int parties, PsiProtocol protocol) {
    if (terms.result() == PsiResult.BOTH) {
      facts.add("which of its own ids are common to all");
    } else if (terms.result() == PsiResult.SUM) {
      facts.add("how many ids are common");
      facts.add("the sum of its own values of these");
    } else if (parties > 2) {
      facts.add("how many ids are common to all");
    }
    if (terms.join() == PsiJoin.LEFT) {
      facts.add("how many rows of " + terms.receiver() + " have no common id");
    }
    if (protocol == PsiProtocol.ECDH_OPRF) {
      facts.add("whether the other party has kept the tags of an earlier run");
    }
  }
}

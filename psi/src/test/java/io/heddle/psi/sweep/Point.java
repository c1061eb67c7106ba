// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Where a job is killed, maybe more than once. */
record Point(List<Kill> kills) {
  static final List<PartyId> PARTIES = List.of(SweepParty.BANK, SweepParty.SHOP);

  /** Stands for the message that the process before has stopped at. */
  static final String SAME = "same";

  /**
   * One kill.
   *
   * @param watched whose progress counts
   * @param where as {@link Stop} has it, {@link #SAME}, or {@link #commit}
   * @param victims who is killed then
   */
  record Kill(PartyId watched, String where, List<PartyId> victims) {
    @Override
    public String toString() {
      return "kill " + victims + " at " + where + " of " + watched;
    }
  }

  private static final String COMMIT = "commit-";

  /** When this file has appeared among what the party keeps. */
  static String commit(int number) {
    return COMMIT + number;
  }

  static boolean isCommit(String where) {
    return where.startsWith(COMMIT);
  }

  private static List<List<PartyId>> victims() {
    return List.of(List.of(SweepParty.BANK), List.of(SweepParty.SHOP), PARTIES);
  }

  /**
   * All of a job.
   *
   * @param messages how many each party sends
   * @param commits the number of each party's last commit
   */
  static List<Point> all(
      SortedMap<PartyId, Integer> messages, SortedMap<PartyId, Integer> commits) {
    List<Point> all = new ArrayList<>();
    Map<PartyId, PartyId> peers =
        new TreeMap<>(Map.of(SweepParty.BANK, SweepParty.SHOP, SweepParty.SHOP, SweepParty.BANK));
    messages.forEach(
        (sender, count) -> {
          for (int message = 0; message < count; message++) {
            String where = Stop.message(message);
            for (List<PartyId> victims : victims()) {
              all.add(of(new Kill(sender, where, victims)));
            }
          }
        });
    peers.forEach(
        (party, peer) -> {
          for (String moment : List.of(Stop.FINISHED, Stop.PUBLISHED)) {
            for (List<PartyId> victims : victims()) {
              all.add(of(new Kill(party, moment, victims)));
            }
          }
        });
    commits.forEach(
        (party, last) -> {
          for (int commit = 0; commit <= last; commit++) {
            all.add(of(new Kill(party, commit(commit), List.of(party))));
            all.add(of(new Kill(party, commit(commit), PARTIES)));
          }
        });
    messages.forEach(
        (sender, count) -> {
          List<PartyId> self = List.of(sender);
          List<PartyId> peer = peers.containsKey(sender) ? List.of(peers.get(sender)) : self;
          for (int message = 0; message < count; message++) {
            String where = Stop.message(message);
            // Over and over at the same place.
            all.add(of(new Kill(sender, where, self), new Kill(sender, Point.SAME, self)));
            // And the one that waits for it, which then has to be told all again, at once.
            all.add(
                of(
                    new Kill(sender, where, peer),
                    new Kill(peer.get(0), Stop.message(message % 4), PARTIES)));
          }
        });
    return all;
  }

  private static Point of(Kill... kills) {
    return new Point(List.of(kills));
  }

  @Override
  public String toString() {
    return String.join(", then ", kills.stream().map(Kill::toString).toList());
  }
}

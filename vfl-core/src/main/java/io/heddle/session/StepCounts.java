// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many messages have gone each way in each step of a session: the next one's number. Safe for
 * use by several threads.
 */
final class StepCounts {
  private final SortedMap<String, Counts> steps = new TreeMap<>();

  private static final class Counts {
    final SortedMap<PartyId, Integer> sent = new TreeMap<>();
    final SortedMap<PartyId, Integer> received = new TreeMap<>();
  }

  /** The number of the next message to a peer. */
  synchronized int nextSent(String step, PartyId peer) {
    return next(of(step).sent, peer);
  }

  /** The number of the next message from a peer. */
  synchronized int nextReceived(String step, PartyId peer) {
    return next(of(step).received, peer);
  }

  /** How many have gone to a peer. */
  synchronized int sent(String step, PartyId peer) {
    return of(step).sent.getOrDefault(peer, 0);
  }

  /** How many have come from a peer. */
  synchronized int received(String step, PartyId peer) {
    return of(step).received.getOrDefault(peer, 0);
  }

  private Counts of(String step) {
    return steps.computeIfAbsent(step, path -> new Counts());
  }

  private static int next(Map<PartyId, Integer> counts, PartyId peer) {
    return counts.merge(peer, 1, Integer::sum) - 1;
  }

  /** Forgets what lies within a step: nobody sends or receives there again. */
  synchronized void forgetWithin(String step) {
    // All paths that begin with it and a slash; '0' is the character after the slash.
    steps.subMap(step + "/", step + "0").clear();
  }

  synchronized void write(WireWriter out) {
    out.writeInt(steps.size());
    steps.forEach(
        (step, counts) -> {
          out.writeString(step);
          write(counts.sent, out);
          write(counts.received, out);
        });
  }

  private static void write(SortedMap<PartyId, Integer> counts, WireWriter out) {
    out.writeInt(counts.size());
    counts.forEach(
        (peer, count) -> {
          out.writeString(peer.name());
          out.writeInt(count);
        });
  }

  static StepCounts read(WireReader in) {
    StepCounts counts = new StepCounts();
    int size = SessionState.size(in);
    for (int i = 0; i < size; i++) {
      Counts step = counts.of(in.readString(SessionState.MAX_TEXT_BYTES));
      read(in, step.sent);
      read(in, step.received);
    }
    return counts;
  }

  private static void read(WireReader in, SortedMap<PartyId, Integer> counts) {
    int size = SessionState.size(in);
    for (int i = 0; i < size; i++) {
      PartyId peer = new PartyId(in.readString(SessionState.MAX_TEXT_BYTES));
      counts.put(peer, in.readInt());
    }
  }
}

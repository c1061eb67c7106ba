// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.join.Expansion;
import io.heddle.psi.shared.KeptIds;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the parties have told each other of their rows; a party keeps it for being started again.
 *
 * @param counts by party, how many rows it has of each common id; this party's own alone where the
 *     others' do not matter
 * @param others how many rows of the receiver have no common id; 0 where that does not matter
 */
record RowFacts(SortedMap<PartyId, int[]> counts, int others) {
  private static final int VERSION = 1;

  void commit(Channel step) {
    step.commit(toBytes());
  }

  byte[] toBytes() {
    WireWriter out = new WireWriter();
    out.writeInt(VERSION);
    out.writeInt(others);
    out.writeInt(counts.size());
    counts.values().forEach(out::writeInts);
    return out.toByteArray();
  }

  /**
   * What the step ended with; null where it has not.
   *
   * @param own how many rows this party has of each common id
   * @param others at the receiver, how many rows it has of other ids; null at the other parties
   * @throws CheckpointException if it ended with other rows of this party
   * @throws CheckpointException if what was kept is of another version
   */
  static @Nullable RowFacts restored(Channel step, int[] own, @Nullable Integer others) {
    byte[] state = step.restored();
    if (state == null) {
      return null;
    }
    RowFacts kept = KeptIds.readState(state, "the step", in -> read(step, in, own.length));
    if (!Arrays.equals(own, Objects.requireNonNull(kept.counts.get(step.self())))
        || (others != null && others != kept.others)) {
      throw new CheckpointException(
          "The rows of this party's ids have changed since the last commit of this step. Put the"
              + " data back or begin anew");
    }
    return kept;
  }

  private static RowFacts read(Channel step, WireReader in, int common) {
    int version = in.readInt();
    if (version != VERSION) {
      throw new ProtocolException("State of version " + version + ": must be " + VERSION);
    }
    int others = in.readInt();
    TreeSet<PartyId> parties = new TreeSet<>(step.peers());
    parties.add(step.self());
    int told = in.readInt();
    if (told == 1) {
      parties.removeAll(step.peers());
    }
    if (told != parties.size() || others < 0 || others > PsiLimits.LARGEST_SET) {
      throw new ProtocolException("State of " + told + " parties: must be 1 or all");
    }
    SortedMap<PartyId, int[]> counts = new TreeMap<>();
    for (PartyId party : parties) {
      int[] theirs = in.readInts(common);
      if (theirs.length != common || Arrays.stream(theirs).anyMatch(count -> count < 1)) {
        throw new ProtocolException("Row counts of " + common + " ids: must be 1 or more each");
      }
      counts.put(party, theirs);
    }
    in.end();
    if (Expansion.rows(counts, PsiLimits.LARGEST_SET) > PsiLimits.LARGEST_SET) {
      throw new ProtocolException("Rows of a join: must be at most " + PsiLimits.LARGEST_SET);
    }
    return new RowFacts(counts, others);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.join.JoinMessage.Multiplicities;
import io.heddle.psi.join.JoinMessage.OtherRows;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Tells all parties how many rows each of them has. Said of common ids only, or in sum. */
public final class RowCounts {
  /** Counts in a full chunk. */
  static final int ITEMS = 1 << 14;

  private RowCounts() {}

  /**
   * How many rows every party has of each common id. All parties call it.
   *
   * @param own this party's, in the alignment's order
   * @param mostRows that a party can have in all
   * @return by party, in name order; this one among them
   * @throws ProtocolException if a peer tells of other than these ids, or of more rows than it can
   *     have
   */
  public static SortedMap<PartyId, int[]> exchange(Channel channel, int[] own, int mostRows) {
    SortedMap<PartyId, int[]> counts = new TreeMap<>();
    counts.put(channel.self(), own);
    channel.peers().forEach(peer -> counts.put(peer, new int[own.length]));
    // Chunk against chunk: nobody sends more than one chunk to a peer that has yet to read.
    for (int from = 0; from < own.length; from += ITEMS) {
      int to = Math.min(own.length, from + ITEMS);
      channel.sendToAll(new Multiplicities(Arrays.copyOfRange(own, from, to)));
      for (PartyId peer : channel.peers()) {
        int[] received = channel.receive(peer, Multiplicities.class).counts();
        if (received.length != to - from) {
          throw new ProtocolException(
              "Invalid chunk of "
                  + received.length
                  + " row counts from "
                  + peer
                  + ": must be "
                  + (to - from)
                  + ", for "
                  + own.length
                  + " ids are common");
        }
        int[] theirs = Objects.requireNonNull(counts.get(peer));
        System.arraycopy(received, 0, theirs, from, received.length);
      }
    }
    counts.forEach((party, theirs) -> check(party, theirs, mostRows));
    return counts;
  }

  private static void check(PartyId party, int[] counts, int mostRows) {
    long sum = Arrays.stream(counts).asLongStream().sum();
    if (sum > mostRows) {
      throw new ProtocolException(
          "Invalid row counts of "
              + party
              + ": "
              + sum
              + " rows in all, must be at most "
              + mostRows);
    }
  }

  /**
   * How many rows of the receiver have no common id. All parties call it.
   *
   * @param own this party's number; counts at the receiver only
   * @param mostRows that a party can have in all
   */
  public static int shareOthers(Channel channel, PartyId receiver, int own, int mostRows) {
    if (channel.self().equals(receiver)) {
      channel.sendToAll(new OtherRows(own));
      return own;
    }
    int rows = channel.receive(receiver, OtherRows.class).rows();
    if (rows > mostRows) {
      throw new ProtocolException(
          "Invalid number of rows " + rows + " of " + receiver + ": must be at most " + mostRows);
    }
    return rows;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Every combination of the rows that the parties have of each common id, in one order for all:
 * common ids in the alignment's order; within one the rows of the party that is first by name
 * change slowest, those of the last one fastest.
 */
public final class Expansion {
  private static final byte[] TAG = "heddle psi rows v1".getBytes(StandardCharsets.US_ASCII);

  private final List<PartyId> parties;
  private final List<int[]> counts;
  private final int rows;

  private Expansion(List<PartyId> parties, List<int[]> counts, int rows) {
    this.parties = parties;
    this.counts = counts;
    this.rows = rows;
  }

  /**
   * How many rows there are.
   *
   * @param counts by party, of each common id, 1 or more
   * @param most that there may be, at most 2^30
   * @return {@code most + 1} where there are more
   */
  public static int rows(SortedMap<PartyId, int[]> counts, int most) {
    int ids = counts.values().iterator().next().length;
    long sum = 0;
    for (int id = 0; id < ids && sum <= most; id++) {
      long product = 1;
      for (int[] ofParty : counts.values()) {
        // At most 2^30 times 2^31 before it is cut.
        product = Math.min(most + 1L, product * ofParty[id]);
      }
      sum += product;
    }
    return (int) Math.min(most + 1L, sum);
  }

  /**
   * The combinations.
   *
   * @param counts by party, of each common id, 1 or more; so few that {@link #rows} tells their
   *     number
   */
  public static Expansion of(SortedMap<PartyId, int[]> counts) {
    int rows = rows(counts, 1 << 30);
    if (rows > 1 << 30) {
      throw new IllegalArgumentException("Invalid expansion: must be at most 2^30 rows");
    }
    return new Expansion(new ArrayList<>(counts.keySet()), new ArrayList<>(counts.values()), rows);
  }

  /**
   * Which of a party's own rows stands in each row of the product.
   *
   * @param common this party's common ids, in the alignment's order
   */
  public int[] rowsOf(PartyId party, RowsById own, int[] common) {
    int at = parties.indexOf(party);
    int[] found = new int[rows];
    int row = 0;
    for (int id = 0; id < common.length; id++) {
      int repeats = 1;
      for (int faster = at + 1; faster < counts.size(); faster++) {
        repeats *= counts.get(faster)[id];
      }
      int product = product(id);
      int ownRows = counts.get(at)[id];
      for (int i = 0; i < product; i++) {
        found[row++] = own.row(common[id], i / repeats % ownRows);
      }
    }
    return found;
  }

  private int product(int id) {
    int product = 1;
    for (int[] ofParty : counts) {
      product *= ofParty[id];
    }
    return product;
  }

  /**
   * SHA-256 over all combinations: the digest of the alignment of ids, the number of rows, and for
   * each row the id's place in the alignment and each party's place among its rows of that id.
   */
  public byte[] digest(byte[] alignment) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(TAG);
    sha256.update(alignment);
    ByteBuffer row = ByteBuffer.allocate(Integer.BYTES * (1 + counts.size()));
    sha256.update(row.putInt(0, rows).array(), 0, Integer.BYTES);
    int[] places = new int[counts.size()];
    for (int id = 0; id < counts.get(0).length; id++) {
      int product = product(id);
      for (int i = 0; i < product; i++) {
        row.clear().putInt(id);
        for (int place : places) {
          row.putInt(place);
        }
        sha256.update(row.array());
        advance(places, id);
      }
    }
    return sha256.digest();
  }

  /** The next combination of an id; after the last one the first again. */
  private void advance(int[] places, int id) {
    for (int party = places.length - 1; party >= 0; party--) {
      places[party]++;
      if (places[party] < counts.get(party)[id]) {
        return;
      }
      places[party] = 0;
    }
  }
}

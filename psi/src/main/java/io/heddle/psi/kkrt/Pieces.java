// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Blobs;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;
import java.util.List;

/**
 * How a list of items lies in a store: pieces of so many items, each full but the last.
 *
 * @param items how many there are
 * @param width bytes of each
 * @param each items of a full piece
 */
record Pieces(int items, int width, int each) {
  /** Of tags and names: 6 MiB at most. */
  private static final int SHORT_ITEMS = 1 << 19;

  static Pieces ofShort(int items, int width) {
    return new Pieces(items, width, SHORT_ITEMS);
  }

  int count() {
    return (int) (((long) items + each - 1) / each);
  }

  long bytes() {
    return (long) items * width;
  }

  /** How many items a piece has. */
  int items(int piece) {
    return Math.min(each, items - piece * each);
  }

  /** Puts a list into a store; its pieces' names go to the end of some. */
  void put(Blobs blobs, PartyId to, byte[] flat, List<byte[]> names) {
    for (int piece = 0; piece < count(); piece++) {
      int from = piece * each * width;
      names.add(blobs.put(to, Arrays.copyOfRange(flat, from, from + items(piece) * width)));
    }
  }

  /**
   * Gets one piece.
   *
   * @throws ProtocolException if it is of another length
   */
  byte[] get(Blobs blobs, int piece, byte[] name) {
    int bytes = items(piece) * width;
    byte[] body = blobs.get(name, bytes);
    if (body.length != bytes) {
      throw new ProtocolException(
          "A blob of " + body.length + " bytes from a peer: must be " + bytes);
    }
    return body;
  }

  /**
   * Gets the whole list.
   *
   * @param from the first of its names among all
   */
  byte[] get(Blobs blobs, byte[][] names, int from) {
    byte[] flat = new byte[Math.toIntExact(bytes())];
    for (int piece = 0; piece < count(); piece++) {
      byte[] body = get(blobs, piece, names[from + piece]);
      System.arraycopy(body, 0, flat, piece * each * width, body.length);
    }
    return flat;
  }
}

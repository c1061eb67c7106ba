// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.EcdhMessage.Positions;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** How a list is cut for the wire: every chunk but the last is full, so sizes need no telling. */
public final class Chunks {
  /** Items in a full chunk: 512 KiB of points. */
  public static final int ITEMS = 1 << 14;

  private Chunks() {}

  /** How many chunks so many items make. */
  public static int of(int items) {
    return (items + ITEMS - 1) / ITEMS;
  }

  /** The first item of a chunk. */
  public static int from(int chunk) {
    return chunk * ITEMS;
  }

  /** The item after a chunk's last. */
  public static int to(int chunk, int items) {
    return Math.min(items, from(chunk) + ITEMS);
  }

  /** Refuses a chunk that does not hold what the declared count of items leaves for it. */
  public static void check(PartyId from, int chunk, int items, int received) {
    int expected = to(chunk, items) - from(chunk);
    if (received != expected) {
      throw new ProtocolException(
          "Invalid chunk of "
              + received
              + " items from "
              + from
              + ": must be "
              + expected
              + ", for "
              + items
              + " were declared");
    }
  }

  static void sendPositions(Channel channel, PartyId to, int[] positions) {
    for (int chunk = 0; chunk < of(positions.length); chunk++) {
      channel.send(
          to,
          new Positions(Arrays.copyOfRange(positions, from(chunk), to(chunk, positions.length))));
    }
  }

  static int[] receivePositions(Channel channel, PartyId from, int count) {
    int[] positions = new int[count];
    for (int chunk = 0; chunk < of(count); chunk++) {
      int[] received = channel.receive(from, Positions.class).positions();
      check(from, chunk, count, received.length);
      System.arraycopy(received, 0, positions, from(chunk), received.length);
    }
    return positions;
  }

  /** A chunk of a flat list of items of {@code width} bytes. */
  public static byte[] cut(byte[] flat, int chunk, int width) {
    int items = flat.length / width;
    return Arrays.copyOfRange(flat, from(chunk) * width, to(chunk, items) * width);
  }

  /** One flat list again. */
  public static byte[] join(List<byte[]> chunks) {
    ByteArrayOutputStream flat = new ByteArrayOutputStream();
    chunks.forEach(flat::writeBytes);
    return flat.toByteArray();
  }
}

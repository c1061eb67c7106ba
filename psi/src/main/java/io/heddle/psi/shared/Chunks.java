// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.WireReader;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/** How a list is cut for the wire: every chunk but the last is full, so sizes need no telling. */
public final class Chunks {
  /** Items in a full chunk: 512 KiB of points. */
  public static final int ITEMS = 1 << 14;

  private Chunks() {}

  /** How many chunks so many items take. */
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

  /** Reads a chunk's items of {@code width} bytes, which must be whole ones. */
  public static byte[] read(WireReader in, int width) {
    byte[] flat = in.readBytes(ITEMS * width);
    if (flat.length == 0 || flat.length % width != 0) {
      throw new ProtocolException(
          "Invalid list of " + flat.length + " bytes: must be one or more items of " + width);
    }
    return flat;
  }

  /** A chunk of a flat list of items of {@code width} bytes. */
  public static byte[] cut(byte[] flat, int chunk, int width) {
    int items = flat.length / width;
    return Arrays.copyOfRange(flat, from(chunk) * width, to(chunk, items) * width);
  }

  /** A message that brings a chunk of items of one width. */
  public interface Chunk extends Message {
    /** Bytes of an item. */
    int width();

    /** The items, one after the other. */
    byte[] items();
  }

  /**
   * Takes in a whole list.
   *
   * @param word what an item is called, for errors
   * @param items how many there must be
   * @param width bytes that each must have
   * @param done gets the number of items that have come since it was called last
   * @return the items, one after the other
   * @throws ProtocolException if a chunk is of another width or another number of items
   */
  public static <C extends Chunk> byte[] receive(
      Channel channel,
      PartyId from,
      Class<C> type,
      String word,
      int items,
      int width,
      LongConsumer done) {
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < of(items); chunk++) {
      C received = channel.receive(from, type);
      if (received.width() != width) {
        throw new ProtocolException(
            "Invalid " + word + " width " + received.width() + ": must be " + width);
      }
      int count = received.items().length / width;
      check(from, chunk, items, count);
      chunks.add(received.items());
      done.accept(count);
    }
    return join(chunks);
  }

  /** One flat list again. */
  public static byte[] join(List<byte[]> chunks) {
    ByteArrayOutputStream flat = new ByteArrayOutputStream();
    chunks.forEach(flat::writeBytes);
    return flat.toByteArray();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * Where each of many tags stands in its list, the first of equal ones: a table with open
 * addressing, at most half full. Tags are taken as random bits; a list that is not, whoever made
 * it, is refused before it costs more.
 */
public final class TagTable {
  private static final int POSITION_BITS = 31;
  private static final long POSITION = (1L << POSITION_BITS) - 1;
  private static final long EMPTY = 0;
  // In a table of 2^26 random tags the longest way is some hundred.
  private static final int MOST_STEPS = 1024;
  private static final long NO_WAY = Long.MIN_VALUE;

  private final PartyId from;
  private final byte[] flat;
  private final int width;
  // A piece of the tag, and its position plus one.
  private final long[] slots;
  private final int shift;
  private final boolean distinct;

  /**
   * @param from who made the list, for errors
   * @param flat {@code width} bytes each; not copied
   * @throws ProtocolException if so many begin alike that the list cannot be random
   */
  public TagTable(PartyId from, byte[] flat, int width) {
    this.from = from;
    this.flat = flat;
    this.width = width;
    int count = flat.length / width;
    int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(count) + 1);
    slots = new long[Math.toIntExact(1L << bits)];
    shift = Long.SIZE - bits;
    boolean repeats = false;
    for (int position = 0; position < count; position++) {
      long prefix = prefix(flat, position * width);
      long slot = slot(prefix, flat, position * width);
      if (slot == NO_WAY) {
        throw new ProtocolException(
            "The list of "
                + count
                + " items from "
                + from
                + " is not random: too many begin alike");
      }
      if (slot >= 0) {
        repeats = true;
      } else {
        slots[(int) ~slot] = piece(prefix) | (position + 1L);
      }
    }
    distinct = !repeats;
  }

  /**
   * Refuses a list that holds a tag twice.
   *
   * @throws ProtocolException if it does
   */
  public TagTable requireDistinct() {
    if (!distinct) {
      throw new ProtocolException(
          "The list of " + flat.length / width + " items from " + from + " holds one twice");
    }
    return this;
  }

  /** Where a tag of another list stands in this one; negative if nowhere. */
  public int position(byte[] tags, int at) {
    long slot = slot(prefix(tags, at), tags, at);
    return slot < 0 ? -1 : (int) (slots[(int) slot] & POSITION) - 1;
  }

  /** The slot that holds a tag; the complement of the one where it would be put if none does. */
  private long slot(long prefix, byte[] tags, int at) {
    long piece = piece(prefix);
    int slot = (int) (prefix >>> shift);
    for (int step = 0; step < MOST_STEPS; step++) {
      long held = slots[slot];
      if (held == EMPTY) {
        return ~(long) slot;
      }
      if ((held & ~POSITION) == piece) {
        int own = (int) ((held & POSITION) - 1) * width;
        if (Arrays.equals(flat, own, own + width, tags, at, at + width)) {
          return slot;
        }
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return NO_WAY;
  }

  /** The bits behind those that choose the slot. */
  private long piece(long prefix) {
    return prefix << (Long.SIZE - shift) & ~POSITION;
  }

  private long prefix(byte[] tags, int at) {
    long prefix = 0;
    int bytes = Math.min(Long.BYTES, width);
    for (int i = 0; i < bytes; i++) {
      prefix = prefix << Byte.SIZE | (tags[at + i] & 0xff);
    }
    return prefix << (Long.SIZE - bytes * Byte.SIZE);
  }
}

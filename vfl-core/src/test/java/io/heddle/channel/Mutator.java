// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * For tests: changes bodies and frames as somebody would who knows the format: bits, bytes and
 * cuts, lengths and counts, items that come twice, texts that grow, pieces of other messages. One
 * seed makes the same mutants.
 */
public final class Mutator {
  private static final int[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    1000,
    1001,
    10_001,
    65_536,
    1 << 20,
    1 << 24,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE - 8,
    Integer.MIN_VALUE,
    0x01010101,
    0x7fffff00
  };

  private static final long[] DOUBLES = {
    0x7ff0000000000000L,
    0xfff0000000000000L,
    0x7ff8000000000000L,
    0x7ff0000000000001L,
    0x8000000000000000L,
    1,
    -1,
    Long.MAX_VALUE
  };

  /** Not UTF-8, too long a form, half a pair, control characters, and what reads as a number. */
  private static final byte[][] TEXTS = {
    {(byte) 0xff},
    {(byte) 0xc0, (byte) 0x80},
    {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
    {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
    {(byte) 0xc2},
    {0},
    {0x1b},
    {'\n'},
    {0x7f},
    {(byte) 0xc2, (byte) 0x85},
    {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
    {'0'},
    {'-'},
    {'+'},
    {' '},
    {(byte) 0xd9, (byte) 0xa1},
    {'a'},
    {'/'}
  };

  private final Random random;

  public Mutator(long seed) {
    random = new Random(seed);
  }

  /**
   * Changes one of the seeds, once or a few times.
   *
   * @param others what pieces are taken from
   */
  public byte[] mutant(List<byte[]> seeds, List<byte[]> others) {
    byte[] bytes = pick(seeds).clone();
    do {
      bytes = change(bytes, pick(others));
    } while (random.nextInt(3) == 0);
    return bytes;
  }

  private byte[] pick(List<byte[]> from) {
    return from.get(random.nextInt(from.size()));
  }

  private byte[] change(byte[] bytes, byte[] other) {
    if (bytes.length == 0) {
      return inserted(bytes, 0, noise(1 + random.nextInt(40)));
    }
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(13)) {
      case 0 -> bitFlipped(bytes, at);
      case 1 -> overwritten(bytes, at, noise(1 + random.nextInt(4)));
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
      case 4 -> spliced(bytes, other);
      case 5 -> overwritten(bytes, at, number(bytes.length - at));
      case 6 -> swapped(bytes, at);
      case 7 -> repeated(bytes, at);
      case 8 -> overwritten(bytes, at, TEXTS[random.nextInt(TEXTS.length)]);
      case 9 -> resized(bytes, at);
      case 10 -> overwritten(bytes, at, eight(DOUBLES[random.nextInt(DOUBLES.length)]));
      case 11 -> removed(bytes, at, 1 + random.nextInt(Math.min(40, bytes.length - at)));
      default -> inserted(bytes, at, noise(1 + random.nextInt(20)));
    };
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private byte[] bitFlipped(byte[] bytes, int at) {
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private static byte[] overwritten(byte[] bytes, int at, byte[] with) {
    System.arraycopy(with, 0, bytes, at, Math.min(with.length, bytes.length - at));
    return bytes;
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] more) {
    return ByteBuffer.allocate(bytes.length + more.length)
        .put(bytes, 0, at)
        .put(more)
        .put(bytes, at, bytes.length - at)
        .array();
  }

  private static byte[] removed(byte[] bytes, int at, int count) {
    return ByteBuffer.allocate(bytes.length - count)
        .put(bytes, 0, at)
        .put(bytes, at + count, bytes.length - at - count)
        .array();
  }

  private byte[] spliced(byte[] bytes, byte[] other) {
    int head = random.nextInt(bytes.length + 1);
    int tail = random.nextInt(other.length + 1);
    return ByteBuffer.allocate(head + other.length - tail)
        .put(bytes, 0, head)
        .put(other, tail, other.length - tail)
        .array();
  }

  /** A number that a length or a count must not be, or is nearly. */
  private byte[] number(int left) {
    int value =
        random.nextBoolean()
            ? NUMBERS[random.nextInt(NUMBERS.length)]
            : left - 8 + random.nextInt(16);
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] eight(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  /** Two numbers change places. */
  private byte[] swapped(byte[] bytes, int at) {
    int width = random.nextBoolean() ? 4 : 8;
    int to = random.nextInt(bytes.length);
    if (Math.max(at, to) + width <= bytes.length) {
      byte[] kept = Arrays.copyOfRange(bytes, at, at + width);
      System.arraycopy(bytes, to, bytes, at, width);
      System.arraycopy(kept, 0, bytes, to, width);
    }
    return bytes;
  }

  /** A piece stands there twice. */
  private byte[] repeated(byte[] bytes, int at) {
    int count = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return inserted(bytes, at, Arrays.copyOfRange(bytes, at, at + count));
  }

  /** A text or list that is longer or shorter than before, with the length that it then has. */
  private byte[] resized(byte[] bytes, int from) {
    for (int at = from; at + 4 < bytes.length; at++) {
      int length = ByteBuffer.wrap(bytes).getInt(at);
      if (length > 0 && length <= bytes.length - at - 4) {
        int place = at + 4 + random.nextInt(length);
        byte[] text = TEXTS[random.nextInt(TEXTS.length)];
        boolean longer = random.nextInt(3) > 0;
        byte[] after = longer ? inserted(bytes, place, text) : removed(bytes, place, 1);
        ByteBuffer.wrap(after).putInt(at, longer ? length + text.length : length - 1);
        return after;
      }
    }
    return bytes;
  }
}

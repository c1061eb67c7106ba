// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a message body: fixed-width big-endian numbers, and arrays behind their 32-bit length. Not
 * safe for several threads.
 */
public final class WireWriter {
  private byte[] bytes = new byte[256];
  private int size;

  private ByteBuffer room(int count) {
    if (bytes.length - size < count) {
      bytes =
          Arrays.copyOf(
              bytes,
              Math.max(
                  Math.addExact(size, count),
                  (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
    }
    ByteBuffer window = ByteBuffer.wrap(bytes, size, count);
    size += count;
    return window;
  }

  public void writeByte(int value) {
    room(1).put((byte) value);
  }

  public void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  public void writeInt(int value) {
    room(4).putInt(value);
  }

  public void writeLong(long value) {
    room(8).putLong(value);
  }

  public void writeDouble(double value) {
    writeLong(Double.doubleToLongBits(value));
  }

  /** Writes the length in bytes and the UTF-8 form. */
  public void writeString(String value) {
    writeBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the length and the bytes. */
  public void writeBytes(byte[] value) {
    writeInt(value.length);
    room(value.length).put(value);
  }

  /** Writes the bytes without their length: for widths that both sides know. */
  public void writeRaw(byte[] value) {
    room(value.length).put(value);
  }

  public void writeLongs(long[] values) {
    writeInt(values.length);
    ByteBuffer window = room(Math.multiplyExact(values.length, 8));
    for (long value : values) {
      window.putLong(value);
    }
  }

  public void writeInts(int[] values) {
    writeInt(values.length);
    ByteBuffer window = room(Math.multiplyExact(values.length, 4));
    for (int value : values) {
      window.putInt(value);
    }
  }

  public void writeDoubles(double[] values) {
    writeInt(values.length);
    ByteBuffer window = room(Math.multiplyExact(values.length, 8));
    for (double value : values) {
      window.putDouble(value);
    }
  }

  /**
   * Writes each as a 128-bit two's complement number; a value outside that range is the caller's
   * error.
   */
  public void writeInt128s(BigInteger[] values) {
    writeInt(values.length);
    for (BigInteger value : values) {
      if (value.bitLength() > 127) {
        throw new IllegalArgumentException(
            "A number of " + value.bitLength() + " bits does not fit 127 bits and a sign");
      }
      byte[] wide = new byte[16];
      byte[] narrow = value.toByteArray();
      Arrays.fill(wide, (byte) (value.signum() < 0 ? -1 : 0));
      System.arraycopy(narrow, 0, wide, 16 - narrow.length, narrow.length);
      writeRaw(wide);
    }
  }

  /** What was written; not to be changed, and it stays as it is when more is written. */
  public byte[] toByteArray() {
    // Nothing is ever written over: a full array is as good as a copy of it.
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }
}

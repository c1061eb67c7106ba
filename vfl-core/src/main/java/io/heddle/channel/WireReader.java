// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a message body that {@link WireWriter} wrote. Every length is checked against what is left
 * before anything is allocated, and every fault is a {@link ProtocolException}. Not safe for
 * several threads.
 */
public final class WireReader {
  private final ByteBuffer buffer;

  public WireReader(byte[] bytes) {
    buffer = ByteBuffer.wrap(bytes);
  }

  private void need(long count) {
    if (count < 0 || count > buffer.remaining()) {
      throw new ProtocolException(
          "Message body too short: " + count + " bytes expected, " + buffer.remaining() + " left");
    }
  }

  public int readByte() {
    need(1);
    return buffer.get() & 0xff;
  }

  public boolean readBoolean() {
    int value = readByte();
    if (value > 1) {
      throw new ProtocolException("Invalid truth value in a message body: must be 0 or 1");
    }
    return value == 1;
  }

  public int readInt() {
    need(4);
    return buffer.getInt();
  }

  /**
   * Reads a whole number within bounds.
   *
   * @param what names it in the error
   * @throws ProtocolException if it lies outside
   */
  public int readBetween(String what, int low, int high) {
    int value = readInt();
    if (value < low || value > high) {
      throw new ProtocolException(
          "Invalid " + what + " " + value + ": must be " + low + " to " + high);
    }
    return value;
  }

  public long readLong() {
    need(8);
    return buffer.getLong();
  }

  /** Reads a number that must be finite. */
  public double readDouble() {
    double value = Double.longBitsToDouble(readLong());
    if (!Double.isFinite(value)) {
      throw new ProtocolException("A number in a message body is not finite");
    }
    return value;
  }

  /** Reads text; it may stand in errors and logs, so it has no control characters. */
  public String readString(int maxBytes) {
    byte[] bytes = readBytes(maxBytes);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolException("Text in a message body is not UTF-8", e);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new ProtocolException("Text in a message body has control characters");
    }
    return text;
  }

  private int readLength(int max, int width) {
    int length = readInt();
    if (length < 0 || length > max) {
      throw new ProtocolException(
          "Invalid length " + length + " in a message body: must be 0 to " + max);
    }
    need((long) length * width);
    return length;
  }

  public byte[] readBytes(int maxBytes) {
    return readRaw(readLength(maxBytes, 1));
  }

  public byte[] readRaw(int count) {
    need(count);
    byte[] bytes = new byte[count];
    buffer.get(bytes);
    return bytes;
  }

  public long[] readLongs(int maxCount) {
    long[] values = new long[readLength(maxCount, 8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getLong();
    }
    return values;
  }

  public int[] readInts(int maxCount) {
    int[] values = new int[readLength(maxCount, 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.getInt();
    }
    return values;
  }

  public double[] readDoubles(int maxCount) {
    double[] values = new double[readLength(maxCount, 8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = readDouble();
    }
    return values;
  }

  public BigInteger[] readInt128s(int maxCount) {
    BigInteger[] values = new BigInteger[readLength(maxCount, 16)];
    for (int i = 0; i < values.length; i++) {
      values[i] = new BigInteger(readRaw(16));
    }
    return values;
  }

  public int remaining() {
    return buffer.remaining();
  }

  /**
   * To be called last: a body with bytes left over was not written by {@link WireWriter} for this
   * message.
   */
  public void end() {
    if (buffer.hasRemaining()) {
      throw new ProtocolException(
          "Message body too long: " + buffer.remaining() + " bytes left over");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Elements of GF(2^128) as two words each, upper word first, one after the other: both are in one
 * line of the cache, which two arrays would not give. In bytes a word is little-endian.
 */
public final class Elements {
  /** Words of an element. */
  public static final int WORDS = 2;

  /** Bytes of an element. */
  public static final int BYTES = WORDS * Long.BYTES;

  /** Bits of an element. */
  static final int BITS = BYTES * Byte.SIZE;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Elements() {}

  /** The word at eight bytes. */
  public static long get(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  static int getInt(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  /** Writes a word over eight bytes. */
  public static void put(byte[] bytes, int at, long word) {
    LONGS.set(bytes, at, word);
  }

  /** Some words as bytes. */
  public static byte[] toBytes(long[] words, int from, int count) {
    byte[] bytes = new byte[count * Long.BYTES];
    for (int i = 0; i < count; i++) {
      put(bytes, i * Long.BYTES, words[from + i]);
    }
    return bytes;
  }

  /** Writes bytes as words. */
  public static void fromBytes(byte[] bytes, int at, long[] words, int from, int count) {
    for (int i = 0; i < count; i++) {
      words[from + i] = get(bytes, at + i * Long.BYTES);
    }
  }
}

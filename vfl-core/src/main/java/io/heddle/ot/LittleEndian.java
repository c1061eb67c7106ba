// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Words of 64 bits in byte arrays: bit k of a row or column is bit k mod 8 of byte k / 8. */
final class LittleEndian {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static long get(byte[] bytes, int at) {
    return (long) WORDS.get(bytes, at);
  }

  static void put(byte[] bytes, int at, long word) {
    WORDS.set(bytes, at, word);
  }
}

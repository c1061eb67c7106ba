// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Powers of one number by a table: the exponent is cut into windows, and one multiplication per
 * window joins what the table holds for it (Brickell, Gordon, McCurley and Wilson, Eurocrypt 1992).
 * Safe for use by several threads.
 */
public final class FixedBase {
  private final Modulus modulus;
  private final Residues table;
  private final int window;
  private final int windows;

  FixedBase(Modulus modulus, BigInteger base, int exponentBits, long maxTableBytes) {
    this.modulus = modulus;
    window = window(exponentBits, modulus.bytes() * 13L / 10, maxTableBytes);
    windows = (exponentBits + window - 1) / window;
    table = table(base);
  }

  /** Bits of a window, 4 to 10: the widest with which the table has room. */
  static int window(int exponentBits, long entryBytes, long maxTableBytes) {
    int widest = 4;
    while (widest < 10 && tableEntries(exponentBits, widest + 1) * entryBytes <= maxTableBytes) {
      widest++;
    }
    return widest;
  }

  private static long tableEntries(int exponentBits, int window) {
    return (long) ((exponentBits + window - 1) / window) << window;
  }

  /** For each window the powers with the exponents 0 to 2^window - 1 at the window's place. */
  private Residues table(BigInteger base) {
    int size = 1 << window;
    int[] heads = new int[windows];
    Residues units = modulus.residues(base.mod(modulus.value()));
    List<Residues> firsts = new ArrayList<>();
    for (int i = 0; i < windows; i++) {
      firsts.add(units);
      units = modulus.square(units, window);
    }
    Residues first = modulus.concat(firsts);
    Residues powers = modulus.ones(windows * size);
    int[] all = new int[windows];
    Arrays.setAll(all, i -> i);
    for (int power = 1; power < size; power++) {
      // Entry e of every window is entry e - 1 times the window's first power.
      int[] places = new int[windows];
      for (int i = 0; i < windows; i++) {
        places[i] = i * size + power;
        heads[i] = i * size + power - 1;
      }
      modulus.multiplyInto(powers, places, powers, heads, windows);
      modulus.multiplyInto(powers, places, first, all, windows);
    }
    return powers;
  }

  /** Bits of a window, 4 to 10. */
  public int window() {
    return window;
  }

  /** Bits of the largest exponent. */
  public int exponentBits() {
    return windows * window;
  }

  /**
   * The powers for many exponents.
   *
   * @param exponents big-endian numbers of {@code width} bytes each, none longer than {@link
   *     #exponentBits}: what is beyond is not looked at
   */
  public Residues powers(byte[] exponents, int width) {
    int count = exponents.length / width;
    int needed = Math.min(windows, (8 * width + window - 1) / window);
    int[] places = new int[Math.multiplyExact(count, needed)];
    int[] starts = new int[count + 1];
    for (int k = 0; k < count; k++) {
      starts[k + 1] = starts[k] + needed;
      for (int i = 0; i < needed; i++) {
        places[starts[k] + i] =
            (i << window) + digit(exponents, k * width, width, i * window, window);
      }
    }
    return modulus.products(table, places, starts);
  }

  /** The window that begins with the given bit of an exponent. */
  static int digit(byte[] exponents, int offset, int width, int bit, int window) {
    // Up to 10 bits from up to 7 on.
    int held = 0;
    for (int i = (bit >> 3) + 2; i >= bit >> 3; i--) {
      int index = width - 1 - i;
      held = (held << 8) | (index < 0 ? 0 : exponents[offset + index] & 0xff);
    }
    return (held >> (bit & 7)) & ((1 << window) - 1);
  }
}

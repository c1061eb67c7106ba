// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.kernel.FixedBase;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.number.FixedWidth;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code g^m} for many m. Blocks of short numbers, such as pairs of gradients, have a table of
 * their own: how long a block takes tells whether all its numbers are short, nothing else. Safe for
 * use by several threads.
 */
final class GeneratorPowers {
  private static final int SHORT_BITS = 64;
  private static final long MAX_TABLE_BYTES = 4L << 20;

  private final Modulus modulus;
  private final BigInteger g;
  private final int plaintextBits;
  private volatile @Nullable FixedBase shortTable;
  private volatile @Nullable FixedBase longTable;

  GeneratorPowers(Modulus modulus, BigInteger g, int plaintextBits) {
    this.modulus = modulus;
    this.g = g.mod(modulus.value());
    this.plaintextBits = plaintextBits;
  }

  /** Whether all numbers of a block are short. */
  static boolean allShort(PlaintextBlock plaintexts) {
    for (int i = 0; i < plaintexts.size(); i++) {
      if (plaintexts.get(i).bitLength() > SHORT_BITS) {
        return false;
      }
    }
    return true;
  }

  Residues of(PlaintextBlock plaintexts, boolean allShort, int from, int to) {
    int width = (bits(allShort) + 7) / 8;
    byte[] exponents = new byte[(to - from) * width];
    for (int i = from; i < to; i++) {
      FixedWidth.put(plaintexts.get(i), exponents, (i - from) * width, width);
    }
    return table(allShort).powers(exponents, width);
  }

  private int bits(boolean allShort) {
    return allShort ? SHORT_BITS : plaintextBits;
  }

  private FixedBase table(boolean allShort) {
    FixedBase table = allShort ? shortTable : longTable;
    return table == null ? make(allShort) : table;
  }

  private synchronized FixedBase make(boolean allShort) {
    FixedBase table = allShort ? shortTable : longTable;
    if (table == null) {
      table = modulus.fixedBase(g, bits(allShort), MAX_TABLE_BYTES);
      if (allShort) {
        shortTable = table;
      } else {
        longTable = table;
      }
    }
    return table;
  }
}

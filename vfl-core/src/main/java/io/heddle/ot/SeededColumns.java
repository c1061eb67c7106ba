// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A wide matrix of pseudo-random bits for each partition, a column of it from each seed, made in
 * blocks of rows and in any order: AES-128 in counter mode, whose counter block is the partition's
 * number and 96 bits that count blocks of 128 rows. Not safe for several threads.
 */
final class SeededColumns {
  /** Bytes of a seed. */
  static final int SEED_BYTES = 16;

  /** Rows of a full block. */
  static final int ROWS = 8192;

  private static final int COLUMN_BYTES = ROWS / Byte.SIZE;
  private static final int ROWS_PER_CIPHER_BLOCK = 128;
  private static final int CIPHER_BLOCK_BYTES = 16;
  // Columns a power of two apart would share a few lines of the processor's cache.
  private static final int STRIDE = COLUMN_BYTES + 64;
  private static final byte[] ZEROS = new byte[COLUMN_BYTES];

  private final SecretKeySpec[] keys;
  private final Cipher[] ciphers;
  private final byte[] columns;

  /**
   * @param seeds {@value #SEED_BYTES} bytes for each column, one after the other
   */
  SeededColumns(byte[] seeds) {
    keys = new SecretKeySpec[seeds.length / SEED_BYTES];
    ciphers = new Cipher[keys.length];
    columns = new byte[keys.length * STRIDE];
    try {
      for (int i = 0; i < keys.length; i++) {
        keys[i] = new SecretKeySpec(seeds, i * SEED_BYTES, SEED_BYTES, "AES");
        // Finding a provider takes longer than the rest.
        ciphers[i] =
            i == 0
                ? Cipher.getInstance("AES/CTR/NoPadding")
                : Cipher.getInstance("AES/CTR/NoPadding", ciphers[0].getProvider());
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128 in counter mode", e);
    }
  }

  /** How many blocks so many rows take. */
  static int blocks(int rows) {
    return (int) (((long) rows + ROWS - 1) / ROWS);
  }

  /** The first row of a block. */
  static int from(int block) {
    return block * ROWS;
  }

  /** How many of so many rows are in a block. */
  static int rows(int block, int rows) {
    return Math.min(ROWS, rows - from(block));
  }

  /** Words for the rows of a block. */
  long[] newRows() {
    return new long[ROWS * keys.length / Long.SIZE];
  }

  /**
   * The first rows of a block.
   *
   * @param into from {@link #newRows}; what is behind the rows is written over
   */
  void fill(int partition, int block, int rows, long[] into) {
    int cipherBlocks = (rows + ROWS_PER_CIPHER_BLOCK - 1) / ROWS_PER_CIPHER_BLOCK;
    int bytes = cipherBlocks * CIPHER_BLOCK_BYTES;
    ByteBuffer counter = ByteBuffer.allocate(CIPHER_BLOCK_BYTES).putInt(partition).putInt(0);
    counter.putLong((long) block * (ROWS / ROWS_PER_CIPHER_BLOCK));
    IvParameterSpec start = new IvParameterSpec(counter.array());
    try {
      for (int i = 0; i < keys.length; i++) {
        ciphers[i].init(Cipher.ENCRYPT_MODE, keys[i], start);
        if (ciphers[i].update(ZEROS, 0, bytes, columns, i * STRIDE) != bytes) {
          throw new AssertionError("AES-CTR keeps bytes back");
        }
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-128 in counter mode", e);
    }
    BitMatrix.toRows(columns, STRIDE, keys.length, rows, into);
  }
}

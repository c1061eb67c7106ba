// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Blobs;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.train.shared.BlobEncryption;
import io.heddle.train.shared.BlobEncryption.Named;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Encrypts a pass's residuals where the label holder's rows are.
 *
 * @param encryption has the residuals of each blob's rows
 */
record ResidualEncryption(RowPacking packing, BlobEncryption encryption) implements Serializable {
  /** Large enough that a file costs little against the encryption of what is in it. */
  static final int BLOB_CIPHERTEXTS = 1024;

  static int rowsPerBlob(RowPacking packing) {
    return BLOB_CIPHERTEXTS * packing.rowsPerPlaintext();
  }

  static int blobs(RowPacking packing) {
    return (packing.ciphertexts() + BLOB_CIPHERTEXTS - 1) / BLOB_CIPHERTEXTS;
  }

  /** How long they are together. */
  static long bytes(RowPacking packing) {
    return (long) packing.ciphertexts() * LogisticMessages.ciphertextBytes(packing.keyBits());
  }

  /** How many ciphertexts a blob has. */
  static int ciphertexts(RowPacking packing, int number) {
    return Math.min(BLOB_CIPHERTEXTS, packing.ciphertexts() - number * BLOB_CIPHERTEXTS);
  }

  /** How many rows a blob has. */
  private static int rows(RowPacking packing, int number) {
    return Math.min(rowsPerBlob(packing), packing.rows() - number * rowsPerBlob(packing));
  }

  /** The number of the first blob that begins at a row or after it. */
  private int firstFrom(int row) {
    int rows = rowsPerBlob(packing);
    return (int) (((long) row + rows - 1) / rows);
  }

  /**
   * Puts what the tasks need into the own store.
   *
   * @param secret that the encryption's randomness follows from; of this pass and these residuals
   *     alone
   */
  static ResidualEncryption prepare(
      Blobs blobs,
      RowPacking packing,
      PaillierPrivateKey key,
      byte[] secret,
      long[] residuals,
      List<PartyId> to) {
    return new ResidualEncryption(
        packing,
        BlobEncryption.prepare(
            blobs,
            key.toBytes(),
            secret,
            blobs(packing),
            number -> bytes(packing, residuals, number),
            to));
  }

  private static byte[] bytes(RowPacking packing, long[] residuals, int number) {
    int count = rows(packing, number);
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * count);
    bytes.asLongBuffer().put(residuals, number * rowsPerBlob(packing), count);
    return bytes.array();
  }

  /** The blobs that begin within this partition's rows. */
  static ArrayList<Named> encrypt(QuantisedBlock block, ResidualEncryption what) {
    int from = what.firstFrom(block.firstRow());
    int to = what.firstFrom(block.firstRow() + block.rows());
    return new ArrayList<>(IntStream.range(from, to).parallel().mapToObj(what::encrypt).toList());
  }

  private Named encrypt(int number) {
    PaillierPrivateKey key = encryption.key(PaillierPrivateKey::fromBytes);
    return encryption.encrypt(
        number,
        rows(packing, number),
        Long.BYTES,
        (secret, numbers) ->
            key.encrypt(
                    plaintexts(key, number, numbers),
                    Randomness.derive(secret, "logistic/residual blobs"))
                .toBytes());
  }

  private PlaintextBlock plaintexts(PaillierPrivateKey key, int number, byte[] numbers) {
    long[] residuals = new long[rows(packing, number)];
    if (numbers.length != Long.BYTES * residuals.length) {
      throw new CheckpointException("Not the residuals of a pass");
    }
    ByteBuffer.wrap(numbers).asLongBuffer().get(residuals);
    PlaintextBlock plaintexts =
        packing.packSlice(key.publicKey(), residuals, number * rowsPerBlob(packing));
    Arrays.fill(residuals, 0);
    return plaintexts;
  }
}

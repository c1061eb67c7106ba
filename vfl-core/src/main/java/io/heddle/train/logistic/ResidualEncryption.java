// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Blobs;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Encrypts a pass's residuals where the label holder's rows are, and puts them into the stores of
 * the feature holders. What a task needs for it, the key, the residuals and the randomness, it gets
 * from the label holder's own store: the kernel and its result hold digests only. A task that runs
 * again makes the same bytes.
 *
 * @param key names the private key
 * @param slices name the residuals of each blob's rows, with the secret of the pass before them
 * @param to the feature holders
 */
record ResidualEncryption(
    Blobs blobs, RowPacking packing, byte[] key, byte[][] slices, List<PartyId> to)
    implements Serializable {
  /** Large enough that a file costs little against the encryption of what is in it. */
  static final int BLOB_CIPHERTEXTS = 1024;

  static final int SECRET_BYTES = 32;
  private static final int MAX_KEY_BYTES = 1 << 14;

  /** Which blob, and what it is called. */
  record Named(int number, byte[] digest) implements Serializable {}

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

  /** The number of the first blob that begins at a row or after it. */
  private int firstFrom(int row) {
    int rows = rowsPerBlob(packing);
    return (int) (((long) row + rows - 1) / rows);
  }

  /**
   * Puts what the tasks need into the own store.
   *
   * @param secret 32 bytes that the encryption's randomness follows from; of this pass and these
   *     residuals alone
   */
  static ResidualEncryption prepare(
      Blobs blobs,
      RowPacking packing,
      PaillierPrivateKey key,
      byte[] secret,
      long[] residuals,
      List<PartyId> to) {
    byte[] keyBytes = key.toBytes();
    byte[] keyName = blobs.put(blobs.self(), keyBytes);
    Arrays.fill(keyBytes, (byte) 0);
    int rows = rowsPerBlob(packing);
    byte[][] slices = new byte[blobs(packing)][];
    for (int number = 0; number < slices.length; number++) {
      int from = number * rows;
      int count = Math.min(rows, residuals.length - from);
      ByteBuffer slice = ByteBuffer.allocate(SECRET_BYTES + Long.BYTES * count).put(secret);
      slice.asLongBuffer().put(residuals, from, count);
      slices[number] = blobs.put(blobs.self(), slice.array());
      Arrays.fill(slice.array(), (byte) 0);
    }
    return new ResidualEncryption(blobs, packing, keyName, slices, to);
  }

  /** What {@link #prepare} has put into the own store, for when the pass is over. */
  List<byte[]> ownBlobs() {
    List<byte[]> all = new ArrayList<>(Arrays.asList(slices));
    all.add(key);
    return all;
  }

  /** The blobs that begin within this partition's rows. */
  static ArrayList<Named> encrypt(QuantisedBlock block, ResidualEncryption what) {
    int from = what.firstFrom(block.firstRow());
    int to = what.firstFrom(block.firstRow() + block.rows());
    return new ArrayList<>(IntStream.range(from, to).parallel().mapToObj(what::encrypt).toList());
  }

  private Named encrypt(int number) {
    PaillierPrivateKey privateKey = blobs.shared(key, MAX_KEY_BYTES, PaillierPrivateKey::fromBytes);
    int rows = rowsPerBlob(packing);
    byte[] slice = blobs.get(slices[number], SECRET_BYTES + Long.BYTES * rows);
    if (slice.length < SECRET_BYTES || slice.length % Long.BYTES != 0) {
      throw new CheckpointException("Not the residuals of a pass");
    }
    byte[] secret = Arrays.copyOf(slice, SECRET_BYTES);
    long[] residuals = new long[(slice.length - SECRET_BYTES) / Long.BYTES];
    ByteBuffer.wrap(slice, SECRET_BYTES, slice.length - SECRET_BYTES).asLongBuffer().get(residuals);
    PlaintextBlock plaintexts = packing.packSlice(privateKey.publicKey(), residuals, number * rows);
    byte[] body =
        privateKey
            .encrypt(plaintexts, Randomness.derive(secret, "logistic/residual blobs"))
            .toBytes();
    Arrays.fill(slice, (byte) 0);
    Arrays.fill(secret, (byte) 0);
    Arrays.fill(residuals, 0);
    byte[] digest = new byte[0];
    for (PartyId party : to) {
      digest = blobs.put(party, body);
    }
    return new Named(number, digest);
  }
}

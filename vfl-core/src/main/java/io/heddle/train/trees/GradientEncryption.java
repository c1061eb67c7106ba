// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Blobs;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Encrypts a tree's derivatives where the label holder's rows are, and puts them into the stores of
 * the feature holders. What a task needs for it, the key, the derivatives and the randomness, it
 * gets from the label holder's own store: the kernel and its result hold digests only. A task that
 * runs again makes the same bytes.
 *
 * @param key names the private key
 * @param slices name the plaintexts of each blob, with the secret of the tree before them
 * @param rows how many rows there are in all: each task has the blobs that fall to its share
 * @param to the feature holders
 */
record GradientEncryption(
    Blobs blobs,
    TreeScheme scheme,
    BlobLayout layout,
    byte[] key,
    byte[][] slices,
    int rows,
    List<PartyId> to)
    implements Serializable {
  static final int SECRET_BYTES = 32;
  private static final int MAX_KEY_BYTES = 1 << 14;

  /** No plaintext has more. */
  private static final int MAX_PLAINTEXT_BYTES = TreeTerms.MAX_KEY_BITS / 8;

  /** Which blob, and what it is called. */
  record Named(int number, byte[] digest) implements Serializable {}

  /** What all blobs of a tree are encrypted with, by the index of the plaintext. */
  static Randomness noise(byte[] secret) {
    return Randomness.derive(secret, "trees/gradient blobs");
  }

  /**
   * Puts what the tasks need into the own store.
   *
   * @param secret 32 bytes that {@link #noise} follows from; of this tree and these derivatives
   *     alone
   * @param plaintexts of each blob
   */
  static GradientEncryption prepare(
      Blobs blobs,
      TreeScheme scheme,
      AdditivePrivateKey key,
      byte[] secret,
      BlobLayout layout,
      IntFunction<PlaintextBlock> plaintexts,
      int rows,
      List<PartyId> to) {
    byte[] keyBytes = key.toBytes();
    byte[] keyName = blobs.put(blobs.self(), keyBytes);
    Arrays.fill(keyBytes, (byte) 0);
    byte[][] slices = new byte[layout.blobs()][];
    for (int number = 0; number < slices.length; number++) {
      byte[] slice = slice(secret, plaintexts.apply(number));
      slices[number] = blobs.put(blobs.self(), slice);
      Arrays.fill(slice, (byte) 0);
    }
    return new GradientEncryption(blobs, scheme, layout, keyName, slices, rows, to);
  }

  /** The secret, then all plaintexts at the width of the longest. */
  private static byte[] slice(byte[] secret, PlaintextBlock plaintexts) {
    int width = 1;
    for (int i = 0; i < plaintexts.size(); i++) {
      width = Math.max(width, (plaintexts.get(i).bitLength() + 7) / 8);
    }
    byte[] slice = Arrays.copyOf(secret, SECRET_BYTES + plaintexts.size() * width);
    for (int i = 0; i < plaintexts.size(); i++) {
      FixedWidth.put(plaintexts.get(i), slice, SECRET_BYTES + i * width, width);
    }
    return slice;
  }

  /** What {@link #prepare} has put into the own store, for when the tree is sent. */
  List<byte[]> ownBlobs() {
    List<byte[]> all = new ArrayList<>(Arrays.asList(slices));
    all.add(key);
    return all;
  }

  /** The first blob that does not fall to the rows before this one. */
  private int firstFrom(int row) {
    return (int) (((long) row * layout.blobs() + rows - 1) / rows);
  }

  /** A kernel: the blobs that fall to a partition. */
  static ArrayList<Named> encrypt(BinnedBlock block, GradientEncryption what) {
    int from = what.firstFrom(block.firstRow());
    int to = what.firstFrom(block.firstRow() + block.rows());
    return new ArrayList<>(IntStream.range(from, to).parallel().mapToObj(what::encrypt).toList());
  }

  private Named encrypt(int number) {
    AdditivePrivateKey privateKey = blobs.shared(key, MAX_KEY_BYTES, scheme::privateKey);
    int count = layout.to(number) - layout.from(number);
    byte[] slice = blobs.get(slices[number], SECRET_BYTES + count * MAX_PLAINTEXT_BYTES);
    int width = (slice.length - SECRET_BYTES) / count;
    if (width < 1 || slice.length != SECRET_BYTES + count * width) {
      throw new CheckpointException("Not the derivatives of a tree");
    }
    byte[] secret = Arrays.copyOf(slice, SECRET_BYTES);
    List<BigInteger> plaintexts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      plaintexts.add(FixedWidth.get(slice, SECRET_BYTES + i * width, width));
    }
    byte[] body =
        privateKey
            .encrypt(PlaintextBlock.of(layout.from(number), plaintexts), noise(secret))
            .toBytes();
    Arrays.fill(slice, (byte) 0);
    Arrays.fill(secret, (byte) 0);
    byte[] digest = new byte[0];
    for (PartyId party : to) {
      digest = blobs.put(party, body);
    }
    return new Named(number, digest);
  }
}

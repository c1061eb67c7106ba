// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Blobs;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.party.PartyId;
import io.heddle.train.shared.BlobEncryption;
import io.heddle.train.shared.BlobEncryption.Named;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Encrypts a tree's derivatives where the label holder's rows are.
 *
 * @param rows how many rows there are in all: each task has the blobs that fall to its share
 * @param encryption has a blob's plaintexts at the width of its longest
 */
record GradientEncryption(TreeScheme scheme, BlobLayout layout, int rows, BlobEncryption encryption)
    implements Serializable {
  /** No plaintext has more. */
  private static final int MAX_PLAINTEXT_BYTES = TreeTerms.MAX_KEY_BITS / 8;

  /** What all blobs of a tree are encrypted with, by the index of the plaintext. */
  static Randomness noise(byte[] secret) {
    return Randomness.derive(secret, "trees/gradient blobs");
  }

  /**
   * Puts what the tasks need into the own store.
   *
   * @param secret that {@link #noise} follows from; of this tree and these derivatives alone
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
    return new GradientEncryption(
        scheme,
        layout,
        rows,
        BlobEncryption.prepare(
            blobs,
            key.toBytes(),
            secret,
            layout.blobs(),
            number -> bytes(plaintexts.apply(number)),
            to));
  }

  private static byte[] bytes(PlaintextBlock plaintexts) {
    int width = 1;
    for (int i = 0; i < plaintexts.size(); i++) {
      width = Math.max(width, (plaintexts.get(i).bitLength() + 7) / 8);
    }
    byte[] bytes = new byte[plaintexts.size() * width];
    for (int i = 0; i < plaintexts.size(); i++) {
      FixedWidth.put(plaintexts.get(i), bytes, i * width, width);
    }
    return bytes;
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
    AdditivePrivateKey key = encryption.key(scheme::privateKey);
    int first = layout.from(number);
    int count = layout.to(number) - first;
    return encryption.encrypt(
        number,
        count,
        MAX_PLAINTEXT_BYTES,
        (secret, numbers) ->
            key.encrypt(plaintexts(first, count, numbers), noise(secret)).toBytes());
  }

  private static PlaintextBlock plaintexts(int first, int count, byte[] numbers) {
    int width = numbers.length / count;
    List<BigInteger> plaintexts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      plaintexts.add(FixedWidth.get(numbers, i * width, width));
    }
    return PlaintextBlock.of(first, plaintexts);
  }
}

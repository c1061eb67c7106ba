// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Blobs;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextAssembly;
import io.heddle.table.Shared;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Where a feature holder's executors get a tree's ciphertexts from, each those of its own rows: all
 * of it public or theirs.
 *
 * @param sample the rows that the tree is grown on, ascending
 * @param columns that may split it
 * @param slots where the rows stand in their plaintexts
 * @param pieces the ciphertexts of the sample, in its order
 */
record GradientSlices(
    AdditivePublicKey key, int[] sample, int[] columns, RowSlots slots, Pieces pieces)
    implements Serializable {

  /** Ciphertexts in pieces of equal size, the last one smaller. */
  sealed interface Pieces extends Serializable {
    /** How many are in each. */
    int ciphertexts();

    /** A piece's bytes. */
    byte[] get(AdditivePublicKey key, int number);
  }

  /** What the label holder has sent over its link, in {@link GradientPieces}. */
  record Handed(List<Shared<byte[]>> bytes) implements Pieces {
    @Override
    public int ciphertexts() {
      return GradientPieces.CIPHERTEXTS;
    }

    @Override
    public byte[] get(AdditivePublicKey key, int number) {
      return bytes.get(number).value();
    }
  }

  /** What lies in this party's store. */
  record Stored(Blobs blobs, BlobLayout layout, byte[][] digests) implements Pieces {
    @Override
    public int ciphertexts() {
      return BlobLayout.CIPHERTEXTS;
    }

    @Override
    public byte[] get(AdditivePublicKey key, int number) {
      return layout.get(blobs, key, number, digests[number]);
    }
  }

  /**
   * A kernel: what stands for a partition as long as the tree is grown. Checks its ciphertexts.
   *
   * @throws io.heddle.error.ProtocolException if one cannot be used
   */
  static GradientBlock of(BinnedBlock block, GradientSlices what) {
    int from = block.from(what.sample);
    int to = block.to(what.sample);
    SlotRows placed = new SlotRows(from, to - from, what.slots.rowsPerPlaintext());
    int first = placed.from();
    int end = placed.to();
    CiphertextAssembly ciphertexts = new CiphertextAssembly(what.key, end - first);
    GradientPieces checked =
        new GradientPieces(end - first, what.key.ciphertextBytes(), ciphertexts::add);
    int all = what.slots.plaintexts(what.sample.length);
    int each = what.pieces.ciphertexts();
    for (int start = first - first % each; start < end; start += each) {
      int count = Math.min(each, all - start);
      byte[] piece = what.pieces.get(what.key, start / each);
      checked.add(piece, Math.max(first - start, 0), Math.min(end - start, count));
    }
    return new GradientBlock(
        from,
        to - from,
        GradientBlock.bins(
            block.bins(),
            block.firstRow(),
            Arrays.copyOfRange(what.sample, from, to),
            what.columns),
        ciphertexts.block());
  }
}

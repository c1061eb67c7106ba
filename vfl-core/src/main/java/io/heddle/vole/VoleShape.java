// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** What both parties of one use have alike: trees, code, and how masks follow from transfers. */
final class VoleShape {
  private static final byte[] PRODUCTS =
      "heddle vole products v1".getBytes(StandardCharsets.US_ASCII);
  private static final int ROW = Noise.PLACES * Elements.WORDS;

  private final Trees trees;
  private final ExpandConvolute code;
  private final byte[] binding;

  VoleShape(VoleUse use, byte[] binding, int size) {
    this.binding = binding;
    int leaves = Noise.partSize(size);
    trees =
        new Trees(
            Noise.PLACES,
            leaves,
            use.agreed(binding, "heddle vole trees v1", Trees.keyBytes(leaves)));
    code =
        new ExpandConvolute(
            use.agreed(binding, "heddle vole code v1", ExpandConvolute.SEED_BYTES), size);
  }

  /** A size that vectors can have: some elements behind are of no use then. */
  static int roundUp(int size) {
    return (size + 3) & ~3;
  }

  Trees trees() {
    return trees;
  }

  ExpandConvolute code() {
    return code;
  }

  /** How many transfers take part in growing trees. */
  int transfers() {
    return Noise.PLACES * trees.depth();
  }

  /** Seeds of masks from those of the transfers' columns, which serve another purpose too. */
  byte[] maskSeeds(byte[] columnSeeds) {
    byte[] seeds = new byte[columnSeeds.length];
    MessageDigest sha256 = Sha256.newDigest();
    for (int at = 0; at < seeds.length; at += SeedStream.SEED_BYTES) {
      sha256.update(PRODUCTS);
      sha256.update(binding);
      sha256.update(columnSeeds, at, SeedStream.SEED_BYTES);
      System.arraycopy(sha256.digest(), 0, seeds, at, SeedStream.SEED_BYTES);
    }
    return seeds;
  }

  /** The mask of one bit's products. */
  static long[] mask(byte[] maskSeeds, int bit) {
    return new SeedStream(maskSeeds, bit * SeedStream.SEED_BYTES).words(ROW);
  }

  /** For each tree the sum of its leaves. */
  static long[] sumsOfLeaves(long[] leaves) {
    long[] all = new long[ROW];
    for (int from = 0; from < leaves.length; from += ROW) {
      for (int i = 0; i < ROW; i++) {
        all[i] ^= leaves[from + i];
      }
    }
    return all;
  }
}

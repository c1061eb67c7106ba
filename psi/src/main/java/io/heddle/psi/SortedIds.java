// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One party's ids in byte order, so that no message depends on the order in which a table was read.
 * Nobody sees this order: it is shuffled in secret before anything leaves.
 */
final class SortedIds {
  private final List<byte[]> given;
  private final byte[][] sorted;

  private SortedIds(List<byte[]> given, byte[][] sorted) {
    this.given = given;
    this.sorted = sorted;
  }

  /**
   * Sorts a list, which stays as it is and must not change.
   *
   * @throws IllegalArgumentException if there are too many ids, or one stands twice
   */
  static SortedIds of(List<byte[]> ids) {
    if (ids.size() > PsiLimits.LARGEST_SET) {
      throw new IllegalArgumentException(
          "Invalid set of " + ids.size() + " ids: must be at most " + PsiLimits.LARGEST_SET);
    }
    byte[][] sorted = ids.toArray(byte[][]::new);
    Arrays.parallelSort(sorted, Arrays::compareUnsigned);
    int duplicates = 0;
    for (int i = 1; i < sorted.length; i++) {
      if (Arrays.equals(sorted[i - 1], sorted[i])) {
        duplicates++;
      }
    }
    if (duplicates > 0) {
      throw new IllegalArgumentException(
          duplicates + " of " + ids.size() + " ids stand in the list already: each may once");
    }
    return new SortedIds(ids, sorted);
  }

  /** The ids in byte order, bytes taken as unsigned. */
  List<byte[]> ids() {
    return Collections.unmodifiableList(Arrays.asList(sorted));
  }

  /** SHA-256 over the set: for each id its 32-bit length and itself. */
  byte[] digest() {
    MessageDigest sha256 = Sha256.newDigest();
    for (byte[] id : sorted) {
      sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(id.length).array());
      sha256.update(id);
    }
    return sha256.digest();
  }

  /** Where the ids at these places in byte order stand in the given list; the order is kept. */
  int[] rows(int[] places) {
    if (places.length == 0) {
      return places;
    }
    int[] rowAt = new int[sorted.length];
    IntStream.range(0, sorted.length)
        .parallel()
        .forEach(
            row ->
                rowAt[Arrays.binarySearch(sorted, given.get(row), Arrays::compareUnsigned)] = row);
    return Arrays.stream(places).map(place -> rowAt[place]).toArray();
  }
}

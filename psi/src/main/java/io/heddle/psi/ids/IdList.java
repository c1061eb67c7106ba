// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ids;

import io.heddle.crypto.Sha256;
import java.security.MessageDigest;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Ids one behind the other in a single array: ten million are a few objects. As a list it gives
 * copies; whoever reads all of them reads {@link #bytes} from {@link #start} to {@link #end}. Safe
 * for use by several threads as long as nobody writes to the arrays.
 */
public final class IdList extends AbstractList<byte[]> implements RandomAccess {
  /** All ids of a list together. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private static final int BLOCK_BYTES = 1 << 13;

  private final byte[] bytes;
  private final int[] ends;
  private final int size;
  private volatile @Nullable IdOrder order;
  private volatile byte @Nullable [] digest;

  /**
   * A view of arrays, which are not copied.
   *
   * @param ends where each id ends, and the next one begins
   * @param size how many of the ends count
   */
  public IdList(byte[] bytes, int[] ends, int size) {
    this.bytes = bytes;
    this.ends = ends;
    Objects.checkFromToIndex(0, size, ends.length);
    this.size = size;
  }

  /**
   * The ids of any list: itself if it is one of these.
   *
   * @throws IllegalArgumentException if they take more than 2 GiB
   */
  public static IdList of(List<byte[]> ids) {
    if (ids instanceof IdList list) {
      return list;
    }
    int[] ends = new int[ids.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += ids.get(i).length;
      ends[i] = (int) Math.min(end, MAX_BYTES);
    }
    if (end > MAX_BYTES) {
      throw new IllegalArgumentException(
          "Invalid ids of " + end + " bytes together: must be at most " + MAX_BYTES);
    }
    byte[] bytes = new byte[(int) end];
    IdList list = new IdList(bytes, ends, ends.length);
    for (int i = 0; i < ends.length; i++) {
      System.arraycopy(ids.get(i), 0, bytes, list.start(i), list.length(i));
    }
    return list;
  }

  /** Names of {@code width} bytes each, which are not copied. */
  public static IdList of(byte[] flat, int width) {
    int[] ends = new int[flat.length / width];
    Arrays.setAll(ends, i -> (i + 1) * width);
    return new IdList(flat, ends, ends.length);
  }

  /** All ids; not to be changed. There may be more bytes behind the last one. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where an id begins in {@link #bytes}. */
  public int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /** Where it ends. */
  public int end(int index) {
    return ends[index];
  }

  /** How many bytes it has. */
  public int length(int index) {
    return ends[index] - start(index);
  }

  @Override
  public int size() {
    return size;
  }

  /** A copy. */
  @Override
  public byte[] get(int index) {
    byte[] id = new byte[length(Objects.checkIndex(index, size))];
    System.arraycopy(bytes, start(index), id, 0, id.length);
    return id;
  }

  /** The order of these ids by their bytes; sorted at the first call and kept. */
  public IdOrder order() {
    IdOrder sorted = order;
    if (sorted == null) {
      sorted = new IdSort(this).sort();
      order = sorted;
    }
    return sorted;
  }

  /** The ids at some places, in the order of these. */
  public IdList select(int[] places) {
    int[] selected = new int[places.length];
    int end = 0;
    for (int i = 0; i < places.length; i++) {
      end = Math.addExact(end, length(Objects.checkIndex(places[i], size)));
      selected[i] = end;
    }
    byte[] copy = new byte[end];
    int to = 0;
    for (int place : places) {
      int from = start(place);
      int length = ends[place] - from;
      System.arraycopy(bytes, from, copy, to, length);
      to += length;
    }
    return new IdList(copy, selected, selected.length);
  }

  /** SHA-256 over all ids as they stand: for each its 32-bit length and itself. */
  public byte[] digest() {
    byte[] known = digest;
    if (known == null) {
      MessageDigest sha256 = Sha256.newDigest();
      update(sha256);
      known = sha256.digest();
      digest = known;
    }
    return known.clone();
  }

  /** Puts all ids into a digest: for each its 32-bit length and itself. */
  public void update(MessageDigest sha256) {
    // A digest is fast on blocks, slow on single ids.
    byte[] block = new byte[BLOCK_BYTES];
    int filled = 0;
    for (int i = 0; i < size; i++) {
      int from = start(i);
      int length = ends[i] - from;
      if (length > BLOCK_BYTES - Integer.BYTES - filled) {
        sha256.update(block, 0, filled);
        filled = 0;
      }
      block[filled++] = (byte) (length >>> 24);
      block[filled++] = (byte) (length >>> 16);
      block[filled++] = (byte) (length >>> 8);
      block[filled++] = (byte) length;
      if (length > BLOCK_BYTES - filled) {
        sha256.update(block, 0, filled);
        sha256.update(bytes, from, length);
        filled = 0;
      } else {
        System.arraycopy(bytes, from, block, filled, length);
        filled += length;
      }
    }
    sha256.update(block, 0, filled);
  }
}

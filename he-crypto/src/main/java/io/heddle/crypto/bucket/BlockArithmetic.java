// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import io.heddle.crypto.Cores;
import io.heddle.crypto.kernel.Kernel;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/**
 * Spreads operations on blocks of residues over the cores and counts what they cost. Safe for use
 * by several threads; the numbers that come out do not depend on how many there are.
 */
public final class BlockArithmetic {
  /** Below this a list is not cut: a list more costs as much as a sixth of a multiplication. */
  private static final int SHORTEST_PIECE = 16;

  /** How long pieces should be that are cut for the cache's sake. */
  private static final int TILED_PIECE = 16;

  /** Factors that are in so many lists on average are prepared. */
  private static final int OFTEN = 3;

  private static final int SMALLEST_TILE = 128;
  private static final int LARGEST_TILE_BYTES = 2 << 20;

  /** A core should not be asked for less. */
  private static final int SMALLEST_PART = 256;

  /** The last part is waited for, so parts are short. */
  private static final int PARTS_PER_THREAD = 8;

  private final Modulus modulus;
  private final LongAdder multiplications = new LongAdder();
  private final LongAdder squarings = new LongAdder();
  private final LongAdder inversions = new LongAdder();

  /** Works modulo this number. */
  public BlockArithmetic(Modulus modulus) {
    this.modulus = modulus;
  }

  /** The modulus, for what costs no multiplication. */
  public Modulus modulus() {
    return modulus;
  }

  /** How many multiplications of two numbers were asked for so far. */
  public long multiplications() {
    return multiplications.sum();
  }

  /** How many squarings were asked for so far; they are no multiplications. */
  public long squarings() {
    return squarings.sum();
  }

  /** How many inversions were made so far, besides the multiplications that batch them. */
  public long inversions() {
    return inversions.sum();
  }

  /** For each list of places the product of the factors there; 1 for an empty list. */
  public Residues products(Residues factors, Lists lists) {
    int[] starts = lists.starts();
    int nonEmpty = 0;
    for (int i = 0; i + 1 < starts.length; i++) {
      nonEmpty += starts[i] < starts[i + 1] ? 1 : 0;
    }
    multiplications.add(lists.factors() - nonEmpty);
    if (lists.factors() < (long) OFTEN * factors.size()) {
      return cutAndMultiply(factors, lists.places(), starts);
    }
    int tile = tile(factors.size(), lists.factors(), nonEmpty);
    boolean near = (long) factors.size() * modulus.bytes() <= LARGEST_TILE_BYTES;
    if (tile == 0 && !near) {
      // Fetching what factors are prepared with would take as long as it saves.
      return cutAndMultiply(factors, lists.places(), starts);
    }
    if (tile == 0) {
      Residues prepared =
          inLanes(factors.size(), (from, to) -> modulus.prepare(factors.slice(from, to)));
      return cutAndMultiply(prepared, lists.places(), starts);
    }
    Tiles tiles = Tiles.cut(lists, factors.size(), tile);
    Residues pieces =
        concat(
            tiles.size(),
            i -> {
              int from = i * tile;
              Residues some = factors.slice(from, Math.min(factors.size(), from + tile));
              return modulus.products(modulus.prepare(some), tiles.places(), tiles.starts(i));
            });
    return cutAndMultiply(pieces, tiles.joins().places(), tiles.joins().starts());
  }

  /**
   * How many neighbouring factors to take together, or 0 for all: as few as leave lists long
   * enough, if that gives each core several tiles. A tile's factors and what they are prepared with
   * stay in the cache while all lists take from it.
   */
  private int tile(int factors, int places, int lists) {
    if (lists == 0) {
      return 0;
    }
    long tile = Math.max(SMALLEST_TILE, (long) TILED_PIECE * factors * lists / places);
    boolean several = tile * parts(factors, SMALLEST_TILE) <= factors;
    return several && tile * modulus.bytes() <= LARGEST_TILE_BYTES ? (int) tile : 0;
  }

  /**
   * Long lists in pieces, so that each core and each lane has an equal share whatever the lists'
   * lengths; as many multiplications as without.
   */
  private Residues cutAndMultiply(Residues factors, int[] places, int[] starts) {
    int lists = starts.length - 1;
    int total = starts[lists] - starts[0];
    int parts = parts(total, SMALLEST_PART);
    int longest = Math.max(SHORTEST_PIECE, total / (32 * Kernel.lanes() * parts));
    int[] firstPiece = new int[lists + 1];
    for (int i = 0; i < lists; i++) {
      int length = starts[i + 1] - starts[i];
      firstPiece[i + 1] = firstPiece[i] + Math.max(1, (length + longest - 1) / longest);
    }
    int pieces = firstPiece[lists];
    if (pieces == lists) {
      return inParts(factors, places, starts, parts);
    }
    int[] cuts = new int[pieces + 1];
    for (int i = 0; i < lists; i++) {
      int count = firstPiece[i + 1] - firstPiece[i];
      long length = (long) starts[i + 1] - starts[i];
      for (int k = 0; k < count; k++) {
        cuts[firstPiece[i] + k] = starts[i] + (int) (length * k / count);
      }
    }
    cuts[pieces] = starts[lists];
    int[] all = new int[pieces];
    Arrays.setAll(all, k -> k);
    return cutAndMultiply(inParts(factors, places, cuts, parts), all, firstPiece);
  }

  private Residues inParts(Residues factors, int[] places, int[] starts, int parts) {
    int lists = starts.length - 1;
    if (parts <= 1) {
      return modulus.products(factors, places, starts);
    }
    long total = (long) starts[lists] - starts[0];
    int[] bounds = new int[parts + 1];
    int list = 0;
    for (int part = 1; part <= parts; part++) {
      long end = starts[0] + total * part / parts;
      while (list < lists && (part == parts || starts[list + 1] <= end)) {
        list++;
      }
      bounds[part] = list;
    }
    return concat(
        parts,
        part ->
            modulus.products(
                factors, places, Arrays.copyOfRange(starts, bounds[part], bounds[part + 1] + 1)));
  }

  /**
   * {@code target[targetAt[k]] *= factors[factorAt[k]]} in the calling thread, for whoever has
   * spread his work already.
   */
  public void multiplyInto(
      Residues target, int[] targetAt, Residues factors, int[] factorAt, int count) {
    multiplications.add(count);
    modulus.multiplyInto(target, targetAt, factors, factorAt, count);
  }

  /** Number by number, in the calling thread. */
  public Residues multiply(Residues left, Residues right) {
    multiplications.add(left.size());
    return modulus.multiply(left, right);
  }

  /** Each number squared {@code times} times over, in the calling thread. */
  public Residues square(Residues residues, int times) {
    squarings.add((long) residues.size() * times);
    return modulus.square(residues, times);
  }

  /**
   * The inverse of each number.
   *
   * @throws ArithmeticException if one has none
   */
  public Residues inverse(Residues residues) {
    if (residues.size() > 0) {
      inversions.increment();
      multiplications.add(3L * (residues.size() - 1));
    }
    return modulus.inverse(residues);
  }

  /** Cuts a number of items that are worked on side by side, and joins the parts' results. */
  public Residues inLanes(int items, Range work) {
    int lanes = Kernel.lanes();
    int groups = (items + lanes - 1) / lanes;
    int parts = parts(groups, 1);
    return concat(
        parts,
        part -> {
          int from = (int) ((long) groups * part / parts) * lanes;
          int to = (int) ((long) groups * (part + 1) / parts) * lanes;
          return work.apply(from, Math.min(items, to));
        });
  }

  private Residues concat(int parts, IntFunction<Residues> work) {
    if (parts == 1) {
      return work.apply(0);
    }
    return modulus.concat(Cores.each(parts, work));
  }

  private static int parts(int work, int smallest) {
    int threads = Cores.threads();
    int wanted = threads == 1 ? 1 : PARTS_PER_THREAD * threads;
    return Math.max(1, Math.min(wanted, work / smallest));
  }

  /** Some work on the items from {@code from} inclusive to {@code to} exclusive. */
  @FunctionalInterface
  public interface Range {
    /** One or more numbers per item, items in order. */
    Residues apply(int from, int to);
  }
}

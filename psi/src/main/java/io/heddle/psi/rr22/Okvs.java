// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.vole.Elements;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A vector in which each key finds its value as the sum of three places and of some of a few dense
 * ones, and which under a mask says nothing about the keys. Keys are dealt into clusters, each with
 * its own part of the vector, small enough for the processor's cache. Items lie two words each,
 * keys as well as values, and keys are taken as random bits. (Raghuraman, Rindal, eprint 2022/320,
 * section 4: weight 3, binary dense part.)
 */
final class Okvs {
  /** Dense places: 40, 7 for as many clusters as there may be, and what the paper's gap takes. */
  static final int DENSE = 56;

  private static final int WORDS = Elements.WORDS;
  private static final int HASHES = 3;
  // A core above this has never been seen where the paper's expansion holds.
  private static final int LARGEST_CORE = 4096;
  private static final int AHEAD = 64;
  private static final long ONE = 1L << Integer.SIZE;

  private final int clusters;
  private final int sparse;

  /**
   * @param clusterKeys the most keys of a cluster
   * @param expansion sparse places for each key
   */
  Okvs(int clusters, int clusterKeys, double expansion) {
    this.clusters = clusters;
    sparse = Math.max(HASHES, (int) Math.ceil(clusterKeys * expansion));
  }

  /**
   * Where peeling leaves nothing that the dense part cannot take, but with a probability of 2^-bits
   * for one cluster: the line that the paper's authors fitted to experiments (section 4.1 and their
   * implementation's parameters; the threshold of peeling is 1.222).
   */
  static double expansion(int keys, int bits) {
    double logKeys = StrictMath.log(keys) / StrictMath.log(2);
    double logWeight = StrictMath.log(HASHES) / StrictMath.log(2);
    double slope =
        StrictMath.pow(
            2,
            0.555 * logKeys
                + 0.093 * StrictMath.pow(logWeight, 3)
                - 1.01 * StrictMath.pow(logWeight, 2)
                + 2.925 * logWeight
                - 0.133);
    return 1.223 + (bits + 9.2) / slope;
  }

  /** Elements of the vector. */
  int size() {
    return Math.multiplyExact(clusters, clusterSize());
  }

  private int clusterSize() {
    return sparse + DENSE;
  }

  private static long mix(long word) {
    long mixed = (word ^ (word >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  private static long dense(long high, long low) {
    return mix(mix(low) + high) >>> (Long.SIZE - DENSE);
  }

  /**
   * Writes the three places of a key in its cluster, all different, by all of its first word and
   * the upper half of its second one.
   */
  private void places(long high, long low, int[] into, int at) {
    int one = (int) (((high >>> Integer.SIZE) * sparse) >>> Integer.SIZE);
    int two = (int) (((high & 0xffffffffL) * (sparse - 1)) >>> Integer.SIZE);
    int three = (int) (((low >>> Integer.SIZE) * (sparse - 2)) >>> Integer.SIZE);
    two += two >= one ? 1 : 0;
    int lower = Math.min(one, two);
    int upper = Math.max(one, two);
    three += three >= lower ? 1 : 0;
    three += three >= upper ? 1 : 0;
    into[at] = one;
    into[at + 1] = two;
    into[at + 2] = three;
  }

  /** The vector, or null if there is none; over all cores. */
  long @Nullable [] encode(Items items) {
    long[] vector = new long[WORDS * size()];
    AtomicBoolean failed = new AtomicBoolean();
    IntStream.range(0, clusters)
        .parallel()
        .forEach(
            cluster -> {
              if (!new Encoding(items, cluster, vector).run()) {
                failed.set(true);
              }
            });
    return failed.get() ? null : vector;
  }

  /** Makes one cluster's part of the vector. */
  private final class Encoding {
    private final long[] keys;
    private final long[] values;
    // The first word of the first key, and how many there are.
    private final int from;
    private final int count;
    // The first word of the part.
    private final int base;
    private final long[] vector;
    private final int[] places;
    private final int[] order;
    private final int[] own;

    Encoding(Items items, int cluster, long[] vector) {
      keys = items.keys();
      values = items.values();
      from = WORDS * items.start(cluster);
      count = items.start(cluster + 1) - items.start(cluster);
      base = WORDS * cluster * clusterSize();
      this.vector = vector;
      places = new int[HASHES * count];
      order = new int[count];
      own = new int[count];
    }

    /** Whether there is one. */
    boolean run() {
      for (int i = 0; i < count; i++) {
        places(key(i), key2(i), places, HASHES * i);
      }
      int peeled = peel();
      if (peeled < count && !solveCore(peeled)) {
        return false;
      }
      DenseSums sums = peeled < count ? new DenseSums(vector, base + WORDS * sparse) : null;
      for (int k = peeled - 1; k >= 0; k--) {
        int i = order[k];
        long high = values[from + WORDS * i];
        long low = values[from + WORDS * i + 1];
        if (sums != null) {
          long dense = dense(key(i), key2(i));
          high ^= sums.high(dense);
          low ^= sums.low(dense);
        }
        // The key's own place still holds 0.
        for (int at = HASHES * i; at < HASHES * (i + 1); at++) {
          high ^= vector[base + WORDS * places[at]];
          low ^= vector[base + WORDS * places[at] + 1];
        }
        vector[base + WORDS * own[k]] = high;
        vector[base + WORDS * own[k] + 1] = low;
      }
      return true;
    }

    private long key(int i) {
      return keys[from + WORDS * i];
    }

    private long key2(int i) {
      return keys[from + WORDS * i + 1];
    }

    /**
     * Takes off keys that are alone at a place, until there is none. First come, first served: so
     * the next ones do not hang on this one, and the processor waits for several at once.
     */
    private int peel() {
      // How many keys are at a place, and which, added up without carry.
      long[] nodes = new long[sparse];
      for (int at = 0; at < places.length; at += HASHES) {
        int i = at / HASHES;
        for (int k = at; k < at + HASHES; k++) {
          nodes[places[k]] = (nodes[places[k]] ^ i) + ONE;
        }
      }
      int[] alone = new int[sparse];
      int waiting = 0;
      for (int place = 0; place < sparse; place++) {
        if (nodes[place] >>> Integer.SIZE == 1) {
          alone[waiting++] = place;
        }
      }
      int peeled = 0;
      for (int next = 0; next < waiting; next++) {
        int place = alone[next];
        long node = nodes[place];
        if (node >>> Integer.SIZE != 1) {
          continue;
        }
        int i = (int) node;
        order[peeled] = i;
        own[peeled++] = place;
        for (int at = HASHES * i; at < HASHES * (i + 1); at++) {
          int other = places[at];
          long left = (nodes[other] ^ i) - ONE;
          nodes[other] = left;
          if (left >>> Integer.SIZE == 1) {
            alone[waiting++] = other;
          }
        }
      }
      return peeled;
    }

    /** Solves what peeling has left, over the places it has and the dense ones. */
    private boolean solveCore(int peeled) {
      int rows = count - peeled;
      if (rows > LARGEST_CORE) {
        return false;
      }
      BitSet done = new BitSet(count);
      for (int k = 0; k < peeled; k++) {
        done.set(order[k]);
      }
      BitSet[] matrix = new BitSet[rows];
      long[] right = new long[WORDS * rows];
      for (int row = 0, i = 0; row < rows; row++, i++) {
        i = done.nextClearBit(i);
        matrix[row] = row(i);
        right[WORDS * row] = values[from + WORDS * i];
        right[WORDS * row + 1] = values[from + WORDS * i + 1];
      }
      int[] pivots = new int[rows];
      for (int row = 0; row < rows; row++) {
        int pivot = matrix[row].nextSetBit(0);
        if (pivot < 0) {
          return false;
        }
        pivots[row] = pivot;
        for (int other = 0; other < rows; other++) {
          if (other != row && matrix[other].get(pivot)) {
            matrix[other].xor(matrix[row]);
            right[WORDS * other] ^= right[WORDS * row];
            right[WORDS * other + 1] ^= right[WORDS * row + 1];
          }
        }
      }
      // Places that are no pivot stay 0.
      for (int row = 0; row < rows; row++) {
        vector[base + WORDS * pivots[row]] = right[WORDS * row];
        vector[base + WORDS * pivots[row] + 1] = right[WORDS * row + 1];
      }
      return true;
    }

    /** The places of a key, dense ones behind the others. */
    private BitSet row(int i) {
      BitSet row = new BitSet(clusterSize());
      for (int at = HASHES * i; at < HASHES * (i + 1); at++) {
        row.set(places[at]);
      }
      long dense = dense(key(i), key2(i));
      for (int bit = 0; bit < DENSE; bit++) {
        row.set(sparse + bit, ((dense >>> bit) & 1) != 0);
      }
      return row;
    }
  }

  /** Reads in a vector, which must not change then. */
  Decoder decoder(long[] vector) {
    return new Decoder(vector);
  }

  /** Finds values. Safe for several threads. */
  final class Decoder {
    private final long[] vector;
    private final DenseSums[] sums = new DenseSums[clusters];

    private Decoder(long[] vector) {
      this.vector = vector;
      for (int cluster = 0; cluster < clusters; cluster++) {
        sums[cluster] = new DenseSums(vector, WORDS * (cluster * clusterSize() + sparse));
      }
    }

    /**
     * Adds what some keys find.
     *
     * @param into two words for each, from the beginning on
     */
    void decode(Items items, int from, int to, long[] into) {
      int cluster = 0;
      while (from < to && items.start(cluster + 1) <= from) {
        cluster++;
      }
      for (int first = from; first < to; cluster++) {
        int last = Math.min(to, items.start(cluster + 1));
        decode(cluster, items.keys(), first, last, into, WORDS * (first - from));
        first = last;
      }
    }

    private void decode(int cluster, long[] keys, int from, int to, long[] into, int at) {
      int base = WORDS * cluster * clusterSize();
      int[] places = new int[HASHES * AHEAD];
      for (int first = from; first < to; first += AHEAD) {
        int count = Math.min(AHEAD, to - first);
        for (int i = 0; i < count; i++) {
          places(keys[WORDS * (first + i)], keys[WORDS * (first + i) + 1], places, HASHES * i);
        }
        int out = at + WORDS * (first - from);
        addPlaces(vector, base, places, count, into, out);
        addDense(sums[cluster], keys, first, count, into, out);
      }
    }

    private static void addPlaces(
        long[] vector, int base, int[] places, int count, long[] into, int at) {
      for (int i = 0; i < count; i++) {
        int one = base + WORDS * places[HASHES * i];
        int two = base + WORDS * places[HASHES * i + 1];
        int three = base + WORDS * places[HASHES * i + 2];
        into[at + WORDS * i] ^= vector[one] ^ vector[two] ^ vector[three];
        into[at + WORDS * i + 1] ^= vector[one + 1] ^ vector[two + 1] ^ vector[three + 1];
      }
    }

    private static void addDense(
        DenseSums sums, long[] keys, int first, int count, long[] into, int at) {
      for (int i = 0; i < count; i++) {
        int key = WORDS * (first + i);
        long dense = dense(keys[key], keys[key + 1]);
        into[at + WORDS * i] ^= sums.high(dense);
        into[at + WORDS * i + 1] ^= sums.low(dense);
      }
    }
  }

  /** Sums of dense places, eight at a time. */
  private static final class DenseSums {
    private static final int VALUES = 256;

    private final long[] sums = new long[DENSE / Byte.SIZE * VALUES * WORDS];

    /**
     * @param base the first word of the dense places
     */
    DenseSums(long[] vector, int base) {
      for (int bit = 0; bit < DENSE; bit++) {
        int row = bit / Byte.SIZE * VALUES;
        int value = 1 << (bit % Byte.SIZE);
        for (int rest = 0; rest < value; rest++) {
          int to = WORDS * (row + value + rest);
          int from = WORDS * (row + rest);
          sums[to] = sums[from] ^ vector[base + WORDS * bit];
          sums[to + 1] = sums[from + 1] ^ vector[base + WORDS * bit + 1];
        }
      }
    }

    long high(long dense) {
      return sum(dense, 0);
    }

    long low(long dense) {
      return sum(dense, 1);
    }

    private long sum(long dense, int word) {
      long sum = 0;
      for (int k = 0; k < DENSE / Byte.SIZE; k++) {
        sum ^= sums[WORDS * (k * VALUES + ((int) (dense >>> (k * Byte.SIZE)) & 0xff)) + word];
      }
      return sum;
    }
  }
}

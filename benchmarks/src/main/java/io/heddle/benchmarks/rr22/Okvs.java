// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A vector in which each key finds its value as the sum of three places and of some of a few dense
 * ones, and which says nothing else about the keys. Items lie two words each, keys as well as
 * values, and keys are taken as random bits. (Raghuraman, Rindal, eprint 2022/320: weight 3, binary
 * dense part.)
 */
final class Okvs {
  /** Dense places: 40 and at most 3 that the paper's gap takes, in whole bytes. */
  static final int DENSE = 48;

  private static final int HASHES = 3;
  // A core above this has never been seen where the paper's expansion holds.
  private static final int LARGEST_CORE = 4096;
  private static final int AHEAD = 64;
  private static final long ONE = 1L << Integer.SIZE;

  private final int keys;
  private final int sparse;

  /** For so many keys, failing with a probability of 2^-40. */
  Okvs(int keys) {
    this(keys, expansion(keys));
  }

  /**
   * @param expansion sparse places for each key
   */
  Okvs(int keys, double expansion) {
    this.keys = keys;
    sparse = Math.max(HASHES, (int) Math.ceil(keys * expansion));
  }

  /**
   * Where peeling leaves nothing that the dense part cannot take, but with a probability of 2^-40:
   * the line that the paper's authors fitted to experiments (their implementation's parameters; the
   * threshold of peeling is 1.222).
   */
  static double expansion(int keys) {
    double logKeys = Math.log(keys) / Math.log(2);
    double logWeight = Math.log(HASHES) / Math.log(2);
    double slope =
        Math.pow(
            2,
            0.555 * logKeys
                + 0.093 * Math.pow(logWeight, 3)
                - 1.01 * Math.pow(logWeight, 2)
                + 2.925 * logWeight
                - 0.133);
    return 1.223 + (40 + 9.2) / slope;
  }

  /** Elements of the vector. */
  int size() {
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

  /** Writes the three places of a key, all different. */
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

  /**
   * The vector, or null if there is none.
   *
   * @param key for each key two words
   * @param value the same
   */
  long @Nullable [] encode(long[] key, long[] value) {
    int[] places = new int[HASHES * keys];
    // How many keys are at a place, and which, added up without carry.
    long[] nodes = new long[sparse];
    for (int i = 0; i < keys; i++) {
      places(key[2 * i], key[2 * i + 1], places, HASHES * i);
    }
    for (int at = 0; at < places.length; at += HASHES) {
      int i = at / HASHES;
      for (int k = at; k < at + HASHES; k++) {
        nodes[places[k]] = (nodes[places[k]] ^ i) + ONE;
      }
    }
    int[] order = new int[keys];
    int[] own = new int[keys];
    int peeled = peel(places, nodes, order, own);

    long[] vector = new long[2 * size()];
    boolean withDense = false;
    if (peeled < keys) {
      if (!solveCore(key, value, places, order, peeled, vector)) {
        return null;
      }
      withDense = true;
    }
    DenseSums sums = withDense ? new DenseSums(vector, sparse) : null;
    for (int k = peeled - 1; k >= 0; k--) {
      int i = order[k];
      long high = value[2 * i];
      long low = value[2 * i + 1];
      if (sums != null) {
        long dense = dense(key[2 * i], key[2 * i + 1]);
        high ^= sums.high(dense);
        low ^= sums.low(dense);
      }
      // The key's own place still holds 0.
      for (int at = HASHES * i; at < HASHES * (i + 1); at++) {
        high ^= vector[2 * places[at]];
        low ^= vector[2 * places[at] + 1];
      }
      vector[2 * own[k]] = high;
      vector[2 * own[k] + 1] = low;
    }
    return vector;
  }

  /**
   * Takes off keys that are alone at a place, until there is none. First come, first served: so the
   * next ones do not hang on this one, and the processor waits for several at once.
   */
  private int peel(int[] places, long[] nodes, int[] order, int[] own) {
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
  private boolean solveCore(
      long[] key, long[] value, int[] places, int[] order, int peeled, long[] vector) {
    int rows = keys - peeled;
    if (rows > LARGEST_CORE) {
      return false;
    }
    BitSet done = new BitSet(keys);
    for (int k = 0; k < peeled; k++) {
      done.set(order[k]);
    }
    BitSet[] matrix = new BitSet[rows];
    long[] right = new long[2 * rows];
    for (int row = 0, i = 0; row < rows; row++, i++) {
      i = done.nextClearBit(i);
      matrix[row] = new BitSet(size());
      for (int at = HASHES * i; at < HASHES * (i + 1); at++) {
        matrix[row].set(places[at]);
      }
      long dense = dense(key[2 * i], key[2 * i + 1]);
      for (int bit = 0; bit < DENSE; bit++) {
        matrix[row].set(sparse + bit, ((dense >>> bit) & 1) != 0);
      }
      right[2 * row] = value[2 * i];
      right[2 * row + 1] = value[2 * i + 1];
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
          right[2 * other] ^= right[2 * row];
          right[2 * other + 1] ^= right[2 * row + 1];
        }
      }
    }
    // Places that are no pivot stay 0.
    for (int row = 0; row < rows; row++) {
      vector[2 * pivots[row]] = right[2 * row];
      vector[2 * pivots[row] + 1] = right[2 * row + 1];
    }
    return true;
  }

  /** What keys find in a vector. */
  long[] decode(long[] vector, long[] key) {
    long[] found = new long[key.length];
    DenseSums sums = new DenseSums(vector, sparse);
    int[] places = new int[HASHES * AHEAD];
    int count = key.length / 2;
    for (int from = 0; from < count; from += AHEAD) {
      int to = Math.min(count, from + AHEAD);
      for (int i = from; i < to; i++) {
        places(key[2 * i], key[2 * i + 1], places, HASHES * (i - from));
      }
      for (int i = from; i < to; i++) {
        int at = HASHES * (i - from);
        int one = 2 * places[at];
        int two = 2 * places[at + 1];
        int three = 2 * places[at + 2];
        found[2 * i] = vector[one] ^ vector[two] ^ vector[three];
        found[2 * i + 1] = vector[one + 1] ^ vector[two + 1] ^ vector[three + 1];
      }
      for (int i = from; i < to; i++) {
        long dense = dense(key[2 * i], key[2 * i + 1]);
        found[2 * i] ^= sums.high(dense);
        found[2 * i + 1] ^= sums.low(dense);
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return "Okvs[" + keys + " keys in " + size() + "]";
  }

  /** Sums of the dense places, eight at a time. */
  private static final class DenseSums {
    private static final int VALUES = 256;

    private final long[] sums = new long[DENSE / Byte.SIZE * VALUES * 2];

    DenseSums(long[] vector, int sparse) {
      for (int bit = 0; bit < DENSE; bit++) {
        int row = bit / Byte.SIZE * VALUES;
        int value = 1 << (bit % Byte.SIZE);
        for (int rest = 0; rest < value; rest++) {
          int to = 2 * (row + value + rest);
          int from = 2 * (row + rest);
          sums[to] = sums[from] ^ vector[2 * (sparse + bit)];
          sums[to + 1] = sums[from + 1] ^ vector[2 * (sparse + bit) + 1];
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
        sum ^= sums[2 * (k * VALUES + ((int) (dense >>> (k * Byte.SIZE)) & 0xff)) + word];
      }
      return sum;
    }
  }
}

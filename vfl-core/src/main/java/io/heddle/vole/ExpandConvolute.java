// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

/**
 * Compresses a long sparse vector to one half as long that looks random: dual LPN by an
 * expand-convolute code (Raghuraman, Rindal, Tanguy, eprint 2023/882). The vector's first part is
 * taken as it is; the second is convolved, each place with a random half of the 24 before it, once
 * forth and once back, so that no place stays near an end; and of the outcome each place of the
 * first part takes the sum of 21, one from each of 21 regions of like size. In regions none stands
 * twice in a sum, and what is read at random fits into the processor's cache.
 *
 * <p>The reference implementation takes half of the 21 from regions and the others from anywhere,
 * and convolves twice around. That nothing efficient tells the outcome from random bits is an
 * assumption on this code, of which no proof is known: docs/adr/0038-rr22.md.
 */
final class ExpandConvolute {
  /** How many convolved places a place takes. */
  static final int WEIGHT = 21;

  /** Bytes of a seed. */
  static final int SEED_BYTES = 3 * SeedStream.SEED_BYTES;

  // Places before one that it may take.
  private static final int MEMORY = 24;
  private static final int GROUP = 4;
  private static final int SUBSETS = 1 << GROUP;
  private static final int TABLE = SUBSETS * Elements.WORDS;
  private static final int RING = 8;
  private static final int PIECE = 1024;
  private static final int AT_ONCE = 3;

  private final byte[] seed;
  private final int size;

  /**
   * @param seed {@value #SEED_BYTES} bytes that both parties have
   * @param size elements that come out, a multiple of 4
   */
  ExpandConvolute(byte[] seed, int size) {
    this.seed = seed;
    this.size = size;
  }

  /**
   * Compresses vectors of one length in place: the first {@code size} elements of each are what
   * comes out. What is behind them is of no use any more.
   *
   * @param vectors each of {@code size} elements and a multiple of 4 more
   */
  void compress(long[]... vectors) {
    for (long[] vector : vectors) {
      convolve(vector, true);
      convolve(vector, false);
    }
    expand(vectors);
  }

  /**
   * Adds to each element those of the places before it that its bits name, as they are by then.
   * Subsets of four at a time are looked up.
   */
  private void convolve(long[] vector, boolean forth) {
    int count = vector.length / Elements.WORDS - size;
    int step = forth ? Elements.WORDS : -Elements.WORDS;
    int at = forth ? size * Elements.WORDS : vector.length - Elements.WORDS;
    SeedStream stream = new SeedStream(seed, forth ? 0 : SeedStream.SEED_BYTES);
    byte[] bits = new byte[PIECE * Integer.BYTES];
    long[] subsets = new long[RING * TABLE];
    for (int first = 0; first < count; first += PIECE) {
      int piece = Math.min(PIECE, count - first);
      stream.fill(bits, bits.length);
      for (int i = 0; i < piece; i += GROUP) {
        convolveGroup(vector, at, step, bits, i, (first + i) / GROUP, subsets);
        at += GROUP * step;
      }
    }
  }

  private static void convolveGroup(
      long[] vector, int at, int step, byte[] bits, int i, int group, long[] subsets) {
    int b0 = Elements.getInt(bits, i * Integer.BYTES);
    // The sixth group before is only partly among the 24 before the second, third, fourth of this.
    int b1 = Elements.getInt(bits, (i + 1) * Integer.BYTES) & ~(1 << (MEMORY - GROUP));
    int b2 = Elements.getInt(bits, (i + 2) * Integer.BYTES) & ~(3 << (MEMORY - GROUP));
    int b3 = Elements.getInt(bits, (i + 3) * Integer.BYTES) & ~(7 << (MEMORY - GROUP));
    long h0 = vector[at] ^ sum(subsets, group, b0, 0);
    long l0 = vector[at + 1] ^ sum(subsets, group, b0, 1);
    long h1 = vector[at + step] ^ sum(subsets, group, b1, 0);
    long l1 = vector[at + step + 1] ^ sum(subsets, group, b1, 1);
    long h2 = vector[at + 2 * step] ^ sum(subsets, group, b2, 0);
    long l2 = vector[at + 2 * step + 1] ^ sum(subsets, group, b2, 1);
    long h3 = vector[at + 3 * step] ^ sum(subsets, group, b3, 0);
    long l3 = vector[at + 3 * step + 1] ^ sum(subsets, group, b3, 1);
    long m1 = -((b1 >>> MEMORY) & 1);
    h1 ^= h0 & m1;
    l1 ^= l0 & m1;
    long m2 = -((b2 >>> MEMORY) & 1);
    long n2 = -((b2 >>> (MEMORY + 1)) & 1);
    h2 ^= (h0 & m2) ^ (h1 & n2);
    l2 ^= (l0 & m2) ^ (l1 & n2);
    long m3 = -((b3 >>> MEMORY) & 1);
    long n3 = -((b3 >>> (MEMORY + 1)) & 1);
    long o3 = -((b3 >>> (MEMORY + 2)) & 1);
    h3 ^= (h0 & m3) ^ (h1 & n3) ^ (h2 & o3);
    l3 ^= (l0 & m3) ^ (l1 & n3) ^ (l2 & o3);
    vector[at] = h0;
    vector[at + 1] = l0;
    vector[at + step] = h1;
    vector[at + step + 1] = l1;
    vector[at + 2 * step] = h2;
    vector[at + 2 * step + 1] = l2;
    vector[at + 3 * step] = h3;
    vector[at + 3 * step + 1] = l3;
    int to = (group & (RING - 1)) * TABLE;
    subsets(subsets, to, h0, h1, h2, h3);
    subsets(subsets, to + 1, l0, l1, l2, l3);
  }

  /** What the bits name of the six groups before. */
  private static long sum(long[] subsets, int group, int bits, int word) {
    return subsets[at(group - 1, bits) + word]
        ^ subsets[at(group - 2, bits >>> GROUP) + word]
        ^ subsets[at(group - 3, bits >>> (2 * GROUP)) + word]
        ^ subsets[at(group - 4, bits >>> (3 * GROUP)) + word]
        ^ subsets[at(group - 5, bits >>> (4 * GROUP)) + word]
        ^ subsets[at(group - 6, bits >>> (5 * GROUP)) + word];
  }

  private static int at(int group, int bits) {
    return (group & (RING - 1)) * TABLE + (bits & (SUBSETS - 1)) * Elements.WORDS;
  }

  private static void subsets(long[] into, int at, long one, long two, long three, long four) {
    long both = one ^ two;
    long late = three ^ four;
    into[at + 2] = one;
    into[at + 4] = two;
    into[at + 6] = both;
    into[at + 8] = three;
    into[at + 10] = three ^ one;
    into[at + 12] = three ^ two;
    into[at + 14] = three ^ both;
    into[at + 16] = four;
    into[at + 18] = four ^ one;
    into[at + 20] = four ^ two;
    into[at + 22] = four ^ both;
    into[at + 24] = late;
    into[at + 26] = late ^ one;
    into[at + 28] = late ^ two;
    into[at + 30] = late ^ both;
  }

  /** Three regions at a time, for all places. */
  private void expand(long[][] vectors) {
    int count = vectors[0].length / Elements.WORDS - size;
    SeedStream stream = new SeedStream(seed, 2 * SeedStream.SEED_BYTES);
    byte[] random = new byte[PIECE * AT_ONCE * Integer.BYTES];
    for (int region = 0; region < WEIGHT; region += AT_ONCE) {
      int[] from = {
        begin(region, count),
        begin(region + 1, count),
        begin(region + 2, count),
        begin(region + 3, count)
      };
      for (int first = 0; first < size; first += PIECE) {
        int piece = Math.min(PIECE, size - first);
        stream.fill(random, random.length);
        for (long[] vector : vectors) {
          addPlaces(vector, first, piece, random, from);
        }
      }
    }
  }

  /** The element where a region begins. */
  private int begin(int region, int count) {
    return size + (int) ((long) region * count / WEIGHT);
  }

  private static void addPlaces(long[] vector, int first, int piece, byte[] random, int[] from) {
    int from0 = from[0];
    int from1 = from[1];
    int from2 = from[2];
    int count0 = from1 - from0;
    int count1 = from2 - from1;
    int count2 = from[3] - from2;
    int at = 0;
    for (int i = first * Elements.WORDS; i < (first + piece) * Elements.WORDS; i += 2) {
      int q0 = Elements.WORDS * (from0 + below(count0, random, at));
      int q1 = Elements.WORDS * (from1 + below(count1, random, at + Integer.BYTES));
      int q2 = Elements.WORDS * (from2 + below(count2, random, at + 2 * Integer.BYTES));
      vector[i] ^= vector[q0] ^ vector[q1] ^ vector[q2];
      vector[i + 1] ^= vector[q0 + 1] ^ vector[q1 + 1] ^ vector[q2 + 1];
      at += AT_ONCE * Integer.BYTES;
    }
  }

  private static int below(int bound, byte[] random, int at) {
    return (int) ((Integer.toUnsignedLong(Elements.getInt(random, at)) * bound) >>> Integer.SIZE);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

/**
 * Compresses a long sparse vector to one half as long that looks random: dual LPN by an
 * expand-convolute code (Raghuraman, Rindal, Tanguy, eprint 2023/882). The vector's first part is
 * taken as it is; the second is convolved, each place with a random half of the 24 before it, and
 * of the outcome every place of the first part takes the sum of some: the first four of them one
 * from each quarter, the others from anywhere, as the reference implementation has it. That
 * convolves twice around; here once forth and once back, so that no place stays near an end.
 */
final class ExpandConvolute {
  /** How many convolved places a place takes: the paper's faster choice. */
  static final int USUAL_WEIGHT = 7;

  private static final int REGULAR = 4;
  // Places before one that it may take.
  private static final int MEMORY = 24;
  private static final int GROUP = 4;
  private static final int SUBSETS = 1 << GROUP;
  private static final int TABLE = SUBSETS * Words.EACH;
  private static final int RING = 8;
  private static final int PIECE = 1024;
  private static final int TWO = 2 * Words.EACH;

  private final byte[] seed;
  private final int size;
  private final int weight;

  /**
   * @param seed 48 bytes that both parties have
   * @param size elements that come out, a multiple of 4
   * @param weight 5 or more
   */
  ExpandConvolute(byte[] seed, int size, int weight) {
    this.seed = seed;
    this.size = size;
    this.weight = weight;
  }

  /** Compresses in place: the first {@code size} elements are what comes out. */
  void compress(long[] vector) {
    convolve(vector, Words.EACH, 0, true);
    convolve(vector, Words.EACH, 0, false);
    expand(vector);
  }

  /** Compresses two vectors whose elements lie in turns: faster than one after the other. */
  void compressTwo(long[] vectors) {
    for (int one = 0; one < TWO; one += Words.EACH) {
      convolve(vectors, TWO, one, true);
      convolve(vectors, TWO, one, false);
    }
    expandTwo(vectors);
  }

  /**
   * Adds to each element those of the places before it that its bits name, as they are by then.
   * Subsets of four at a time are looked up.
   */
  private void convolve(long[] vector, int stride, int offset, boolean forth) {
    int count = vector.length / stride - size;
    int step = forth ? stride : -stride;
    int at = offset + (forth ? size * stride : vector.length - stride);
    Stream stream = new Stream(seed, forth ? 0 : Words.BYTES);
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
    int b0 = Words.getInt(bits, i * Integer.BYTES);
    // The sixth group before is only partly among the 24 before the second, third, fourth of this.
    int b1 = Words.getInt(bits, (i + 1) * Integer.BYTES) & ~(1 << (MEMORY - GROUP));
    int b2 = Words.getInt(bits, (i + 2) * Integer.BYTES) & ~(3 << (MEMORY - GROUP));
    int b3 = Words.getInt(bits, (i + 3) * Integer.BYTES) & ~(7 << (MEMORY - GROUP));
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
    return (group & (RING - 1)) * TABLE + (bits & (SUBSETS - 1)) * Words.EACH;
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

  private void expand(long[] vector) {
    int count = vector.length / Words.EACH - size;
    int quarter = count / REGULAR;
    int anywhere = weight - REGULAR;
    Stream stream = new Stream(seed, 2 * Words.BYTES);
    byte[] random = new byte[PIECE * weight * Integer.BYTES];
    for (int first = 0; first < size; first += PIECE) {
      int piece = Math.min(PIECE, size - first);
      stream.fill(random, random.length);
      int at = 0;
      for (int i = first; i < first + piece; i++) {
        int q0 = 2 * place(random, at, quarter, 0);
        int q1 = 2 * place(random, at + 4, quarter, quarter);
        int q2 = 2 * place(random, at + 8, quarter, 2 * quarter);
        int q3 = 2 * place(random, at + 12, quarter, 3 * quarter);
        long high = vector[q0] ^ vector[q1] ^ vector[q2] ^ vector[q3];
        long low = vector[q0 + 1] ^ vector[q1 + 1] ^ vector[q2 + 1] ^ vector[q3 + 1];
        at += REGULAR * Integer.BYTES;
        for (int k = 0; k < anywhere; k++, at += Integer.BYTES) {
          int q = 2 * place(random, at, count, 0);
          high ^= vector[q];
          low ^= vector[q + 1];
        }
        vector[2 * i] ^= high;
        vector[2 * i + 1] ^= low;
      }
    }
  }

  private void expandTwo(long[] vectors) {
    int count = vectors.length / TWO - size;
    int quarter = count / REGULAR;
    Stream stream = new Stream(seed, 2 * Words.BYTES);
    byte[] random = new byte[PIECE * weight * Integer.BYTES];
    for (int first = 0; first < size; first += PIECE) {
      int piece = Math.min(PIECE, size - first);
      stream.fill(random, random.length);
      int at = 0;
      for (int i = first; i < first + piece; i++) {
        long h0 = 0;
        long l0 = 0;
        long h1 = 0;
        long l1 = 0;
        for (int k = 0; k < weight; k++, at += Integer.BYTES) {
          int q =
              TWO
                  * (k < REGULAR
                      ? place(random, at, quarter, k * quarter)
                      : place(random, at, count, 0));
          h0 ^= vectors[q];
          l0 ^= vectors[q + 1];
          h1 ^= vectors[q + 2];
          l1 ^= vectors[q + 3];
        }
        vectors[TWO * i] ^= h0;
        vectors[TWO * i + 1] ^= l0;
        vectors[TWO * i + 2] ^= h1;
        vectors[TWO * i + 3] ^= l1;
      }
    }
  }

  /** The place of a random element of the second part. */
  private int place(byte[] random, int at, int range, int from) {
    long number = Integer.toUnsignedLong(Words.getInt(random, at));
    return size + from + (int) ((number * range) >>> Integer.SIZE);
  }
}

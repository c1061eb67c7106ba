// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Why the noise has more places than an element has bits. */
class NoiseTest {
  private static final int SIZE = 1400;
  private static final int LENGTH = 2880;

  private final Random random = new Random(5);
  private final ExpandConvolute code = new ExpandConvolute(bytes(), SIZE);

  private byte[] bytes() {
    byte[] seed = new byte[ExpandConvolute.SEED_BYTES];
    random.nextBytes(seed);
    return seed;
  }

  /** One place in each of as many like parts. */
  private Set<Integer> places(int count) {
    Set<Integer> places = new TreeSet<>();
    for (int part = 0; part < count; part++) {
      int from = part * LENGTH / count;
      places.add(from + random.nextInt((part + 1) * LENGTH / count - from));
    }
    return places;
  }

  /** The plane of one bit of what comes out. */
  private static BitSet plane(long[] compressed, int bit) {
    BitSet plane = new BitSet(SIZE);
    for (int i = 0; i < SIZE; i++) {
      plane.set(i, ((compressed[2 * i + bit / 64] >>> (bit % 64)) & 1) != 0);
    }
    return plane;
  }

  private BitSet column(int place) {
    long[] unit = new long[2 * LENGTH];
    unit[2 * place] = 1;
    code.compress(unit);
    return plane(unit, 0);
  }

  private static void reduce(BitSet row, List<BitSet> rows) {
    for (BitSet pivot : rows) {
      if (row.get(pivot.nextSetBit(0))) {
        row.xor(pivot);
      }
    }
  }

  /**
   * The places whose column of the code's matrix is a sum of planes of compressed noise: with noise
   * of full rank those of the noise, and only those. (Metzner and Kapturowski 1990.)
   */
  private Set<Integer> attack(Set<Integer> noise) {
    long[] vector = new long[2 * LENGTH];
    for (int place : noise) {
      vector[2 * place] = random.nextLong();
      vector[2 * place + 1] = random.nextLong();
    }
    code.compress(vector);
    List<BitSet> rows = new ArrayList<>();
    for (int bit = 0; bit < Elements.BITS; bit++) {
      BitSet row = plane(vector, bit);
      reduce(row, rows);
      if (!row.isEmpty()) {
        rows.add(row);
      }
    }
    Set<Integer> found = new TreeSet<>();
    for (int place = 0; place < LENGTH; place++) {
      BitSet column = column(place);
      reduce(column, rows);
      if (column.isEmpty()) {
        found.add(place);
      }
    }
    return found;
  }

  @Test
  void noise_ofFewerPlacesThanBits_isFoundByLinearAlgebra() {
    Set<Integer> noise = places(110);
    assertThat(attack(noise)).isEqualTo(noise);
  }

  @Test
  void noise_ofAsManyPlacesAsAreTaken_isNot() {
    assertThat(attack(places(Noise.PLACES))).isEmpty();
  }

  /** 2^128 (3/4)^places is below 2^-128. */
  @Test
  void places_sumsOfPlanesFreeOfNoiseInHalf_areRarerThanAKeyIsGuessed() {
    double bits = Noise.PLACES * Math.log(0.75) / Math.log(2) + Elements.BITS;
    assertThat(bits).isLessThan(-128);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreesTest {
  private static final int TREES = 5;

  private static byte[] keys(int leaves) {
    byte[] keys = new byte[Trees.keyBytes(leaves)];
    new Random(1).nextBytes(keys);
    return keys;
  }

  private static Trees trees(int leaves) {
    return new Trees(TREES, leaves, keys(leaves));
  }

  private static long[] grown(Trees trees, long[] sums) {
    long[] vector = new long[2 * trees.size()];
    long[] roots = new Random(2).longs(2 * TREES).toArray();
    System.arraycopy(roots, 0, vector, 0, roots.length);
    trees.grow(vector, sums);
    return vector;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8, 13, 64, 1000})
  void growAround_withTheOtherSums_knowsAllLeavesButThoseInTheHoles(int leaves) {
    Trees trees = trees(leaves);
    long[] sums = trees.newSums();
    long[] all = grown(trees, sums);
    Random random = new Random(leaves);
    for (int round = 0; round < 10; round++) {
      int[] holes = random.ints(TREES, 0, leaves).toArray();
      if (round == 0) {
        Arrays.fill(holes, 0);
      } else if (round == 1) {
        Arrays.fill(holes, leaves - 1);
      }
      long[] asked = trees.newSums();
      for (int level = 1; level <= trees.depth(); level++) {
        for (int tree = 0; tree < TREES; tree++) {
          int at = trees.sumAt(level, tree, trees.side(holes[tree], level));
          asked[at] = sums[at];
          asked[at + 1] = sums[at + 1];
        }
      }
      long[] known = new long[all.length];
      trees.growAround(holes, known, asked);

      long[] expected = all.clone();
      for (int tree = 0; tree < TREES; tree++) {
        int at = 2 * (holes[tree] * TREES + tree);
        expected[at] = 0;
        expected[at + 1] = 0;
      }
      assertThat(known).isEqualTo(expected);
    }
  }

  /** By AES alone: the leaf that is reached by right, left, right. */
  @Test
  void grow_leaf_isThatOfTheDefinition() throws Exception {
    Trees trees = trees(8);
    long[] leaves = grown(trees, trees.newSums());
    byte[] keys = keys(8);
    long[] roots = new Random(2).longs(2 * TREES).toArray();
    byte[] node = Elements.toBytes(roots, 2 * 3, 2);
    int[] sides = {1, 0, 1};
    for (int level = 0; level < 3; level++) {
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(keys, 16 * (2 * level + sides[level]), 16, "AES"));
      byte[] child = aes.doFinal(node);
      for (int i = 0; i < 16; i++) {
        child[i] ^= node[i];
      }
      node = child;
    }
    assertThat(Elements.toBytes(leaves, 2 * (5 * TREES + 3), 2)).isEqualTo(node);
    assertThat(LongStream.of(leaves).distinct().count()).isEqualTo(leaves.length);
  }
}

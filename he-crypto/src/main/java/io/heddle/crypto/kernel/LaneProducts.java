// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;

import org.jspecify.annotations.Nullable;

/**
 * Products of many lists, a list per lane: a lane that is done takes the next list, so all lanes
 * are busy until the lists run out.
 */
final class LaneProducts {
  private LaneProducts() {}

  static void compute(
      LaneModulus modulus,
      double[] factors,
      double @Nullable [] companions,
      int[] places,
      int[] starts,
      double[] products,
      double[] one) {
    LaneScratch scratch = new LaneScratch(modulus);
    double[] running = scratch.left;
    double[] factor = scratch.right;
    double[] companion = scratch.newNumbers();
    int[] list = new int[LANES];
    int[] factorAt = new int[LANES];
    int[] next = new int[LANES];
    int waiting = 0;
    java.util.Arrays.fill(list, -1);
    while (true) {
      int busy = 0;
      for (int lane = 0; lane < LANES; lane++) {
        while (list[lane] >= 0
            ? next[lane] == starts[list[lane] + 1]
            : waiting < starts.length - 1) {
          if (list[lane] >= 0) {
            modulus.store(running, lane, products, list[lane]);
            list[lane] = -1;
          }
          while (waiting < starts.length - 1 && starts[waiting] == starts[waiting + 1]) {
            System.arraycopy(one, 0, products, waiting * one.length, one.length);
            waiting++;
          }
          if (waiting == starts.length - 1) {
            break;
          }
          list[lane] = waiting;
          next[lane] = starts[waiting];
          waiting++;
          modulus.load(factors, places[next[lane]++], running, lane);
        }
        if (list[lane] >= 0) {
          factorAt[lane] = places[next[lane]++];
          busy++;
        }
      }
      if (busy == 0) {
        return;
      }
      // A lane without a list multiplies on with what it had last; nobody reads that.
      modulus.loadAll(factors, factorAt, factor);
      if (companions == null) {
        scratch.multiply(running, factor, running);
      } else {
        modulus.loadCompanions(companions, factorAt, companion);
        scratch.multiply(running, factor, companion, running);
      }
    }
  }
}

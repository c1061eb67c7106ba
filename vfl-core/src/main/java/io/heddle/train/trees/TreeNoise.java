// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.Randomness;
import java.nio.ByteBuffer;

/** What the label holder draws for one tree, from the seed of a fit. */
final class TreeNoise {
  private TreeNoise() {}

  /**
   * @param seed 32 secret bytes of the fit
   * @param tree which, from 1 on
   */
  static Randomness of(byte[] seed, String purpose, int tree) {
    return Randomness.derive(
        seed, purpose, ByteBuffer.allocate(Integer.BYTES).putInt(tree).array());
  }
}

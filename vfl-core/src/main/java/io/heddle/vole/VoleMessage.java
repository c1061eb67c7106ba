// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.Message;

/** Every message of a vector OLE beside those of oblivious transfers, in sending order. */
sealed interface VoleMessage extends Message {

  /**
   * Receiver to sender: for each of {@value #COLUMNS} bits of the sender's factor, in the order of
   * the bits, the noise times a power of x under a mask of which the sender has half.
   */
  record NoiseProducts(byte[] masked) implements VoleMessage {
    /** Bits of the factor that one message is about. */
    static final int COLUMNS = 32;

    static final int BYTES = COLUMNS * Noise.PLACES * Elements.BYTES;
  }

  /**
   * Sender to receiver: for each level of the trees and each tree the sums of left and of right
   * children, each under a key of which the receiver has one, and for each tree the sum of all
   * leaves and of the sender's share of the noise's product.
   */
  record TreeSums(byte[] masked) implements VoleMessage {
    /** Bytes for trees of so many levels. */
    static int bytes(int levels) {
      return (2 * levels + 1) * Noise.PLACES * Elements.BYTES;
    }
  }
}

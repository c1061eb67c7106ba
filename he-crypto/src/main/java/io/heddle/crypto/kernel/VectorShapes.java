// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Which vectors this process works on: the processor's widest, or those that were asked for. */
final class VectorShapes {
  private VectorShapes() {}

  static VectorSpecies<Double> doubles() {
    return switch (Kernel.requestedBits()) {
      case 256 -> DoubleVector.SPECIES_256;
      case 512 -> DoubleVector.SPECIES_512;
      default -> DoubleVector.SPECIES_PREFERRED;
    };
  }

  /** Bits of the widest vectors that the processor multiplies in hardware. */
  static int preferredBits() {
    return DoubleVector.SPECIES_PREFERRED.vectorBitSize();
  }
}

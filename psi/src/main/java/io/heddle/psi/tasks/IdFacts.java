// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;

/**
 * What one process knows of ids that it does not have.
 *
 * @param count how many there are, each counted once
 * @param digest 32 bytes that other ids do not have, in whatever order they were read
 */
public record IdFacts(int count, byte[] digest) {
  /**
   * Those of ids whose keyed hashes have this sum.
   *
   * @throws IllegalArgumentException if there are too many
   */
  public static IdFacts of(long count, IdSum sum) {
    return new IdFacts(
        Math.toIntExact(count),
        Sha256.of(ByteBuffer.allocate(Long.BYTES).putLong(count).array(), sum.toBytes()));
  }
}

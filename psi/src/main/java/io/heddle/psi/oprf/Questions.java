// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.RunSecrets;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.Shuffle;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A receiver's ids in a secret order, chunk by chunk, blinded by its secret of this run and laid
 * open again. Closing overwrites the secret here.
 */
final class Questions implements AutoCloseable {
  private final Shuffle order;
  private final List<byte[]> shuffled;
  private final byte[] scalar;
  private final byte[] inverse;

  Questions(RunSecrets secrets, List<byte[]> ids) {
    order = secrets.ownOrder();
    shuffled = order.apply(ids);
    scalar = secrets.scalar();
    inverse = Curve25519.inverse(scalar);
  }

  int chunks() {
    return Chunks.of(shuffled.size());
  }

  private List<byte[]> ids(int chunk) {
    return shuffled.subList(Chunks.from(chunk), Chunks.to(chunk, shuffled.size()));
  }

  /** A chunk's points as they go to the sender. */
  byte[] blind(int chunk, TagFunction function, LongConsumer done) {
    return Curve25519.multiplyAll(scalar, function.points(ids(chunk)), done);
  }

  /**
   * A chunk's tags.
   *
   * @param answers the points of {@link #blind} times the sender's key. Any others give tags that
   *     nobody knows beforehand: nothing that a sender adds of low order, and no point of the
   *     twist, lets it learn of the secret, since what it hears is the number of tags in its list
   * @throws ProtocolException if they are of another number, not canonical or of low order
   */
  byte[] tags(int chunk, TagFunction function, PartyId from, byte[] answers, LongConsumer done) {
    Chunks.check(from, chunk, shuffled.size(), answers.length / Curve25519.POINT_BYTES);
    try {
      return function.tags(ids(chunk), Curve25519.multiplyAll(inverse, answers, done));
    } catch (ProtocolException e) {
      throw new ProtocolException("From " + from + ": " + e.getMessage(), e);
    }
  }

  /** Which ids stand at positions of the secret order. */
  int[] places(int[] positions) {
    return order.invert(positions);
  }

  @Override
  public void close() {
    Arrays.fill(scalar, (byte) 0);
    Arrays.fill(inverse, (byte) 0);
  }
}

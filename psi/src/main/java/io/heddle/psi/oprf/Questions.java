// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.curve25519.AdditiveBlinding;
import io.heddle.crypto.curve25519.AdditiveBlinding.Blinded;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.RunSecrets;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.Shuffle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A receiver's ids in a secret order, chunk by chunk, blinded for a sender's key and laid open
 * again. All multiplications are made with the questions, so an answer costs a square root and an
 * addition.
 */
final class Questions {
  private final Shuffle order;
  private final List<byte[]> shuffled;
  private final PartyId sender;
  private final TagFunction function;
  private final AdditiveBlinding blinding;
  private final Randomness scalars;
  private final List<Blinded> made = new ArrayList<>();

  /**
   * @throws ProtocolException if the key's commitment is no point of prime order
   */
  Questions(RunSecrets secrets, List<byte[]> ids, PartyId sender, KeyTerms key) {
    order = secrets.ownOrder();
    shuffled = order.apply(ids);
    this.sender = sender;
    function = new TagFunction(key);
    try {
      blinding = new AdditiveBlinding(key.commitment());
    } catch (ProtocolException e) {
      throw from(sender, e);
    }
    scalars = secrets.blinding(key.id());
  }

  private static ProtocolException from(PartyId sender, ProtocolException e) {
    return new ProtocolException("From " + sender + ": " + e.getMessage(), e);
  }

  int chunks() {
    return Chunks.of(shuffled.size());
  }

  /** How many ids a chunk has. */
  int size(int chunk) {
    return ids(chunk).size();
  }

  private List<byte[]> ids(int chunk) {
    return shuffled.subList(Chunks.from(chunk), Chunks.to(chunk, shuffled.size()));
  }

  /** Makes the first chunks, as many as there are of so many. */
  void prepare(int chunks) {
    for (int chunk = 0; chunk < Math.min(chunks, chunks()); chunk++) {
      points(chunk);
    }
  }

  /** A chunk's points as they go to the sender. Chunks are made in their order. */
  byte[] points(int chunk) {
    if (chunk == made.size()) {
      byte[] fresh = scalars(Chunks.from(chunk), size(chunk));
      made.add(blinding.blind(function.points(ids(chunk)), fresh));
    }
    return made.get(chunk).points();
  }

  /** One for each question: two questions under one would show the difference of their points. */
  private byte[] scalars(int from, int count) {
    byte[] all = new byte[count * Curve25519.POINT_BYTES];
    byte[] one = new byte[Curve25519.POINT_BYTES];
    for (int i = 0; i < count; i++) {
      scalars.fill(from + i, one);
      System.arraycopy(one, 0, all, i * Curve25519.POINT_BYTES, Curve25519.POINT_BYTES);
    }
    return all;
  }

  /**
   * A chunk's tags.
   *
   * @param answers the points of {@link #points} times the sender's key. Any others give tags of
   *     other points: a sender hears no more of them than how many are in its list, and which
   * @throws ProtocolException if they are of another number, not of the curve or of low order
   */
  byte[] tags(int chunk, byte[] answers, LongConsumer done) {
    Chunks.check(sender, chunk, shuffled.size(), answers.length / Curve25519.POINT_BYTES);
    try {
      return function.tags(ids(chunk), made.get(chunk).reveal(answers, done));
    } catch (ProtocolException e) {
      throw from(sender, e);
    }
  }

  /** Which ids stand at positions of the secret order. */
  int[] places(int[] positions) {
    return order.invert(positions);
  }
}

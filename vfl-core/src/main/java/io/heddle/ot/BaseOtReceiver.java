// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * The one of two parties that has the key of its choice of each base transfer. It learns nothing
 * about the other key as long as nobody computes Diffie-Hellman secrets on Curve25519 or its twist.
 * Its time and memory access do not depend on the choices.
 */
final class BaseOtReceiver {
  private static final int STRING_BYTES = BaseOtHash.STRING_BYTES;

  private BaseOtReceiver() {}

  /**
   * Runs the protocol with the sender.
   *
   * @param binding of the part of the use, at both parties alike
   * @param choices bit i of them is the choice of transfer i
   * @param count the number of transfers
   * @return the chosen keys, one after the other
   * @throws ProtocolException if the sender does not follow the protocol
   */
  static byte[] run(
      Channel channel,
      PartyId sender,
      OtUse use,
      byte[] binding,
      PrivateRandomness randomness,
      byte[] choices,
      int count) {
    byte[] points = channel.receive(sender, BaseOtPoints.class).points();
    try {
      // Both before either is used: which is used for what must not show in a refusal.
      Curve25519.checkAll(points);
    } catch (ProtocolException e) {
      throw new ProtocolException("From " + sender + ": " + e.getMessage(), e);
    }

    // Other choices or points never meet the same numbers, or two answers would tell the choices.
    Randomness own =
        use.own(randomness, "ot/base receiver", binding, Sha256.of(points, Sha256.of(choices)));
    byte[] scalars = new byte[count * Curve25519.POINT_BYTES];
    own.fill(0, scalars);
    byte[] strings = new byte[count * STRING_BYTES];
    own.fill(1, strings);

    BaseOtHash hash = new BaseOtHash(binding, points);
    byte[] answers = new byte[2 * count * STRING_BYTES];
    byte[] ours = Curve25519.multiplyEach(scalars, byCoin(scalars, Curve25519.generators()));
    for (int i = 0; i < count; i++) {
      answer(hash, i, choice(choices, i), strings, ours, answers);
    }
    channel.send(sender, new BaseOtAnswers(answers));

    byte[] shared = Curve25519.multiplyEach(scalars, byCoin(scalars, points));
    byte[] keys = new byte[count * BaseOtHash.KEY_BYTES];
    for (int i = 0; i < count; i++) {
      hash.key(i, choice(choices, i), answers, shared, i * STRING_BYTES, keys);
    }
    Arrays.fill(scalars, (byte) 0);
    return keys;
  }

  private static int choice(byte[] choices, int transfer) {
    return (choices[transfer >>> 3] >>> (transfer & 7)) & 1;
  }

  /** For each scalar one of two points: its upper bit, which counts for nothing else, chooses. */
  private static byte[] byCoin(byte[] scalars, byte[] points) {
    byte[] chosen = new byte[scalars.length];
    for (int i = 0; i < chosen.length; i++) {
      int mask = scalars[i | (STRING_BYTES - 1)] >> 7;
      int k = i & (STRING_BYTES - 1);
      chosen[i] = (byte) select(mask, points[k], points[STRING_BYTES + k]);
    }
    return chosen;
  }

  /** The first where the mask is 0, the second where it is -1. */
  private static int select(int mask, int first, int second) {
    return first ^ (mask & (first ^ second));
  }

  /**
   * Writes the two strings of a transfer: the one that was not chosen is random, the chosen one
   * gives the point once the other's hash is taken off.
   */
  private static void answer(
      BaseOtHash hash, int transfer, int choice, byte[] strings, byte[] points, byte[] answers) {
    int at = transfer * STRING_BYTES;
    strings[at + STRING_BYTES - 1] &= 0x7f;
    byte[] mask = hash.mask(transfer, choice, strings, at);
    for (int k = 0; k < STRING_BYTES; k++) {
      int chosen = points[at + k] ^ mask[k];
      answers[2 * at + k] = (byte) select(-choice, chosen, strings[at + k]);
      answers[2 * at + STRING_BYTES + k] = (byte) select(-choice, strings[at + k], chosen);
    }
  }
}

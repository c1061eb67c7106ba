// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.party.PartyId;
import java.util.Arrays;

/**
 * The one of two parties that has both keys of each base transfer. It learns nothing about the
 * choices, whatever it does. (McQuoid, Rosulek, Roy, eprint 2021/682, figure 3, with section 6's
 * key agreement on a curve and its twist; docs/protocol.md, section 9.)
 */
final class BaseOtSender {
  private static final int STRING_BYTES = BaseOtHash.STRING_BYTES;

  private BaseOtSender() {}

  /**
   * Runs the protocol with the receiver.
   *
   * @param binding of the part of the use, at both parties alike
   * @param count the number of transfers
   * @throws ProtocolException if the receiver does not follow the protocol
   */
  static KeyPairs run(
      Channel channel,
      PartyId receiver,
      OtUse use,
      byte[] binding,
      PrivateRandomness randomness,
      int count) {
    byte[] scalar = new byte[Curve25519.POINT_BYTES];
    use.own(randomness, "ot/base sender", binding, new byte[0]).fill(0, scalar);
    try {
      byte[] points = Curve25519.multiplyAll(scalar, Curve25519.generators(), done -> {});
      channel.send(receiver, new BaseOtPoints(points));

      byte[] answers = channel.receive(receiver, BaseOtAnswers.class).strings();
      check(receiver, answers, count);
      BaseOtHash hash = new BaseOtHash(binding, points);
      byte[] products = multiply(receiver, scalar, unmask(answers, hash));
      byte[] zeros = new byte[count * BaseOtHash.KEY_BYTES];
      byte[] ones = new byte[count * BaseOtHash.KEY_BYTES];
      for (int i = 0; i < count; i++) {
        hash.key(i, 0, answers, products, 2 * i * STRING_BYTES, zeros);
        hash.key(i, 1, answers, products, (2 * i + 1) * STRING_BYTES, ones);
      }
      return new KeyPairs(zeros, ones);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  private static void check(PartyId receiver, byte[] answers, int count) {
    if (answers.length != 2 * count * STRING_BYTES) {
      throw new ProtocolException(
          "Invalid answers of "
              + answers.length / (2 * STRING_BYTES)
              + " transfers from "
              + receiver
              + ": must be "
              + count);
    }
    for (int last = STRING_BYTES - 1; last < answers.length; last += STRING_BYTES) {
      if (answers[last] < 0) {
        throw new ProtocolException(
            "Invalid answer " + last / STRING_BYTES + " from " + receiver + ": must have 255 bits");
      }
    }
  }

  /** For each transfer and choice, the point to agree on: of the receiver's at its choice. */
  private static byte[] unmask(byte[] answers, BaseOtHash hash) {
    byte[] points = answers.clone();
    for (int i = 0; i < points.length / STRING_BYTES; i++) {
      int choice = i & 1;
      byte[] mask = hash.mask(i >>> 1, choice, answers, (i ^ 1) * STRING_BYTES);
      for (int k = 0; k < STRING_BYTES; k++) {
        points[i * STRING_BYTES + k] ^= mask[k];
      }
    }
    return points;
  }

  /**
   * An honest receiver's strings give a point that is not canonical or has low order with a
   * probability below 2^-240 for all of them; the receiver can tell which do, so to refuse them
   * shows it nothing.
   */
  private static byte[] multiply(PartyId receiver, byte[] scalar, byte[] points) {
    try {
      return Curve25519.multiplyAll(scalar, points, done -> {});
    } catch (ProtocolException e) {
      throw new ProtocolException("From " + receiver + ": " + e.getMessage(), e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.OtMessage.CoinCommitment;
import io.heddle.ot.OtMessage.CoinOpening;
import io.heddle.ot.OtMessage.IknpRows;
import io.heddle.ot.OtMessage.KkrtRows;
import java.util.List;

/** The message types of oblivious transfers (docs/protocol.md, section 9), for the codec. */
public final class OtMessages {
  private static final int ANSWER_BYTES = 2 * BaseOtHash.STRING_BYTES;
  private static final int COIN_BYTES = 32;

  /** All of them. Ids 90 to 95. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              90,
              BaseOtPoints.class,
              "nothing: a fresh secret number times a point of the curve and one of its twist",
              (message, out) -> out.writeRaw(message.points()),
              in -> new BaseOtPoints(in.readRaw(2 * Curve25519.POINT_BYTES))),
          new MessageType<>(
              91,
              BaseOtAnswers.class,
              "nothing: strings that look random whatever was chosen",
              (message, out) -> out.writeBytes(message.strings()),
              in ->
                  new BaseOtAnswers(
                      items(in.readBytes(KkrtSender.COLUMNS * ANSWER_BYTES), ANSWER_BYTES))),
          new MessageType<>(
              92,
              CoinCommitment.class,
              "nothing: a hash of 32 random bytes",
              (message, out) -> out.writeRaw(message.digest()),
              in -> new CoinCommitment(in.readRaw(COIN_BYTES))),
          new MessageType<>(
              93,
              CoinOpening.class,
              "half of a coin that both parties learn",
              (message, out) -> out.writeRaw(message.half()),
              in -> new CoinOpening(in.readRaw(COIN_BYTES))),
          new MessageType<>(
              94,
              KkrtRows.class,
              "nothing: codes of the receiver's items under masks of which the reader has half",
              (message, out) -> {
                out.writeInt(message.partition());
                out.writeInt(message.block());
                out.writeBytes(message.rows());
              },
              in -> new KkrtRows(number(in), number(in), rows(in, KkrtSender.ROW_BYTES)),
              true),
          new MessageType<>(
              95,
              IknpRows.class,
              "nothing: the receiver's choices under masks of which the reader has half",
              (message, out) -> {
                out.writeInt(message.partition());
                out.writeInt(message.block());
                out.writeBytes(message.rows());
              },
              in -> new IknpRows(number(in), number(in), rows(in, IknpSender.ROW_BYTES)),
              true));

  private OtMessages() {}

  private static int number(WireReader in) {
    int number = in.readInt();
    if (number < 0) {
      throw new ProtocolException("Invalid number " + number + ": must be 0 or more");
    }
    return number;
  }

  private static byte[] rows(WireReader in, int width) {
    return items(in.readBytes(SeededColumns.ROWS * width), width);
  }

  private static byte[] items(byte[] flat, int width) {
    if (flat.length == 0 || flat.length % width != 0) {
      throw new ProtocolException(
          "Invalid list of " + flat.length + " bytes: must be one or more items of " + width);
    }
    return flat;
  }
}

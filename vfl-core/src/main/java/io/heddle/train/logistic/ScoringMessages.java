// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.MessageType;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.ScoringMessage.ScoringMaskKey;
import io.heddle.train.logistic.ScoringMessage.ScoringOpening;
import io.heddle.train.logistic.ScoringMessage.ScoringPredictor;
import java.util.List;

/** The message types of joint scoring (docs/protocol.md, section 5), for the codec. */
public final class ScoringMessages {
  private ScoringMessages() {}

  /** All of them. Ids 70 to 79. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              70,
              ScoringOpening.class,
              "the row count, the alignment digest and the id of the fit",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeString(message.fitId());
              },
              in ->
                  new ScoringOpening(
                      LogisticMessages.positive(in, "row count"),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      in.readString(64))),
          new MessageType<>(
              71,
              ScoringMaskKey.class,
              "a fresh X25519 public key",
              (message, out) -> out.writeRaw(message.publicKey()),
              in -> new ScoringMaskKey(in.readRaw(LogisticMessages.POINT_BYTES))),
          new MessageType<>(
              72,
              ScoringPredictor.class,
              "a lone feature holder's part of the linear predictor, by row; with several, their"
                  + " sum",
              (message, out) -> out.writeLongs(message.values()),
              in -> new ScoringPredictor(in.readLongs(Integer.MAX_VALUE)),
              true));
}

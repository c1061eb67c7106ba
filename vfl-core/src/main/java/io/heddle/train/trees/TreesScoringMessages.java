// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.MessageType;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreesScoringMessage.PathAnswers;
import io.heddle.train.trees.TreesScoringMessage.PathQuestions;
import io.heddle.train.trees.TreesScoringMessage.TreesScoringOpening;
import java.util.List;

/** The message types of joint scoring by trees (docs/protocol.md, section 11), for the codec. */
public final class TreesScoringMessages {
  private static final int MAX_SPLITS = PathQuestions.mostSplits(1, PathQuestions.MOST_BYTES);

  private TreesScoringMessages() {}

  /** All of them. Ids 130 to 139. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              130,
              TreesScoringOpening.class,
              "the row count, the alignment digest and the id of the fit",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeString(message.fitId());
              },
              in ->
                  new TreesScoringOpening(
                      in.readBetween("row count", 1, Integer.MAX_VALUE),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      in.readString(64))),
          new MessageType<>(
              131,
              PathQuestions.class,
              "a feature holder, which rows come to which of its splits",
              (message, out) -> {
                out.writeBoolean(message.more());
                out.writeInts(message.splits());
                out.writeBytes(message.bits());
              },
              in ->
                  new PathQuestions(
                      in.readBoolean(), in.readInts(MAX_SPLITS), in.readBytes(Integer.MAX_VALUE))),
          new MessageType<>(
              132,
              PathAnswers.class,
              "the label holder, which rows that came to a split go left",
              (message, out) -> out.writeBytes(message.bits()),
              in -> new PathAnswers(in.readBytes(Integer.MAX_VALUE))));
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageType;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;

/** Some bytes of whatever the trial sends, through the product's codec, digests and mailboxes. */
record Piece(byte[] bytes) implements Message {
  /** The most bytes of one. */
  static final int MOST = 1 << 19;

  static final MessageType<Piece> TYPE =
      new MessageType<>(
          60_000,
          Piece.class,
          "a trial's vectors and tags; for measurements only",
          (message, out) -> out.writeBytes(message.bytes()),
          in -> new Piece(in.readBytes(MOST)));

  static void send(Channel channel, PartyId to, byte[] bytes) {
    for (int from = 0; from < bytes.length; from += MOST) {
      byte[] piece = new byte[Math.min(MOST, bytes.length - from)];
      System.arraycopy(bytes, from, piece, 0, piece.length);
      channel.send(to, new Piece(piece));
    }
  }

  static byte[] receive(Channel channel, PartyId from, int count) {
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      byte[] piece = receiveNext(channel, from, Math.min(MOST, count - at));
      System.arraycopy(piece, 0, bytes, at, piece.length);
      at += piece.length;
    }
    return bytes;
  }

  static byte[] receiveNext(Channel channel, PartyId from, int count) {
    byte[] piece = channel.receive(from, Piece.class).bytes();
    if (piece.length != count) {
      throw new ProtocolException(
          "Invalid piece of " + piece.length + " bytes from " + from + ": must be " + count);
    }
    return piece;
  }
}

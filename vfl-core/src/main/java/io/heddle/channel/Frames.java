// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.error.ProtocolException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The frames of docs/protocol.md 1, from the kind byte on. */
final class Frames {
  static final int VERSION = 4;

  /** A frame with its kind, without the length in front. */
  static final int MAX_BYTES = 2 << 20;

  static final int MAX_CHUNK_BYTES = MAX_BYTES - 1;

  /** What this party sends of a body at a time: little enough for a processor's cache. */
  static final int SENT_CHUNK_BYTES = 256 << 10;

  static final int LENGTH_BYTES = 4;

  static final byte WELCOME = 1;
  static final byte MESSAGE = 2;
  static final byte CHUNK = 3;
  static final byte CREDIT = 4;
  static final byte ABORT = 5;
  static final byte BYE = 6;
  static final byte PING = 7;
  static final byte HAIL = 8;

  /** Largest frame of any kind but a chunk. */
  static final int MAX_CONTROL_BYTES = 1024;

  private static final int MAX_DETAIL_BYTES = 256;

  private Frames() {}

  /** The mailbox of the acceptor is open for the dialler. */
  record Welcome(int version, Run run, long windowBytes, int maxMessageBytes) {}

  /**
   * The head of a message: {@code length} body bytes follow in chunks.
   *
   * @param sequence the place among all messages of one start of an exchange to one of another,
   *     from 1
   */
  record Head(MessageKey key, long sequence, int typeId, int length, byte[] digest) {}

  /** The peer ended a session. */
  record Abort(String session, int code, String detail) {}

  /** Takes the kind off a frame. */
  static byte kind(ByteBuffer frame) {
    if (!frame.hasRemaining() || frame.remaining() > MAX_BYTES) {
      throw new ProtocolException(
          "Invalid frame of " + frame.remaining() + " bytes: must be 1 to " + MAX_BYTES);
    }
    return frame.get();
  }

  /** The rest of a frame of any kind but a chunk. */
  static WireReader control(ByteBuffer frame) {
    if (frame.remaining() > MAX_CONTROL_BYTES) {
      throw new ProtocolException(
          "Invalid frame of " + frame.remaining() + " bytes: must be at most " + MAX_CONTROL_BYTES);
    }
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return new WireReader(bytes);
  }

  static ByteBuffer welcome(Run run, ExchangeLimits limits) {
    WireWriter writer = kind(WELCOME);
    writer.writeInt(VERSION);
    writeRun(run, writer);
    writer.writeLong(limits.windowBytes());
    writer.writeInt(limits.maxMessageBytes());
    return done(writer);
  }

  static Welcome readWelcome(WireReader reader) {
    int version = reader.readInt();
    if (version != VERSION) {
      throw new ProtocolException(
          "Frame version " + version + " of the peer: this party speaks " + VERSION);
    }
    Welcome welcome = new Welcome(version, readRun(reader), reader.readLong(), reader.readInt());
    reader.end();
    if (welcome.windowBytes() < 1 || welcome.maxMessageBytes() < 1) {
      throw new ProtocolException("The peer's welcome grants no room");
    }
    return welcome;
  }

  static ByteBuffer hail(Run run) {
    WireWriter writer = kind(HAIL);
    writeRun(run, writer);
    return done(writer);
  }

  static Run readHail(WireReader reader) {
    Run run = readRun(reader);
    reader.end();
    return run;
  }

  private static void writeRun(Run run, WireWriter writer) {
    writer.writeRaw(HexFormat.of().parseHex(run.id()));
    writer.writeInt(run.start());
  }

  private static Run readRun(WireReader reader) {
    String id = HexFormat.of().formatHex(reader.readRaw(Run.ID_BYTES));
    int start = reader.readInt();
    if (start < 0) {
      throw new ProtocolException("Start " + start + " of the peer: must be at least 0");
    }
    return new Run(id, start);
  }

  static ByteBuffer head(Head head) {
    WireWriter writer = kind(MESSAGE);
    head.key().write(writer);
    writer.writeLong(head.sequence());
    writer.writeInt(head.typeId());
    writer.writeInt(head.length());
    writer.writeRaw(head.digest());
    return done(writer);
  }

  static Head readHead(WireReader reader) {
    Head head =
        new Head(
            MessageKey.read(reader),
            reader.readLong(),
            reader.readInt(),
            reader.readInt(),
            reader.readRaw(32));
    reader.end();
    return head;
  }

  static ByteBuffer chunk(byte[] body, int from, int count) {
    ByteBuffer frame = ByteBuffer.allocate(1 + count);
    frame.put(CHUNK).put(body, from, count);
    return frame.flip();
  }

  static ByteBuffer credit(long sequence) {
    WireWriter writer = kind(CREDIT);
    writer.writeLong(sequence);
    return done(writer);
  }

  static long readCredit(WireReader reader) {
    long sequence = reader.readLong();
    reader.end();
    return sequence;
  }

  static ByteBuffer abort(Abort abort) {
    WireWriter writer = kind(ABORT);
    writer.writeRaw(HexFormat.of().parseHex(abort.session()));
    writer.writeInt(abort.code());
    writer.writeString(abort.detail());
    return done(writer);
  }

  static Abort readAbort(WireReader reader) {
    Abort abort =
        new Abort(
            HexFormat.of().formatHex(reader.readRaw(32)),
            reader.readInt(),
            reader.readString(MAX_DETAIL_BYTES));
    reader.end();
    return abort;
  }

  /** A frame that is its kind and nothing else. */
  static ByteBuffer bare(byte kind) {
    return ByteBuffer.wrap(new byte[] {kind});
  }

  /** Bytes on the wire, lengths in front included, of a message that this party may have sent. */
  static long messageBytes(Head head) {
    long chunks = (head.length() + (long) SENT_CHUNK_BYTES - 1) / SENT_CHUNK_BYTES;
    return LENGTH_BYTES + head(head).remaining() + chunks * (LENGTH_BYTES + 1) + head.length();
  }

  private static WireWriter kind(byte kind) {
    WireWriter writer = new WireWriter();
    writer.writeByte(kind);
    return writer;
  }

  private static ByteBuffer done(WireWriter writer) {
    return ByteBuffer.wrap(writer.toByteArray());
  }
}

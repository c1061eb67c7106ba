// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.checkpoint.BlobStore;
import io.heddle.error.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The frames of docs/protocol.md 8, from the kind byte on. */
final class DataFrames {
  static final int VERSION = 1;

  static final byte READY = 31;
  static final byte PUT = 32;
  static final byte PIECE = 33;
  static final byte STORED = 34;
  static final byte GET = 35;
  static final byte FOUND = 36;
  static final byte REFUSED = 37;
  static final byte OPEN = 38;
  static final byte CLOSE = 39;
  static final byte DROP = 40;
  static final byte DONE = 41;

  /**
   * What a frame carries of a body: little enough for a processor's cache, and with its length and
   * kind just so much that it fills records of TLS.
   */
  static final int PIECE_BYTES = (256 << 10) - FrameDecoder.LENGTH_BYTES - 1;

  /** A store takes no longer ones. */
  static final int MAX_FRAME_BYTES = 1 + PIECE_BYTES;

  private static final int SESSION_BYTES = 32;
  private static final int DIGEST_BYTES = 32;

  /** How many blobs one frame may name that are to go. */
  static final int MAX_DROPPED = 1024;

  private static final int MAX_CONTROL_BYTES = 1 + SESSION_BYTES + MAX_DROPPED * DIGEST_BYTES;

  private DataFrames() {}

  /** A blob by its name. */
  record Name(String session, byte[] digest) {}

  /** Why a store did not do what it was asked. */
  enum Refusal {
    /** The session is not open: not yet, or no longer. */
    SESSION(1, "does not know the session"),
    /** The store is full; there may be room later. */
    ROOM(2, "has no room"),
    /** Nobody has put such a blob. */
    ABSENT(3, "has no such blob"),
    /** Only the party itself gets what peers have put. */
    FORBIDDEN(4, "does not give it to this party"),
    /** Its disk. */
    FAILED(5, "cannot use its disk");

    private final int code;
    private final String words;

    Refusal(int code, String words) {
      this.code = code;
      this.words = words;
    }

    /** Follows the name of the party in an error. */
    String words() {
      return words;
    }

    static Refusal of(int code) {
      for (Refusal refusal : values()) {
        if (refusal.code == code) {
          return refusal;
        }
      }
      throw new ProtocolException("Unknown refusal " + code);
    }
  }

  static ByteBuffer ready() {
    return ByteBuffer.allocate(5).put(READY).putInt(VERSION).flip();
  }

  static ByteBuffer put(Name name, int length) {
    WireWriter writer = named(PUT, name);
    writer.writeInt(length);
    return ByteBuffer.wrap(writer.toByteArray());
  }

  static ByteBuffer get(Name name) {
    return ByteBuffer.wrap(named(GET, name).toByteArray());
  }

  private static WireWriter named(byte kind, Name name) {
    WireWriter writer = of(kind, name.session);
    writer.writeRaw(name.digest);
    return writer;
  }

  static ByteBuffer open(String session) {
    return ByteBuffer.wrap(of(OPEN, session).toByteArray());
  }

  static ByteBuffer close(String session) {
    return ByteBuffer.wrap(of(CLOSE, session).toByteArray());
  }

  /**
   * @param digests at most {@link #MAX_DROPPED}
   */
  static ByteBuffer drop(String session, List<byte[]> digests) {
    WireWriter writer = of(DROP, session);
    digests.forEach(writer::writeRaw);
    return ByteBuffer.wrap(writer.toByteArray());
  }

  private static WireWriter of(byte kind, String session) {
    WireWriter writer = new WireWriter();
    writer.writeByte(kind);
    writer.writeRaw(HexFormat.of().parseHex(session));
    return writer;
  }

  static ByteBuffer done() {
    return ByteBuffer.wrap(new byte[] {DONE});
  }

  static ByteBuffer stored() {
    return ByteBuffer.wrap(new byte[] {STORED});
  }

  static ByteBuffer found(int length) {
    return ByteBuffer.allocate(5).put(FOUND).putInt(length).flip();
  }

  static ByteBuffer refused(Refusal refusal) {
    return ByteBuffer.wrap(new byte[] {REFUSED, (byte) refusal.code});
  }

  /** The rest of a frame of any kind but a piece. */
  static WireReader control(ByteBuffer frame) {
    if (frame.remaining() >= MAX_CONTROL_BYTES) {
      throw new ProtocolException(
          "Invalid frame of " + frame.remaining() + " bytes on a data link");
    }
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return new WireReader(bytes);
  }

  static Name readName(WireReader reader) {
    return new Name(readSession(reader), reader.readRaw(DIGEST_BYTES));
  }

  static String readSession(WireReader reader) {
    return HexFormat.of().formatHex(reader.readRaw(SESSION_BYTES));
  }

  /** The names of blobs that are to go, which end their frame. */
  static List<byte[]> readDropped(WireReader reader) {
    List<byte[]> digests = new ArrayList<>();
    while (reader.remaining() > 0) {
      digests.add(reader.readRaw(DIGEST_BYTES));
    }
    return digests;
  }

  /** The length of a body, which ends its frame. */
  static int readLength(WireReader reader) {
    int length = reader.readInt();
    reader.end();
    if (length < 0 || length > BlobStore.MAX_BYTES) {
      throw new ProtocolException(
          "Invalid blob of " + length + " bytes: must be 0 to " + BlobStore.MAX_BYTES);
    }
    return length;
  }

  static void readReady(WireReader reader) {
    int version = reader.readInt();
    reader.end();
    if (version != VERSION) {
      throw new ProtocolException(
          "The other side's data links have version " + version + ", this one's " + VERSION);
    }
  }

  static Refusal readRefusal(WireReader reader) {
    Refusal refusal = Refusal.of(reader.readByte());
    reader.end();
    return refusal;
  }

  static ProtocolException unknown(byte kind) {
    return new ProtocolException("Unknown frame of kind " + kind + " on a data link");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of an inbox one after another, in bounded memory but for a body that is asked
 * for. Nothing of a record is given before all of it is checked. Not safe for several threads.
 */
final class InboxReader {
  private final Gcm gcm;
  private final InputStream in;
  private final byte[] sealed = new byte[InboxFormat.PIECE_BYTES + Gcm.TAG_BYTES];
  private final byte[] plain = new byte[InboxFormat.PIECE_BYTES];
  private long number;
  private byte[] tag;

  /**
   * Reads on from where a record begins.
   *
   * @param number that of the record, from 0
   * @param tag the tag before it
   */
  InboxReader(Gcm gcm, InputStream in, long number, byte[] tag) {
    this.gcm = gcm;
    this.in = in;
    this.number = number;
    this.tag = tag;
  }

  /**
   * One record.
   *
   * @param length of its content
   * @param body empty if it was not asked for
   */
  record Found(int length, int typeId, byte[] key, byte[] digest, byte[] body) {}

  /**
   * The next record; null if the file ends, or what follows is not the record that was written
   * there. Nothing can be read after that.
   */
  @Nullable Found next(boolean withBody) throws IOException {
    byte[] prefix = in.readNBytes(InboxFormat.PREFIX_BYTES);
    if (prefix.length < InboxFormat.PREFIX_BYTES) {
      return null;
    }
    int length = ByteBuffer.wrap(prefix).getInt();
    int bodyBytes = length - InboxFormat.FIELD_BYTES;
    if (bodyBytes < 0 || bodyBytes > InboxFormat.MAX_BODY_BYTES) {
      return null;
    }
    byte[] nonce = Arrays.copyOfRange(prefix, 4, prefix.length);
    if (!open(nonce, length, 0)) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(plain);
    int typeId = Short.toUnsignedInt(fields.getShort());
    byte[] key = new byte[32];
    byte[] digest = new byte[32];
    fields.get(key).get(digest);
    // The length has been checked with the first piece: nobody else makes this process take memory.
    byte[] body = new byte[withBody ? bodyBytes : 0];
    int kept = keep(body, 0, InboxFormat.FIELD_BYTES, InboxFormat.pieceBytes(length, 0));
    for (int piece = 1; piece < InboxFormat.pieces(length); piece++) {
      if (!open(nonce, length, piece)) {
        return null;
      }
      kept = keep(body, kept, 0, InboxFormat.pieceBytes(length, piece));
    }
    number++;
    return new Found(length, typeId, key, digest, body);
  }

  private boolean open(byte[] nonce, int length, int piece) throws IOException {
    int bytes = InboxFormat.pieceBytes(length, piece) + Gcm.TAG_BYTES;
    if (in.readNBytes(sealed, 0, bytes) < bytes) {
      return false;
    }
    byte[] aad = InboxFormat.aad(number, length, tag);
    if (gcm.open(InboxFormat.nonce(nonce, piece), aad, sealed, bytes, plain) < 0) {
      return false;
    }
    tag = Arrays.copyOfRange(sealed, bytes - Gcm.TAG_BYTES, bytes);
    return true;
  }

  private int keep(byte[] body, int kept, int from, int to) {
    int bytes = Math.min(to - from, body.length - kept);
    System.arraycopy(plain, from, body, kept, bytes);
    return kept + bytes;
  }

  /** The number of the next record. */
  long number() {
    return number;
  }

  /** The tag before the next record. */
  byte[] tag() {
    return tag;
  }

  /** Forgets the plain bytes. */
  void wipe() {
    Arrays.fill(plain, (byte) 0);
  }
}

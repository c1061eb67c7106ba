// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** The bytes of an inbox: see the package. Not safe for several threads. */
final class InboxFormat {
  static final int HEADER_BYTES = 100;

  /** What stands before the pieces of a record: the length of its content, and its nonce. */
  static final int PREFIX_BYTES = 4 + Gcm.NONCE_BYTES;

  /** What a record holds before the body: type, key and digest. */
  static final int FIELD_BYTES = 2 + 32 + 32;

  static final int MAX_BODY_BYTES = (1 << 26) + (1 << 24);

  /** Of every piece of a content but the last, before encryption; small as segments are. */
  static final int PIECE_BYTES = Segments.BYTES;

  private static final byte[] MAGIC = "HEDDLEIN".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SALT_AT = MAGIC.length + 4;
  private static final int SESSION_AT = SALT_AT + SealedFile.SALT_BYTES;
  private static final int NUMBER_AT = SESSION_AT + 32;
  private static final int CLEAR_BYTES = NUMBER_AT + 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private InboxFormat() {}

  static byte[] newHeader(JobKeys keys, String session, long number) {
    byte[] salt = new byte[SealedFile.SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] clear =
        ByteBuffer.allocate(CLEAR_BYTES)
            .put(MAGIC)
            .putInt(VERSION)
            .put(salt)
            .put(HexFormat.of().parseHex(session))
            .putLong(number)
            .array();
    byte[] tag = Segments.headerTag(new Gcm(keys.ofInbox(salt)), clear);
    return ByteBuffer.allocate(HEADER_BYTES).put(clear).put(tag).array();
  }

  /**
   * Checks a header and gives the file's cipher.
   *
   * @throws CheckpointException if it is not of the inbox of this job, session and commit
   */
  static Gcm open(Path file, byte[] header, JobKeys keys, String session, long number) {
    if (header.length < HEADER_BYTES) {
      throw refused(file, "it ends within its header");
    }
    byte[] clear = Arrays.copyOf(header, CLEAR_BYTES);
    ByteBuffer fields = ByteBuffer.wrap(clear);
    if (!Arrays.equals(clear, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw refused(file, "it is no inbox");
    }
    int version = fields.getInt(MAGIC.length);
    if (version != VERSION) {
      throw refused(
          file, "it has format version " + version + ", this version of Heddle reads " + VERSION);
    }
    Gcm gcm = new Gcm(keys.ofInbox(Arrays.copyOfRange(clear, SALT_AT, SESSION_AT)));
    if (!Segments.isHeaderTag(gcm, clear, tag(header))) {
      throw refused(
          file, "its header was changed, or it is of another identity key or another job");
    }
    byte[] theirs = Arrays.copyOfRange(clear, SESSION_AT, NUMBER_AT);
    if (!HexFormat.of().formatHex(theirs).equals(session)) {
      throw refused(file, "it is of another session");
    }
    if (fields.getLong(NUMBER_AT) != number) {
      throw refused(
          file, "it is that of commit " + fields.getLong(NUMBER_AT) + " under another name");
    }
    return gcm;
  }

  /** The last bytes of a header, which bind the first record to it. */
  static byte[] tag(byte[] header) {
    return Arrays.copyOfRange(header, CLEAR_BYTES, HEADER_BYTES);
  }

  /**
   * The nonce of a new record. It is random, not the number: after a torn record, or in a copy of
   * the directory, the same number is written again.
   */
  static byte[] newNonce() {
    byte[] nonce = new byte[Gcm.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return nonce;
  }

  /** How many pieces a content has, which is never empty. */
  static int pieces(int length) {
    return (length + PIECE_BYTES - 1) / PIECE_BYTES;
  }

  /** How many bytes a piece has before it is encrypted. */
  static int pieceBytes(int length, int piece) {
    return Math.min(PIECE_BYTES, length - piece * PIECE_BYTES);
  }

  /** How many bytes a record has in the file. */
  static long recordBytes(int length) {
    return PREFIX_BYTES + length + (long) pieces(length) * Gcm.TAG_BYTES;
  }

  /** The nonce of a piece of a record. */
  static byte[] nonce(byte[] record, int piece) {
    ByteBuffer nonce = ByteBuffer.wrap(record.clone());
    int counterAt = Gcm.NONCE_BYTES - 4;
    return nonce.putInt(counterAt, nonce.getInt(counterAt) ^ piece).array();
  }

  /** What a piece is bound to: its record's number and length, and the tag before it. */
  static byte[] aad(long number, int length, byte[] before) {
    return ByteBuffer.allocate(8 + 4 + Gcm.TAG_BYTES)
        .putLong(number)
        .putInt(length)
        .put(before)
        .array();
  }

  static CheckpointException refused(Path file, String reason) {
    return new CheckpointException("Cannot use the inbox " + file + ": " + reason);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal: a header and records of {@value #BLOCK_BYTES} bytes, none of which spans
 * two sectors of a disk. Each record is bound to its number and to the one before it. Not safe for
 * several threads.
 */
final class JournalFormat {
  static final int BLOCK_BYTES = 128;

  /** What a record can hold. */
  static final int CONTENT_BYTES = BLOCK_BYTES - Gcm.NONCE_BYTES - Gcm.TAG_BYTES;

  private static final byte[] MAGIC = "HEDDLEJN".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SALT_AT = MAGIC.length + 4;
  private static final int SESSION_AT = SALT_AT + SealedFile.SALT_BYTES;
  private static final int SESSION_BYTES = 32;
  private static final int CLEAR_BYTES = BLOCK_BYTES - Gcm.TAG_BYTES;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Gcm gcm;
  private final byte[] sealed = new byte[CONTENT_BYTES + Gcm.TAG_BYTES];

  private JournalFormat(Gcm gcm) {
    this.gcm = gcm;
  }

  /** The first block of a new journal, under a key of its own. */
  static byte[] newHeader(JobKeys keys, String session) {
    byte[] salt = new byte[SealedFile.SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] clear =
        ByteBuffer.allocate(CLEAR_BYTES)
            .put(MAGIC)
            .putInt(VERSION)
            .put(salt)
            .put(HexFormat.of().parseHex(session))
            .array();
    byte[] tag = Segments.headerTag(new Gcm(keys.ofJournal(salt)), clear);
    return ByteBuffer.allocate(BLOCK_BYTES).put(clear).put(tag).array();
  }

  /**
   * Checks the first block.
   *
   * @throws CheckpointException if it is not of a journal of this job and session
   */
  static JournalFormat open(Path file, byte[] header, JobKeys keys, String session) {
    if (header.length < BLOCK_BYTES) {
      throw refused(file, "it ends within its header");
    }
    byte[] clear = Arrays.copyOf(header, CLEAR_BYTES);
    if (!Arrays.equals(clear, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw refused(file, "it is no journal");
    }
    int version = ByteBuffer.wrap(clear).getInt(MAGIC.length);
    if (version != VERSION) {
      throw refused(
          file, "it has format version " + version + ", this version of Heddle reads " + VERSION);
    }
    Gcm gcm = new Gcm(keys.ofJournal(Arrays.copyOfRange(clear, SALT_AT, SESSION_AT)));
    if (!Segments.isHeaderTag(gcm, clear, tag(header))) {
      throw refused(
          file, "its header was changed, or it is of another identity key or another job");
    }
    byte[] theirs = Arrays.copyOfRange(clear, SESSION_AT, SESSION_AT + SESSION_BYTES);
    if (!HexFormat.of().formatHex(theirs).equals(session)) {
      throw refused(file, "it is of another session");
    }
    return new JournalFormat(gcm);
  }

  /** The last bytes of a block, which bind the next one to it. */
  static byte[] tag(byte[] block) {
    return Arrays.copyOfRange(block, CLEAR_BYTES, BLOCK_BYTES);
  }

  /**
   * Makes a record. The nonce is random, not the number: after a torn record, or in a copy of the
   * directory, the same number is written again.
   */
  byte[] seal(long number, byte[] before, byte[] content) {
    byte[] nonce = new byte[Gcm.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    gcm.seal(nonce, aad(number, before), content, CONTENT_BYTES, sealed);
    return ByteBuffer.allocate(BLOCK_BYTES).put(nonce).put(sealed).array();
  }

  /** The content of a record; null if it is not the one that was written in this place. */
  byte @Nullable [] open(long number, byte[] before, byte[] block) {
    byte[] content = new byte[CONTENT_BYTES];
    byte[] nonce = Arrays.copyOf(block, Gcm.NONCE_BYTES);
    System.arraycopy(block, Gcm.NONCE_BYTES, sealed, 0, sealed.length);
    return gcm.open(nonce, aad(number, before), sealed, sealed.length, content) < 0
        ? null
        : content;
  }

  private static byte[] aad(long number, byte[] before) {
    return ByteBuffer.allocate(8 + Gcm.TAG_BYTES).putLong(number).put(before).array();
  }

  static CheckpointException refused(Path file, String reason) {
    return new CheckpointException("Cannot use the journal " + file + ": " + reason);
  }
}

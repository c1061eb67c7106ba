// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/** Writes and reads the file of one commit: see the package for its bytes. */
final class SealedFile {
  static final int SALT_BYTES = 32;
  private static final byte[] MAGIC = "HEDDLECP".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int PREFIX_BYTES = MAGIC.length + 4 + 4 + SALT_BYTES;
  private static final int MAX_FIELD_BYTES = 4096;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private SealedFile() {}

  static void write(
      Disk disk,
      Path directory,
      String name,
      JobKeys keys,
      CheckpointHeader header,
      CheckpointStore.Body body)
      throws IOException {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] fields = header.toBytes();
    if (fields.length > MAX_FIELD_BYTES) {
      throw new IllegalArgumentException(
          "A header of " + fields.length + " bytes: must be at most " + MAX_FIELD_BYTES);
    }
    byte[] clear =
        ByteBuffer.allocate(PREFIX_BYTES + fields.length)
            .put(MAGIC)
            .putInt(VERSION)
            .putInt(fields.length)
            .put(salt)
            .put(fields)
            .array();
    Gcm gcm = new Gcm(keys.ofCommit(salt));
    disk.replace(
        directory,
        name,
        file -> {
          OutputStream out = new BufferedOutputStream(file, BUFFER_BYTES);
          out.write(clear);
          out.write(Segments.headerTag(gcm, clear));
          SegmentOutput segments = new SegmentOutput(gcm, out);
          try {
            body.writeTo(segments);
            segments.finish();
            out.flush();
          } finally {
            segments.wipe();
          }
        });
  }

  /** What {@link #open} found: the caller closes the body. */
  record Opened(CheckpointHeader header, InputStream body) {}

  /**
   * Opens a file and checks its header; the body is checked as it is read.
   *
   * @throws CheckpointException if it is no such file, not of this job, or damaged
   */
  static Opened open(Path file, JobKeys keys) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    boolean opened = false;
    try {
      byte[] prefix = in.readNBytes(PREFIX_BYTES);
      int length = fieldBytes(file, prefix);
      byte[] clear = Arrays.copyOf(prefix, PREFIX_BYTES + length);
      byte[] tag = new byte[Gcm.TAG_BYTES];
      if (in.readNBytes(clear, PREFIX_BYTES, length) < length
          || in.readNBytes(tag, 0, tag.length) < tag.length) {
        throw refused(file, "it ends within its header");
      }
      byte[] salt = Arrays.copyOfRange(prefix, PREFIX_BYTES - SALT_BYTES, PREFIX_BYTES);
      Gcm gcm = new Gcm(keys.ofCommit(salt));
      CheckpointHeader header =
          Segments.isHeaderTag(gcm, clear, tag)
              ? CheckpointHeader.read(Arrays.copyOfRange(clear, PREFIX_BYTES, clear.length))
              : null;
      if (header == null) {
        throw refused(
            file, "its header was changed, or it is of another identity key or another job");
      }
      long left = Files.size(file) - clear.length - tag.length;
      opened = true;
      return new Opened(header, new SegmentInput(file, gcm, in, left));
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  private static int fieldBytes(Path file, byte[] prefix) {
    if (prefix.length < PREFIX_BYTES) {
      throw refused(file, "it ends within its header");
    }
    ByteBuffer start = ByteBuffer.wrap(prefix);
    byte[] magic = new byte[MAGIC.length];
    start.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw refused(file, "it is no checkpoint file");
    }
    int version = start.getInt();
    if (version != VERSION) {
      throw refused(
          file, "it has format version " + version + ", this version of Heddle reads " + VERSION);
    }
    int length = start.getInt();
    if (length < 0 || length > MAX_FIELD_BYTES) {
      throw refused(file, "its header has " + length + " bytes: must be 0 to " + MAX_FIELD_BYTES);
    }
    return length;
  }

  static CheckpointException refused(Path file, String reason) {
    return new CheckpointException("Cannot use the checkpoint " + file + ": " + reason);
  }
}

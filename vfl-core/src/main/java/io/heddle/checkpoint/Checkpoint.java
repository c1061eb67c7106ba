// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One commit as it lies on the disk, checked to its last byte when it was found. Of use as long as
 * its store is open and keeps it: two later commits remove it.
 */
public final class Checkpoint {
  private final Path file;
  private final JobKeys keys;
  private final CheckpointHeader header;
  private final @Nullable String damage;

  Checkpoint(Path file, JobKeys keys, CheckpointHeader header, @Nullable String damage) {
    this.file = file;
    this.keys = keys;
    this.header = header;
    this.damage = damage;
  }

  /** Finds a file and reads it to its end. */
  static Checkpoint check(Path file, JobKeys keys, long number, @Nullable String damage) {
    try {
      OwnerOnly.requireFile(file);
      SealedFile.Opened opened = SealedFile.open(file, keys);
      try (InputStream body = opened.body()) {
        if (opened.header().number() != number) {
          throw SealedFile.refused(
              file, "it is commit " + opened.header().number() + " under another name");
        }
        body.transferTo(OutputStream.nullOutputStream());
      }
      return new Checkpoint(file, keys, opened.header(), damage);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** What tells its session from every other one of the job, 64 hex digits. */
  public String session() {
    return header.session();
  }

  /** Its number. */
  public long number() {
    return header.number();
  }

  /** The digest of the agreed terms, 64 hex digits. */
  public String terms() {
    return header.terms();
  }

  /** The digest of the party's own data, 64 hex digits. */
  public String data() {
    return header.data();
  }

  /** On what it was computed. */
  public Platform platform() {
    return header.platform();
  }

  JournalMark journal() {
    return header.journal();
  }

  /** Why a newer commit could not be used, for the operator; null if this is the newest. */
  public @Nullable String damage() {
    return damage;
  }

  /**
   * The body, decrypted as it is read, in bounded memory. The caller closes it.
   *
   * @throws CheckpointException if the file has changed since it was found; reading throws it too
   */
  public InputStream body() {
    try {
      return SealedFile.open(file, keys).body();
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** The whole body, for one of a few megabytes. The caller wipes it. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream body = body()) {
      body.transferTo(bytes);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
    return bytes.toByteArray();
  }

  private static CheckpointException cannotRead(Path file, IOException cause) {
    return new CheckpointException("Cannot read the checkpoint " + file, cause);
  }

  /** The file and the number, nothing of the body. */
  @Override
  public String toString() {
    return "Checkpoint[commit " + number() + " in " + file + "]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The messages that came in after one commit, in their file. Not safe for several threads. */
final class InboxFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final long commit;
  private final Disk disk;
  private final FileChannel channel;
  private final Gcm gcm;
  private final Map<ByteBuffer, Place> places = new HashMap<>();
  private final byte[] plain = new byte[InboxFormat.PIECE_BYTES];
  private final byte[] sealed = new byte[InboxFormat.PIECE_BYTES + Gcm.TAG_BYTES];
  private final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
  private byte[] head;
  private long end = InboxFormat.HEADER_BYTES;
  private boolean torn;
  private boolean failed;

  // What is read back counts as not forced: a killed process leaves such records, too.
  private boolean unforced = true;

  private record Place(long number, long start, byte[] digest) {}

  private InboxFile(
      Path file, long commit, Disk disk, FileChannel channel, Gcm gcm, byte[] header) {
    this.file = file;
    this.commit = commit;
    this.disk = disk;
    this.channel = channel;
    this.gcm = gcm;
    this.head = InboxFormat.tag(header);
  }

  /** Writes an empty one, in the place of another one. */
  static void create(
      Path directory, String name, JobKeys keys, String session, long commit, Disk disk) {
    byte[] header = InboxFormat.newHeader(keys, session, commit);
    try {
      disk.replace(directory, name, out -> out.write(header));
    } catch (IOException e) {
      throw cannotWrite(directory.resolve(name), e);
    }
  }

  /**
   * Reads one back and cuts off what a crash left half written at its end.
   *
   * @throws CheckpointException if it is missing, or not that of this job, session and commit
   */
  static InboxFile open(Path file, JobKeys keys, String session, long commit, Disk disk) {
    requireThere(file);
    try {
      OwnerOnly.requireFile(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      boolean opened = false;
      try {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
        byte[] header = in.readNBytes(InboxFormat.HEADER_BYTES);
        Gcm gcm = InboxFormat.open(file, header, keys, session, commit);
        InboxFile inbox = new InboxFile(file, commit, disk, channel, gcm, header);
        inbox.readBack(in);
        opened = true;
        return inbox;
      } finally {
        if (!opened) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /**
   * Checks that there is one, by its header.
   *
   * @throws CheckpointException as {@link #open} does
   */
  static void check(Path file, JobKeys keys, String session, long commit) {
    requireThere(file);
    try {
      OwnerOnly.requireFile(file);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] header = in.readNBytes(InboxFormat.HEADER_BYTES);
        InboxFormat.open(file, header, keys, session, commit);
      }
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  private static void requireThere(Path file) {
    if (!Files.isRegularFile(file)) {
      throw InboxFormat.refused(
          file, "it is missing, and the peers may have forgotten what was in it");
    }
  }

  private void readBack(InputStream in) throws IOException {
    InboxReader reader = new InboxReader(gcm, in, 0, head);
    try {
      for (InboxReader.Found found = reader.next(false);
          found != null;
          found = reader.next(false)) {
        add(found.key(), found.digest(), found.length(), reader.tag());
      }
    } finally {
      reader.wipe();
    }
    if (end < channel.size()) {
      disk.truncate(channel, end);
      torn = true;
    }
  }

  private void add(byte[] key, byte[] digest, int length, byte[] tag) {
    places.put(ByteBuffer.wrap(key), new Place(places.size(), end, digest));
    end += InboxFormat.recordBytes(length);
    head = tag;
  }

  /**
   * Appends a message under a key that it has not.
   *
   * @param key the SHA-256 of the message key
   */
  void append(byte[] key, int typeId, byte[] digest, byte[] body) {
    requireWritable();
    int length = InboxFormat.FIELD_BYTES + body.length;
    byte[] nonce = InboxFormat.newNonce();
    unforced = true;
    try {
      add(key, digest, length, write(nonce, length, fields(key, typeId, digest), body));
    } catch (IOException e) {
      // What the disk has now is known only after it is read back.
      failed = true;
      throw cannotWrite(file, e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static byte[] fields(byte[] key, int typeId, byte[] digest) {
    return ByteBuffer.allocate(InboxFormat.FIELD_BYTES)
        .putShort((short) typeId)
        .put(key)
        .put(digest)
        .array();
  }

  /** Writes a record behind the last one and gives its last tag. */
  private byte[] write(byte[] nonce, int length, byte[] fields, byte[] body) throws IOException {
    long at = end;
    byte[] tag = head;
    out.clear().putInt(length).put(nonce);
    System.arraycopy(fields, 0, plain, 0, fields.length);
    int filled = fields.length;
    int taken = 0;
    for (int piece = 0; piece < InboxFormat.pieces(length); piece++) {
      int bytes = InboxFormat.pieceBytes(length, piece);
      System.arraycopy(body, taken, plain, filled, bytes - filled);
      taken += bytes - filled;
      filled = 0;
      byte[] aad = InboxFormat.aad(places.size(), length, tag);
      int written = gcm.seal(InboxFormat.nonce(nonce, piece), aad, plain, bytes, sealed);
      tag = Arrays.copyOfRange(sealed, bytes, written);
      if (out.remaining() < written) {
        at += flush(at);
      }
      out.put(sealed, 0, written);
    }
    flush(at);
    return tag;
  }

  private int flush(long at) throws IOException {
    int bytes = out.flip().remaining();
    disk.write(channel, out, at);
    out.clear();
    return bytes;
  }

  /** Makes every message so far outlive a power cut. */
  void force() {
    requireWritable();
    if (!unforced) {
      return;
    }
    try {
      disk.force(channel);
    } catch (IOException e) {
      // A second try could succeed though the disk has given up the bytes.
      failed = true;
      throw cannotWrite(file, e);
    }
    unforced = false;
  }

  private void requireWritable() {
    if (failed || !channel.isOpen()) {
      throw new CheckpointException(
          "Cannot write the inbox " + file + ": it is closed, or failed before");
    }
  }

  /** The digest of the message under a key, by the SHA-256 of that; null if there is none. */
  byte @Nullable [] digest(byte[] key) {
    Place place = places.get(ByteBuffer.wrap(key));
    return place == null ? null : place.digest();
  }

  /** The message under a key, by the SHA-256 of that; null if there is none. */
  Inbox.@Nullable Received find(byte[] key) {
    Place place = places.get(ByteBuffer.wrap(key));
    if (place == null) {
      return null;
    }
    try {
      channel.position(place.start() - Gcm.TAG_BYTES);
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      byte[] tag = in.readNBytes(Gcm.TAG_BYTES);
      InboxReader reader = new InboxReader(gcm, in, place.number(), tag);
      try {
        InboxReader.Found found = reader.next(true);
        if (found == null
            || !Arrays.equals(found.key(), key)
            || !Arrays.equals(found.digest(), place.digest())) {
          throw InboxFormat.refused(
              file, "its record " + (1 + place.number()) + " was changed while it was in use");
        }
        return new Inbox.Received(found.typeId(), found.digest(), found.body());
      } finally {
        reader.wipe();
      }
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** The number of its commit. */
  long commit() {
    return commit;
  }

  /** How many messages it has. */
  int size() {
    return places.size();
  }

  boolean wasTorn() {
    return torn;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static CheckpointException cannotRead(Path file, IOException cause) {
    return new CheckpointException("Cannot read the inbox " + file, cause);
  }

  private static CheckpointException cannotWrite(Path file, IOException cause) {
    return new CheckpointException("Cannot write the inbox " + file + ": is the disk full?", cause);
  }
}

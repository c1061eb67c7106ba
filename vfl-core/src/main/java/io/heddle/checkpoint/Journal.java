// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers over a crash which bytes went out or came in under which message key, so that a resumed
 * party neither gives nor takes two different messages under one key: the difference of two answers
 * under the same masks would show what the masks hide. A record outlives this process as soon as
 * {@link #record} returns, and a power cut only after {@link #force}. Its store closes it. Safe for
 * use by several threads.
 */
public final class Journal {
  /** Which way a message goes. */
  public enum Direction {
    /** From this party: another message under the key is a fault of this party. */
    SENT,
    /** To this party: another message under the key is a fault of the peer. */
    RECEIVED
  }

  private static final int DIGEST_BYTES = 32;

  private final Path file;
  private final Disk disk;
  private final FileChannel channel;
  private final JournalFormat format;
  private final Map<Entry, byte[]> digests = new HashMap<>();
  private long records;
  private byte[] head;
  private boolean torn;
  private boolean failed;

  // What is read back counts as not forced: a killed process leaves such records, too.
  private boolean unforced = true;

  private record Entry(Direction direction, ByteBuffer key) {
    static Entry of(Direction direction, String key) {
      byte[] digest = Sha256.of(key.getBytes(StandardCharsets.UTF_8));
      return new Entry(direction, ByteBuffer.wrap(digest));
    }
  }

  private Journal(Path file, Disk disk, FileChannel channel, JournalFormat format, byte[] header) {
    this.file = file;
    this.disk = disk;
    this.channel = channel;
    this.format = format;
    this.head = JournalFormat.tag(header);
  }

  /** Makes an empty journal, in the place of another one. */
  static Journal create(Path directory, String name, JobKeys keys, String session, Disk disk) {
    byte[] header = JournalFormat.newHeader(keys, session);
    try {
      disk.replace(directory, name, out -> out.write(header));
    } catch (IOException e) {
      throw cannotWrite(directory.resolve(name), e);
    }
    String none = HexFormat.of().formatHex(JournalFormat.tag(header));
    return open(directory.resolve(name), keys, session, new JournalMark(0, none), disk);
  }

  /**
   * Reads a journal back and cuts off what a crash left half written at its end.
   *
   * @param mark how far it was at the commit from which the session goes on
   * @throws CheckpointException if it is missing, damaged, of something else, or not so far
   */
  static Journal open(Path file, JobKeys keys, String session, JournalMark mark, Disk disk) {
    if (!Files.isRegularFile(file)) {
      throw JournalFormat.refused(
          file, "it is missing, and without it this party could answer one question in two ways");
    }
    try {
      OwnerOnly.requireFile(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      boolean opened = false;
      try {
        byte[] header = block(channel, 0);
        Journal journal =
            new Journal(
                file, disk, channel, JournalFormat.open(file, header, keys, session), header);
        journal.readBack(mark);
        opened = true;
        return journal;
      } finally {
        if (!opened) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot read the journal " + file, e);
    }
  }

  /** Up to one block; fewer bytes at the end of the file. */
  private static byte[] block(FileChannel channel, long index) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(JournalFormat.BLOCK_BYTES);
    long start = index * JournalFormat.BLOCK_BYTES;
    while (block.hasRemaining() && channel.read(block, start + block.position()) >= 0) {
      // Reads on to the end of the block or of the file.
    }
    byte[] bytes = new byte[block.position()];
    block.flip().get(bytes);
    return bytes;
  }

  private synchronized void readBack(JournalMark mark) throws IOException {
    checkMark(mark);
    for (byte[] block = block(channel, 1); block.length > 0; block = block(channel, 1 + records)) {
      byte[] content =
          block.length < JournalFormat.BLOCK_BYTES ? null : format.open(records, head, block);
      if (content == null) {
        cutOff(block, mark);
        break;
      }
      ByteBuffer fields = ByteBuffer.wrap(content);
      Direction direction = fields.get() == 0 ? Direction.SENT : Direction.RECEIVED;
      byte[] key = new byte[DIGEST_BYTES];
      byte[] digest = new byte[DIGEST_BYTES];
      fields.get(key).get(digest);
      digests.put(new Entry(direction, ByteBuffer.wrap(key)), digest);
      records++;
      head = JournalFormat.tag(block);
      checkMark(mark);
    }
    if (records < mark.records()) {
      throw JournalFormat.refused(
          file, "it has " + records + " records, at the last commit it had " + mark.records());
    }
  }

  private void checkMark(JournalMark mark) {
    if (records == mark.records() && !HexFormat.of().formatHex(head).equals(mark.head())) {
      throw JournalFormat.refused(
          file, "its record " + records + " is another one than at the last commit");
    }
  }

  /**
   * Records that were not forced can be lost in any order, so what stands behind the first lost one
   * may be whole; but nothing that a peer was told depends on it. Everything up to the mark was
   * forced, and a block with any other content was changed later.
   */
  private void cutOff(byte[] block, JournalMark mark) throws IOException {
    boolean isLost = block.length < JournalFormat.BLOCK_BYTES || isZero(block);
    if (!isLost) {
      throw JournalFormat.refused(
          file, "record " + (1 + records) + " was changed, or a record was put in or taken out");
    }
    if (records < mark.records()) {
      // The caller refuses it, and leaves it as it is.
      return;
    }
    long good = (1 + records) * JournalFormat.BLOCK_BYTES;
    disk.truncate(channel, good);
    disk.force(channel);
    torn = true;
  }

  private static boolean isZero(byte[] block) {
    int any = 0;
    for (byte value : block) {
      any |= value;
    }
    return any == 0;
  }

  /**
   * Records a message; {@link #force} comes before its first byte is sent or before it is answered.
   * A message that is recorded already is left as it is.
   *
   * @param key the message key, all parts of it
   * @param digest the SHA-256 of the body
   * @throws CheckpointException if this party sent another body under this key before, or the disk
   *     does not take the record; nothing may be sent then
   * @throws ProtocolException if the peer sent another body under this key before
   */
  public synchronized void record(Direction direction, String key, byte[] digest) {
    if (digest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "Invalid digest of " + digest.length + " bytes: must be " + DIGEST_BYTES);
    }
    Entry entry = Entry.of(direction, key);
    byte[] known = digests.get(entry);
    if (known == null) {
      append(entry, digest.clone());
    } else if (!MessageDigest.isEqual(known, digest)) {
      throw conflict(direction, key);
    }
  }

  private static RuntimeException conflict(Direction direction, String key) {
    return direction == Direction.SENT
        ? new CheckpointException(
            "Refused to send " + key + ": before a restart this party sent other bytes for it")
        : new ProtocolException("The peer sent " + key + " before, with other bytes");
  }

  private void append(Entry entry, byte[] digest) {
    requireWritable();
    ByteBuffer content = ByteBuffer.allocate(JournalFormat.CONTENT_BYTES);
    content
        .put((byte) (entry.direction() == Direction.SENT ? 0 : 1))
        .put(entry.key().duplicate())
        .put(digest);
    byte[] block = format.seal(records, head, content.array());
    try {
      disk.write(channel, ByteBuffer.wrap(block), (1 + records) * JournalFormat.BLOCK_BYTES);
    } catch (IOException e) {
      // What the disk has now is known only after it is read back.
      failed = true;
      throw cannotWrite(file, e);
    }
    unforced = true;
    digests.put(entry, digest);
    records++;
    head = JournalFormat.tag(block);
  }

  private void requireWritable() {
    if (failed || !channel.isOpen()) {
      throw new CheckpointException(
          "Cannot write the journal " + file + ": it is closed, or failed before");
    }
  }

  /**
   * Makes every record so far outlive a power cut.
   *
   * @throws CheckpointException if the disk does not do it, now or before; nothing may be sent then
   */
  public synchronized void force() {
    requireWritable();
    if (!unforced) {
      return;
    }
    try {
      disk.force(channel);
    } catch (IOException e) {
      // A second try could succeed though the disk has given up the blocks.
      failed = true;
      throw cannotWrite(file, e);
    }
    unforced = false;
  }

  /** The digest recorded for a message; null if there is none. */
  public synchronized byte @Nullable [] digest(Direction direction, String key) {
    byte[] digest = digests.get(Entry.of(direction, key));
    return digest == null ? null : digest.clone();
  }

  /** How many messages it has. */
  public synchronized long size() {
    return records;
  }

  /** Whether records that a crash left half written were cut off at opening, for the operator. */
  public synchronized boolean wasTorn() {
    return torn;
  }

  synchronized JournalMark mark() {
    return new JournalMark(records, HexFormat.of().formatHex(head));
  }

  synchronized void close() throws IOException {
    channel.close();
  }

  private static CheckpointException cannotWrite(Path file, IOException cause) {
    return new CheckpointException(
        "Cannot write the journal " + file + ": is the disk full?", cause);
  }
}

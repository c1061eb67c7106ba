// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Every change of a file that must survive a power cut. A test puts a failing one here. */
class Disk {
  static final Disk REAL = new Disk();

  /** For files that nobody looks for after a crash: nothing waits for the disk. */
  static final Disk PASSING =
      new Disk() {
        @Override
        void force(FileChannel channel) {}

        @Override
        void syncDirectory(Path directory) {}
      };

  /** How the name of a file that is not finished begins and ends. */
  static final String DRAFT_START = ".";

  static final String DRAFT_END = ".tmp";

  /** What goes into a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces a file: whole and on the disk, or not at all. After a failure in the last of its steps
   * the new file may already stand there.
   */
  final void replace(Path directory, String name, Content content) throws IOException {
    Path draft =
        Files.createTempFile(
            directory, DRAFT_START + name + ".", DRAFT_END, OwnerOnly.forFile(directory));
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        content.writeTo(output(channel));
        force(channel);
      }
      move(draft, directory.resolve(name));
    } finally {
      Files.deleteIfExists(draft);
    }
    syncDirectory(directory);
  }

  /** Writes to a file from its beginning on. */
  final OutputStream output(FileChannel channel) {
    return new ChannelOutput(channel);
  }

  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    for (long at = position; bytes.hasRemaining(); ) {
      at += channel.write(bytes, at);
    }
  }

  void force(FileChannel channel) throws IOException {
    channel.force(true);
  }

  void truncate(FileChannel channel, long size) throws IOException {
    channel.truncate(size);
  }

  void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whether it was there. */
  boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  /** Makes new, renamed and deleted names of a directory last; only POSIX systems know how. */
  void syncDirectory(Path directory) throws IOException {
    if (OwnerOnly.isKnown(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Not safe for several threads. */
  private final class ChannelOutput extends OutputStream {
    private final FileChannel channel;
    private long position;

    private ChannelOutput(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Disk.this.write(channel, ByteBuffer.wrap(bytes, offset, length), position);
      position += length;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** For tests: is full from one operation on; of the write that fails first, half is written. */
final class FailingDisk extends Disk {
  private int left;
  private boolean full;

  FailingDisk(int operations) {
    this.left = operations;
  }

  /** Whether anything failed. */
  boolean wasFull() {
    return full;
  }

  private void step() throws IOException {
    left--;
    if (left < 0) {
      full = true;
      throw new IOException("No space left on device");
    }
  }

  @Override
  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    if (left == 0) {
      super.write(channel, bytes.duplicate().limit(bytes.limit() / 2), position);
    }
    step();
    super.write(channel, bytes, position);
  }

  @Override
  void force(FileChannel channel) throws IOException {
    step();
    super.force(channel);
  }

  @Override
  void truncate(FileChannel channel, long size) throws IOException {
    step();
    super.truncate(channel, size);
  }

  @Override
  void move(Path from, Path to) throws IOException {
    step();
    super.move(from, to);
  }

  @Override
  boolean delete(Path file) throws IOException {
    step();
    return super.delete(file);
  }

  @Override
  void syncDirectory(Path directory) throws IOException {
    step();
    super.syncDirectory(directory);
  }
}

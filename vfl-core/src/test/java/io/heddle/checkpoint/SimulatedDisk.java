// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * For tests: the disk of a process that may end at any change, together with the machine, which
 * then forgets of each open file some of what was not forced. Forcing costs no time.
 */
public final class SimulatedDisk extends Disk {
  private final SplittableRandom random;
  private final Runnable before;
  private final Map<FileChannel, Long> forced = new LinkedHashMap<>();

  /**
   * @param before each change; throws to end the process there
   */
  public SimulatedDisk(SplittableRandom random, Runnable before) {
    this.random = random;
    this.before = before;
  }

  /** Opens the store of a party's only job. */
  public CheckpointStore open(Path base, String party) {
    return CheckpointStore.open(
        base, Sha256.of(party.getBytes(StandardCharsets.UTF_8)), Stores.key(party.length()), this);
  }

  /** The process has ended. Sometimes the machine has, too. */
  public void crash() {
    if (random.nextBoolean()) {
      forced.forEach(this::forget);
    }
    forced.clear();
  }

  private void forget(FileChannel channel, long kept) {
    try {
      if (channel.isOpen() && channel.size() > kept) {
        channel.truncate(kept + random.nextLong(channel.size() - kept + 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    if (!forced.containsKey(channel)) {
      forced.put(channel, channel.size());
    }
    before.run();
    int some = random.nextInt(bytes.remaining() + 1);
    super.write(channel, bytes.duplicate().limit(bytes.position() + some), position);
    before.run();
    super.write(channel, bytes.position(bytes.position() + some), position + some);
  }

  @Override
  void force(FileChannel channel) throws IOException {
    before.run();
    forced.put(channel, channel.size());
  }

  @Override
  void truncate(FileChannel channel, long size) throws IOException {
    before.run();
    super.truncate(channel, size);
  }

  @Override
  void move(Path from, Path to) throws IOException {
    before.run();
    super.move(from, to);
  }

  @Override
  boolean delete(Path file) throws IOException {
    before.run();
    return super.delete(file);
  }

  @Override
  void syncDirectory(Path directory) {
    before.run();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets one store at a time use a directory: two live drivers with one session secret would answer
 * under the same masks. The system lets go of it when the process ends, however it ends. The file
 * stays, as a deleted one could be locked twice.
 */
final class StoreLock implements AutoCloseable {
  private static final String NAME = "lock";

  // Closing any channel of the file would end the lock of the whole process (fcntl), so a second
  // store of this process must be turned away before it opens one.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private StoreLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws CheckpointException if another store of this or another process has it
   */
  static StoreLock take(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(directory, null);
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel =
          FileChannel.open(
              real.resolve(NAME),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              OwnerOnly.forFile(real));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(directory, null);
      }
      taken = true;
      return new StoreLock(real, channel);
    } catch (OverlappingFileLockException e) {
      throw inUse(directory, e);
    } finally {
      if (!taken) {
        release(real, channel);
      }
    }
  }

  private static CheckpointException inUse(Path directory, @Nullable Throwable cause) {
    String message =
        "A running process uses the files in "
            + directory
            + ": the same job, or the same exchange, cannot run twice at once";
    return cause == null
        ? new CheckpointException(message)
        : new CheckpointException(message, cause);
  }

  private static void release(Path directory, @Nullable FileChannel channel) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HELD.remove(directory);
    }
  }

  @Override
  public void close() throws IOException {
    release(directory, channel);
  }
}

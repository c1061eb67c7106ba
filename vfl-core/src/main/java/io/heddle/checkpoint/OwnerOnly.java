// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Keeps other users of the machine out, where the file system knows users. */
final class OwnerOnly {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));
  private static final Set<PosixFilePermission> OTHERS_CHANGE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private OwnerOnly() {}

  /** Whether the file system has owners and modes. */
  static boolean isKnown(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  static FileAttribute<?>[] forFile(Path directory) {
    return attributes(directory, "rw-------");
  }

  static FileAttribute<?>[] forDirectory(Path parent) {
    return attributes(parent, "rwx------");
  }

  private static FileAttribute<?>[] attributes(Path near, String mode) {
    return isKnown(near)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  /** Refuses a file that others may use. */
  static void requireFile(Path file) throws IOException {
    require(file, OTHERS, "use the checkpoint file ", "must have mode 0600");
  }

  /** Refuses a directory that others may use. */
  static void requireDirectory(Path directory) throws IOException {
    require(directory, OTHERS, "use the checkpoint directory ", "must have mode 0700");
  }

  /** Refuses a directory in which others could put something in another's place. */
  static void requireUnchangeable(Path directory) throws IOException {
    require(directory, OTHERS_CHANGE, "write to the checkpoint directory ", "must have mode 0700");
  }

  private static void require(Path path, Set<PosixFilePermission> refused, String what, String rule)
      throws IOException {
    if (isKnown(path) && Files.getPosixFilePermissions(path).stream().anyMatch(refused::contains)) {
      throw new ConfigurationException("Others than its owner may " + what + path + ": " + rule);
    }
  }
}

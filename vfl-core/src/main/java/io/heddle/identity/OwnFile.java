// SPDX-License-Identifier: Apache-2.0
package io.heddle.identity;

import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** A file with a secret, which nobody but its owner may use. */
public final class OwnFile {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private OwnFile() {}

  /**
   * Refuses a file that is not there or that others may use.
   *
   * @param key the setting that names it
   * @param advice for one who has none
   * @throws ConfigurationException naming file and key
   */
  static void require(String key, Path file, String advice) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigurationException("No file " + file + " (" + key + "): " + advice);
    }
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")
          && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        throw new ConfigurationException(
            "Others than its owner may use the file "
                + file
                + " ("
                + key
                + "): must have mode 0600");
      }
    } catch (IOException e) {
      throw new ConfigurationException("Cannot read the file " + file + " (" + key + ")", e);
    }
  }

  /**
   * The first line of a text file in UTF-8.
   *
   * @param key the setting that names it
   * @param advice for one who has none
   * @throws ConfigurationException as {@link #require}, or if it cannot be read
   */
  public static char[] readPassword(String key, Path file, String advice) {
    require(key, file, advice);
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").toCharArray();
    } catch (IOException e) {
      throw new ConfigurationException("Cannot read the file " + file + " (" + key + ")", e);
    }
  }
}

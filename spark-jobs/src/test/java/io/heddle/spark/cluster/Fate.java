// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * For tests: kills the process that meets it first; whoever comes later finds its mark and lives.
 */
record Fate(String mark) implements Serializable {
  void meet() {
    try {
      Files.createFile(Path.of(mark));
      // Nobody can catch this: the process is gone as after a kill of the machine's.
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();
      Thread.sleep(Long.MAX_VALUE);
    } catch (FileAlreadyExistsException e) {
      // It has happened.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isMet() {
    return Files.exists(Path.of(mark));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import io.heddle.error.OutputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The one file that a run leaves, all of it or none. Opened before the run, so that a place that
 * cannot be written is known before any work. The rows go into a temporary file beside it, and one
 * rename makes them visible; until they are published there is no file at all. A file that was
 * there is replaced. Not safe for several threads.
 */
public final class TableOutput implements AutoCloseable {
  private final Path file;
  private final Path directory;
  private @Nullable Path written;

  private TableOutput(Path file, Path directory) {
    this.file = file;
    this.directory = directory;
  }

  /**
   * Makes sure that the place can be written.
   *
   * @param file a name that ends in {@code .parquet} makes a Parquet file, any other CSV
   * @throws DataException if it is a directory, or its directory is missing or cannot be written
   */
  public static TableOutput open(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException("Cannot write " + file + ": it is a directory, must be a file");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new DataException("Cannot write " + file + ": there is no directory " + directory);
    }
    TableOutput output = new TableOutput(file, directory);
    try {
      Files.delete(output.createTemporary());
      return output;
    } catch (IOException e) {
      throw new DataException(
          "Cannot write " + file + ": the directory " + directory + " takes no new file", e);
    }
  }

  /**
   * Writes rows of a table in the given order; nobody sees them before {@link #publish}. CSV: every
   * value quoted, a missing one empty and unquoted, lines end with a line feed.
   *
   * @param rows negative for a row of missing values; in a CSV file of one column that is an empty
   *     text, for readers skip empty lines
   * @throws OutputException if the disk is full or the file cannot be written; nothing is left then
   */
  public void write(Table table, int[] rows) {
    close();
    try {
      Path temporary = createTemporary();
      written = temporary;
      if (TableFiles.isParquetName(file)) {
        ParquetTables.write(table, rows, temporary);
      } else {
        CsvTableWriter.write(table, rows, temporary);
      }
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    } catch (IOException e) {
      close();
      throw cannotWrite(e);
    }
  }

  /**
   * Makes what was written visible under the file's name.
   *
   * @throws OutputException if the file cannot be replaced
   */
  public void publish() {
    Path temporary = written;
    if (temporary == null) {
      throw new IllegalStateException("Nothing is written yet");
    }
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      written = null;
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /** Drops what was not published. */
  @Override
  public void close() {
    Path temporary = written;
    written = null;
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private OutputException cannotWrite(IOException cause) {
    return new OutputException("Cannot write " + file + ": is the disk full?", cause);
  }

  private Path createTemporary() throws IOException {
    return Files.createTempFile(directory, "." + file.getFileName() + ".", ".tmp");
  }
}

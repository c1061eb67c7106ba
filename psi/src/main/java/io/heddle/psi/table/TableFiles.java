// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Finds out what a file is and reads it. */
public final class TableFiles {
  private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private TableFiles() {}

  /**
   * Reads a whole table. CSV: UTF-8 with or without byte order mark, commas, quotes as in RFC 4180,
   * a header line; every value is a text. Parquet: flat columns, told by its first bytes.
   *
   * @param file a CSV or Parquet file, or a directory of part files of one of these as Spark writes
   *     it
   * @throws DataException if there is no such file, or it is damaged: names file and line or column
   */
  public static Table read(Path file) {
    if (!Files.exists(file)) {
      throw new DataException(
          "No table " + file + ": must be a CSV or Parquet file, or a directory of them");
    }
    try {
      List<Path> parts = Files.isDirectory(file) ? parts(file) : List.of(file);
      boolean parquet = isParquet(parts.get(0));
      for (Path part : parts) {
        if (isParquet(part) != parquet) {
          throw new DataException("The directory " + file + " holds both CSV and Parquet files");
        }
      }
      return parquet ? ParquetTables.read(file, parts) : new CsvTableReader(file).read(parts);
    } catch (IOException e) {
      throw new DataException("Cannot read the table " + file, e);
    }
  }

  /** Whether a file that is to be written is a Parquet file, by its name. */
  static boolean isParquetName(Path file) {
    return file.toString().endsWith(".parquet");
  }

  private static boolean isParquet(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      if (Arrays.equals(in.readNBytes(PARQUET_MAGIC.length), PARQUET_MAGIC)) {
        return true;
      }
    }
    if (isParquetName(file)) {
      throw new DataException(
          "The file " + file + " is not a Parquet file: its first bytes must be PAR1");
    }
    return false;
  }

  private static List<Path> parts(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> parts =
          files
              .filter(Files::isRegularFile)
              .filter(
                  part -> {
                    String name = String.valueOf(part.getFileName());
                    return !name.startsWith("_")
                        && !name.startsWith(".")
                        && (name.endsWith(".parquet") || name.endsWith(".csv"));
                  })
              .sorted()
              .toList();
      if (parts.isEmpty()) {
        throw new DataException(
            "The directory " + directory + " holds no .csv and no .parquet file");
      }
      return parts;
    }
  }
}

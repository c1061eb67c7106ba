// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.heddle.crypto.Sha256;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes results so that a reader sees all of them or none: into a folder beside the place, with a
 * manifest of sizes and hashes, then one atomic rename.
 */
final class Publication implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  private static final String MANIFEST = "manifest.json";

  private final Path place;
  private final Path beside;

  private Publication(Path place, Path beside) {
    this.place = place;
    this.beside = beside;
  }

  /**
   * Checks that something can be published at a place, before any work is done for it.
   *
   * @param option the option that names the place
   * @throws ConfigurationException if something stands there, or nothing can be written there
   */
  static Publication prepare(Path place, String option) {
    Path full = place.toAbsolutePath();
    try {
      if (Files.exists(full) && !isEmptyFolder(full)) {
        throw new ConfigurationException(
            option + " " + place + " exists: name another place or remove it");
      }
      Path parent = full.getParent();
      if (parent == null) {
        throw new ConfigurationException(option + " " + place + ": must not be a root folder");
      }
      Files.createDirectories(parent);
      Path beside = parent.resolve("." + full.getFileName() + "-" + UUID.randomUUID());
      Files.createDirectory(beside);
      return new Publication(full, beside);
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot write to " + option + " " + place + ": must be in a writable folder", e);
    }
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Where to write what is to be published. */
  Path folder() {
    return beside;
  }

  /** Writes a JSON file of the folder. */
  void json(String name, Map<String, ?> content) {
    try {
      Files.write(beside.resolve(name), JSON.writeValueAsBytes(content));
    } catch (IOException e) {
      throw cannotWrite(beside.resolve(name).toString(), e);
    }
  }

  /** Makes the one data file that Spark wrote into a folder the file itself. */
  static void single(Path folder, Path file) {
    try (Stream<Path> parts = Files.list(folder)) {
      Path part =
          parts
              .filter(path -> path.getFileName().toString().startsWith("part-"))
              .findFirst()
              .orElseThrow(() -> new IOException("Spark wrote no data file"));
      Files.move(part, file);
      delete(folder);
    } catch (IOException e) {
      throw cannotWrite(file.toString(), e);
    }
  }

  /** Ends the writing: the manifest comes last, and only the move is left for {@link #publish}. */
  void complete() {
    try {
      SortedMap<String, Object> files = new TreeMap<>();
      try (Stream<Path> all = Files.walk(beside)) {
        for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
          byte[] bytes = Files.readAllBytes(file);
          files.put(
              beside.relativize(file).toString(),
              Map.of("bytes", bytes.length, "sha256", HexFormat.of().formatHex(Sha256.of(bytes))));
        }
      }
      json(MANIFEST, Map.of("files", files));
    } catch (IOException e) {
      throw cannotWrite(place.toString(), e);
    }
  }

  /** Moves everything to its place. */
  void publish() {
    try {
      Files.deleteIfExists(place);
      try {
        Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, place);
      }
    } catch (IOException e) {
      throw cannotWrite(place.toString(), e);
    }
  }

  /** Drops what was not published. */
  @Override
  public void close() {
    if (Files.exists(beside)) {
      try {
        delete(beside);
      } catch (IOException e) {
        throw new DataException("Cannot remove " + beside, e);
      }
    }
  }

  /** For what fails after the place was found good. */
  static DataException cannotWrite(String what, Exception cause) {
    return new DataException("Cannot write " + what + ": is the disk full?", cause);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

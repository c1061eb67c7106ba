// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.heddle.crypto.Sha256;
import io.heddle.error.ConfigurationException;
import io.heddle.error.OutputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
  private static final String SESSION = "session";

  private final Path place;
  private final Path beside;
  private final boolean done;

  private Publication(Path place, Path beside, boolean done) {
    this.place = place;
    this.beside = beside;
    this.done = done;
  }

  /**
   * Checks that something can be published at a place, before any work is done for it.
   *
   * @param option the option that names the place
   * @param broken the session that is gone on with, null for none: it may have come as far as this
   *     before it was broken off
   * @throws ConfigurationException if something stands there, or nothing can be written there
   */
  static Publication prepare(Path place, String option, @Nullable String broken) {
    Path full = place.toAbsolutePath();
    try {
      boolean done = broken != null && isOf(full, broken);
      if (broken != null) {
        deleteDrafts(full);
      }
      if (!done && Files.exists(full) && !isEmptyFolder(full)) {
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
      return new Publication(full, beside, done);
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot write to " + option + " " + place + ": must be in a writable folder", e);
    }
  }

  /** Whether a session has published here. */
  private static boolean isOf(Path place, String session) throws IOException {
    Path manifest = place.resolve(MANIFEST);
    return Files.isRegularFile(manifest)
        && JSON.readTree(Files.readAllBytes(manifest)).path(SESSION).asText().equals(session);
  }

  /** What a run that was broken off has left. */
  private static void deleteDrafts(Path place) throws IOException {
    Path parent = place.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return;
    }
    Pattern draft =
        Pattern.compile(
            Pattern.quote("." + place.getFileName() + "-")
                + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    List<Path> drafts;
    try (Stream<Path> entries = Files.list(parent)) {
      drafts =
          entries.filter(path -> draft.matcher(path.getFileName().toString()).matches()).toList();
    }
    for (Path left : drafts) {
      delete(left);
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

  /** Writes a text file of the folder, line by line. */
  void lines(String name, Stream<String> lines) {
    try (BufferedWriter out = Files.newBufferedWriter(beside.resolve(name))) {
      for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
        out.append(each.next()).append('\n');
      }
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

  /**
   * Ends the writing: the manifest comes last, all of it is on the disk, and only the move is left
   * for {@link #publish}.
   *
   * @param session whose results these are
   */
  void complete(String session) {
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
      json(MANIFEST, Map.of("files", files, SESSION, session));
      try (Stream<Path> all = Files.walk(beside)) {
        for (Path path : all.toList()) {
          force(path);
        }
      }
    } catch (IOException e) {
      throw cannotWrite(place.toString(), e);
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Moves everything to its place, unless it was there before the run was broken off. */
  void publish() {
    if (done) {
      return;
    }
    try {
      Files.deleteIfExists(place);
      try {
        Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, place);
      }
      force(Objects.requireNonNull(place.getParent()));
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
        throw new OutputException("Cannot remove " + beside, e);
      }
    }
  }

  /** For what fails after the place was found good. */
  static OutputException cannotWrite(String what, Exception cause) {
    return new OutputException("Cannot write " + what + ": is the disk full?", cause);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

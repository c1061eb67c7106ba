// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.error.ConfigurationException;
import io.heddle.spark.ml.FitTrace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What one party notes of its own fit where {@code trace.dir} is set, for the comparison with
 * training in the clear. Secret: with the rounding seed and the other party's trace the labels can
 * be told. Files have mode 0600.
 */
public final class TraceFiles implements FitTrace {
  private static final String SEED = "rounding-seed";
  private static final String COEFFICIENTS = "coefficients.csv";
  private static final String TRAINING_IDS = "training-ids";

  private final Path directory;

  /**
   * @param directory where the notes go; made if it does not exist, notes of an earlier fit in it
   *     are replaced from its first pass on
   */
  public TraceFiles(Path directory) {
    this.directory = directory;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot write to trace.dir " + directory + ": must be a writable folder", e);
    }
  }

  @Override
  public void seed(byte[] roundingSeed) {
    note(SEED, List.of(HexFormat.of().formatHex(roundingSeed)));
  }

  @Override
  public void afterPass(int pass, double[] scaledCoefficients) {
    List<String> lines = new ArrayList<>(before(pass));
    lines.add(
        Arrays.stream(scaledCoefficients)
            .mapToObj(Double::toString)
            .collect(Collectors.joining(",")));
    note(COEFFICIENTS, lines);
  }

  /** A fit that was broken off goes on after any pass: what was noted of later ones is replaced. */
  private List<String> before(int pass) {
    Path file = directory.resolve(COEFFICIENTS);
    try {
      return pass == 1 ? List.of() : Files.readAllLines(file).subList(0, pass - 1);
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new ConfigurationException(
          "Cannot go on with the notes in trace.dir "
              + directory
              + ": must hold those of the "
              + (pass - 1)
              + " passes before",
          e);
    }
  }

  /** The normalised ids of the training rows in aligned order. */
  public void trainingIds(List<byte[]> ids) {
    note(TRAINING_IDS, ids.stream().map(HexFormat.of()::formatHex).toList());
  }

  /** Whole or not at all, for a party may be killed at any time. */
  private void note(String name, List<String> lines) {
    Path file = directory.resolve(name);
    Path whole = directory.resolve(name + ".new");
    try {
      Files.deleteIfExists(whole);
      if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
        Files.createFile(
            whole,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(whole);
      }
      Files.write(whole, lines, StandardCharsets.US_ASCII);
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw Publication.cannotWrite(file + " (trace.dir)", e);
    }
  }

  /** The label holder's seed, as it was noted. */
  public static byte[] readSeed(Path directory) throws IOException {
    return HexFormat.of().parseHex(Files.readString(directory.resolve(SEED)).strip());
  }

  /** Each pass's coefficients, as they were noted. */
  public static List<double[]> readCoefficients(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve(COEFFICIENTS)).stream()
        .map(
            line ->
                line.isEmpty()
                    ? new double[0]
                    : Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  /** The training rows' ids in aligned order, as they were noted. */
  public static List<byte[]> readTrainingIds(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve(TRAINING_IDS)).stream()
        .map(HexFormat.of()::parseHex)
        .toList();
  }
}

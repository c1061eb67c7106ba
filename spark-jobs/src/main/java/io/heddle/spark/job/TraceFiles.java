// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.error.ConfigurationException;
import io.heddle.spark.ml.FitTrace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
   * @param directory where the notes go; made if it does not exist, notes of an earlier run in it
   *     are replaced
   */
  public TraceFiles(Path directory) {
    this.directory = directory;
    try {
      Files.createDirectories(directory);
      for (String name : List.of(SEED, COEFFICIENTS, TRAINING_IDS)) {
        Files.deleteIfExists(directory.resolve(name));
      }
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot write to trace.dir " + directory + ": must be a writable folder", e);
    }
  }

  @Override
  public void seed(byte[] roundingSeed) {
    append(SEED, HexFormat.of().formatHex(roundingSeed));
  }

  @Override
  public void afterPass(int pass, double[] scaledCoefficients) {
    append(
        COEFFICIENTS,
        Arrays.stream(scaledCoefficients)
            .mapToObj(Double::toString)
            .collect(Collectors.joining(",")));
  }

  /** The normalised ids of the training rows in aligned order; called once. */
  public void trainingIds(List<byte[]> ids) {
    append(
        TRAINING_IDS,
        ids.stream().map(HexFormat.of()::formatHex).collect(Collectors.joining("\n")));
  }

  private void append(String name, String lines) {
    Path file = directory.resolve(name);
    try {
      if (!Files.exists(file)) {
        if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
          Files.createFile(
              file,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
          Files.createFile(file);
        }
      }
      Files.writeString(file, lines + "\n", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
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

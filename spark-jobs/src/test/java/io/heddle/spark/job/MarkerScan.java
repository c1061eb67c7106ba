// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.channel.WireScan;
import io.heddle.checkpoint.Checkpoint;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.identity.Identity;
import io.heddle.spark.TwoParties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * For the scripts that run real jobs on clusters: writes the tables of a bank and a retailer whose
 * ids and numbers are met nowhere else, and looks for them, and for the parties' secrets, in
 * whatever the jobs have left.
 */
final class MarkerScan {
  private static final int ROWS = 900;
  private static final MarkerRows BANK = MarkerRows.of(TwoParties.BANK, 0, ROWS);
  private static final MarkerRows RETAILER =
      MarkerRows.of(TwoParties.RETAILER, ROWS / 10, ROWS + ROWS / 10);
  private static final int SECRET_BYTES = 32;

  private final WireScan scan = new WireScan();
  private final Path folder;

  private MarkerScan(Path folder) {
    this.folder = folder;
  }

  /**
   * {@code write FOLDER} writes bank/data.csv and retailer/data.csv; {@code clean FOLDER PLACE...}
   * ends with 1 if anything of the two, or their secrets, stands in a file under a place; {@code
   * found FOLDER PLACE...} if no id and no number does: the control.
   */
  public static void main(String[] arguments) throws IOException {
    MarkerScan scan = new MarkerScan(Path.of(arguments[1]));
    List<Path> places = Arrays.stream(arguments).skip(2).map(Path::of).toList();
    switch (arguments[0]) {
      case "write" -> scan.write();
      case "clean" -> System.exit(scan.isClean(places) ? 0 : 1);
      case "found" -> System.exit(scan.hasMarkers(places) ? 0 : 1);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private void write() throws IOException {
    Files.writeString(folder.resolve("bank/data.csv"), BANK.csv(true));
    Files.writeString(folder.resolve("retailer/data.csv"), RETAILER.csv(false));
  }

  private boolean isClean(List<Path> places) throws IOException {
    BANK.plantRows(scan);
    BANK.plantLabels(scan);
    RETAILER.plantRows(scan);
    int secrets = plantSecrets("bank") + plantSecrets("retailer");
    long[] size = new long[2];
    Map<Path, SortedSet<String>> found = search(places, size);
    found.forEach((file, what) -> System.out.println("FAILS   " + file + " has " + what));
    System.out.printf(
        "%s   %d files, %d kB: %d with an id, a number, a label or one of %d secrets%n",
        found.isEmpty() ? "holds" : "FAILS", size[0], size[1] / 1000, found.size(), secrets);
    return found.isEmpty() && size[0] > 0;
  }

  private boolean hasMarkers(List<Path> places) throws IOException {
    BANK.plantRows(scan);
    RETAILER.plantRows(scan);
    Set<String> all = new TreeSet<>();
    search(places, new long[2]).values().forEach(all::addAll);
    long ids = all.stream().filter(what -> what.startsWith("id of")).count();
    long numbers = all.stream().filter(what -> what.startsWith("feature")).count();
    boolean holds = ids > 0 && numbers > 0;
    System.out.printf(
        "%s   the control: %d ids and %d numbers are found where they stand in the clear%n",
        holds ? "holds" : "FAILS", ids, numbers);
    return holds;
  }

  /** The identity's key and its password, and what every secret of the session is derived from. */
  private int plantSecrets(String party) throws IOException {
    Path home = folder.resolve(party);
    Path password = home.resolve("identity.password");
    Identity identity = Identity.load(home.resolve("identity.p12"), password);
    byte[] key = identity.privateKey().getEncoded();
    scan.plantBytes("private key of " + party, key);
    // The number itself, behind what tells the curve.
    scan.plantBytes("private number of " + party, privateNumber(key));
    scan.plantBytes(
        "password of " + party,
        Files.readString(password).strip().getBytes(StandardCharsets.UTF_8));
    scan.plantBytes("session secret of " + party, sessionSecret(home, party, identity));
    return 4;
  }

  /** PKCS#8 of an elliptic curve: 04 20 stands before the number of 32 bytes. */
  private static byte[] privateNumber(byte[] key) {
    for (int at = 0; at + 2 + SECRET_BYTES <= key.length; at++) {
      if (key[at] == 4 && key[at + 1] == SECRET_BYTES) {
        return Arrays.copyOfRange(key, at + 2, at + 2 + SECRET_BYTES);
      }
    }
    throw new AssertionError("Not a key of P-256");
  }

  /** As it stands in the first commit, behind the name and the number of the run. */
  private static byte[] sessionSecret(Path home, String party, Identity identity) {
    try (CheckpointStore store =
        CheckpointStore.open(
            home.resolve("begun"),
            identity,
            utf8("train"),
            utf8(party),
            utf8(home.resolve("job.conf").toAbsolutePath().normalize().toString()))) {
      Checkpoint commit = Objects.requireNonNull(store.newest());
      byte[] run = utf8(commit.session());
      byte[] body = commit.bytes();
      for (int at = 0; at + run.length + 4 + SECRET_BYTES <= body.length; at++) {
        if (Arrays.equals(body, at, at + run.length, run, 0, run.length)) {
          int from = at + run.length + Integer.BYTES;
          return Arrays.copyOfRange(body, from, from + SECRET_BYTES);
        }
      }
      throw new AssertionError("No run in the first commit of " + party);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What stands where; adds up the files and their bytes. */
  private Map<Path, SortedSet<String>> search(List<Path> places, long[] size) throws IOException {
    Map<Path, SortedSet<String>> found = new TreeMap<>();
    for (Path place : places) {
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          byte[] bytes = Files.readAllBytes(file);
          size[0]++;
          size[1] += bytes.length;
          SortedSet<String> what = scan.foundIn(bytes);
          if (!what.isEmpty()) {
            found.put(file, what);
          }
        }
      }
    }
    return found;
  }
}

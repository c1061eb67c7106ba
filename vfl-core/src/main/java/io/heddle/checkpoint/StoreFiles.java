// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the files of one job are named. */
record StoreFiles(Path directory) {
  static final String JOURNAL = "journal";
  static final String BLOBS = "blobs";
  private static final String COMMIT = "commit-";
  private static final String INBOX = "inbox-";
  private static final Pattern NUMBERED = Pattern.compile("[a-z]+-(0|[1-9][0-9]{0,17})");

  static String commitName(long number) {
    return COMMIT + number;
  }

  static String inboxName(long number) {
    return INBOX + number;
  }

  Path commit(long number) {
    return directory.resolve(commitName(number));
  }

  Path inbox(long number) {
    return directory.resolve(inboxName(number));
  }

  Path journal() {
    return directory.resolve(JOURNAL);
  }

  Path blobs() {
    return directory.resolve(BLOBS);
  }

  /** The numbers of the commits, the newest first. */
  List<Long> commits() throws IOException {
    return numbers(COMMIT);
  }

  /** The numbers of the commits that have an inbox, the newest first. */
  List<Long> inboxes() throws IOException {
    return numbers(INBOX);
  }

  private List<Long> numbers(String start) throws IOException {
    return list(start + "*").stream()
        .map(file -> NUMBERED.matcher(file.getFileName().toString()))
        .filter(Matcher::matches)
        .map(name -> Long.valueOf(name.group(1)))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** What is not finished. */
  List<Path> drafts() throws IOException {
    return list(Disk.DRAFT_START + "*" + Disk.DRAFT_END);
  }

  private List<Path> list(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
      stream.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/** For tests: the stores of one job, under a key that is always the same. */
final class Stores {
  static final String SESSION = digest("session");
  static final String TERMS = digest("terms");
  static final String DATA = digest("data");
  static final byte[] JOB = Sha256.of(new byte[] {1});

  /** Stands in every body: no error may show it. */
  static final String MARKER = "marker-of-a-secret";

  private Stores() {}

  static String digest(String text) {
    return HexFormat.of().formatHex(sha256(text));
  }

  static byte[] sha256(String text) {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] key(int which) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) which);
    return key;
  }

  static CheckpointStore open(Path base) {
    return open(base, Disk.REAL);
  }

  static CheckpointStore open(Path base, Disk disk) {
    return CheckpointStore.open(base, JOB, key(7), disk);
  }

  /** The directory of the job. */
  static Path directory(Path base) {
    return base.resolve(HexFormat.of().formatHex(JOB));
  }

  /** A body that depends on the commit, with the marker over and over. */
  static byte[] body(long number, int length) {
    byte[] body = new byte[length];
    byte[] piece =
        ByteBuffer.allocate(8 + MARKER.length())
            .putLong(number)
            .put(MARKER.getBytes(StandardCharsets.US_ASCII))
            .array();
    for (int at = 0; at < length; at += piece.length) {
      System.arraycopy(piece, 0, body, at, Math.min(piece.length, length - at));
    }
    return body;
  }

  static void commit(CheckpointStore store, long number, byte[] body) {
    store.commit(number, TERMS, DATA, out -> out.write(body));
  }

  /** Commits of a small body, each after a record of its own. */
  static void commits(Path base, int count) {
    try (CheckpointStore store = open(base)) {
      Journal journal = store.journal(SESSION);
      for (int number = 0; number < count; number++) {
        record(journal, number);
        commit(store, number, body(number, 100));
      }
    }
  }

  static void record(Journal journal, long number) {
    journal.record(Journal.Direction.SENT, "message " + number, sha256("body " + number));
  }

  /** Appends a message whose length depends on its number. */
  static void append(Inbox inbox, int message) {
    byte[] body = messageBody(message);
    inbox.append("message " + message, 1 + message % 7, Sha256.of(body), body);
  }

  static void assertHas(Inbox inbox, int message) {
    Inbox.Received found = requireNonNull(inbox.find("message " + message));
    byte[] body = messageBody(message);
    assertThat(Arrays.equals(found.body(), body)).isTrue();
    assertThat(found.digest()).isEqualTo(Sha256.of(body));
    assertThat(found.typeId()).isEqualTo(1 + message % 7);
  }

  private static byte[] messageBody(int message) {
    return body(message, message * 997 % 20_000);
  }
}

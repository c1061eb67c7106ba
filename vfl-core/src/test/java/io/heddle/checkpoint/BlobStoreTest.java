// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobStoreTest {
  private static final String SESSION = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);
  private static final long QUOTA = 1 << 20;

  private final Path directory;

  BlobStoreTest(@TempDir Path temporary) {
    directory = temporary.resolve("blobs");
  }

  private static byte[] key(int seed) {
    return Sha256.of(new byte[] {(byte) seed});
  }

  private BlobStore store() {
    return store(Disk.REAL);
  }

  private BlobStore store(Disk disk) {
    BlobStore store = BlobStore.open(directory, key(1), QUOTA, disk);
    store.open(SESSION);
    return store;
  }

  private static byte[] body(int seed, int length) {
    byte[] body = new byte[length];
    new Random(seed).nextBytes(body);
    return body;
  }

  private static byte[] put(BlobStore store, String session, byte[] body) {
    byte[] digest = Sha256.of(body);
    try (BlobUpload upload = store.put(session, digest, body.length)) {
      if (upload != null) {
        upload.append(body, 0, body.length / 3);
        upload.append(body, body.length / 3, body.length - body.length / 3);
        upload.finish();
      }
    }
    return digest;
  }

  private static byte[] get(BlobStore store, String session, byte[] digest) throws IOException {
    try (BlobStore.Blob blob = requireNonNull(store.get(session, digest))) {
      byte[] body = blob.body().readAllBytes();
      assertThat(body).hasSize(blob.length());
      return body;
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private long bytesOnDisk() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 300_000})
  void put_anyLength_comesBack(int length) throws IOException {
    byte[] body = body(1, length);
    try (BlobStore store = store()) {
      byte[] digest = put(store, SESSION, body);
      assertThat(store.has(SESSION, digest)).isTrue();
      assertThat(get(store, SESSION, digest)).isEqualTo(body);
      // The quota counts what the disk has, to the byte.
      assertThat(store.usedBytes()).isEqualTo(bytesOnDisk());
    }
  }

  @Test
  void put_again_changesNothing() throws IOException {
    byte[] body = body(1, 10_000);
    try (BlobStore store = store()) {
      byte[] digest = put(store, SESSION, body);
      assertThat(store.put(SESSION, digest, body.length)).isNull();
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void put_twiceAtOnce_isThereOnce() throws IOException {
    byte[] body = body(1, 10_000);
    byte[] digest = Sha256.of(body);
    try (BlobStore store = store();
        BlobUpload first = requireNonNull(store.put(SESSION, digest, body.length));
        BlobUpload second = requireNonNull(store.put(SESSION, digest, body.length))) {
      first.append(body, 0, body.length);
      second.append(body, 0, body.length);
      second.finish();
      first.finish();
      assertThat(get(store, SESSION, digest)).isEqualTo(body);
      assertThat(files()).hasSize(1);
      assertThat(store.usedBytes()).isEqualTo(bytesOnDisk());
    }
  }

  @Test
  void get_anyLengthInReadsOfAnyLength_givesTheBody() throws IOException {
    int segment = Segments.BYTES;
    int[] lengths = {
      0, 1, segment - 1, segment, segment + 1, 16 * segment, 16 * segment + 1, 40 * segment - 5
    };
    int[] reads = {1, segment - 1, segment, segment + 1, 20 * segment};
    try (BlobStore store = store()) {
      for (int length : lengths) {
        byte[] body = body(length, length);
        byte[] digest = put(store, SESSION, body);
        for (int read : reads) {
          assertThat(read(store, digest, read)).as("%d by %d", length, read).isEqualTo(body);
        }
      }
    }
  }

  /** Reads a blob that many bytes at a time. */
  private static byte[] read(BlobStore store, byte[] digest, int count) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (BlobStore.Blob blob = requireNonNull(store.get(SESSION, digest))) {
      byte[] some = new byte[count + 2];
      for (int got = blob.body().read(some, 1, count);
          got >= 0;
          got = blob.body().read(some, 1, count)) {
        assertThat(some[count + 1]).isZero();
        all.write(some, 1, got);
      }
    }
    return all.toByteArray();
  }

  @Test
  void finish_anotherBody_keepsNothing() throws IOException {
    byte[] body = body(1, 5000);
    try (BlobStore store = store()) {
      byte[] digest = Sha256.of(body);
      body[4999] ^= 1;
      try (BlobUpload upload = requireNonNull(store.put(SESSION, digest, body.length))) {
        upload.append(body, 0, body.length);
        assertThatThrownBy(upload::finish).isInstanceOf(ProtocolException.class);
      }
      try (BlobUpload upload = requireNonNull(store.put(SESSION, digest, body.length))) {
        upload.append(body, 0, body.length - 1);
        assertThatThrownBy(upload::finish).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> upload.append(body, 0, 2)).isInstanceOf(ProtocolException.class);
      }
      assertThat(store.get(SESSION, digest)).isNull();
      assertThat(files()).isEmpty();
      assertThat(store.usedBytes()).isZero();
    }
  }

  @Test
  void put_lengthOutOfRange_isRefused() {
    try (BlobStore store = store()) {
      for (int length : new int[] {-1, Integer.MIN_VALUE, BlobStore.MAX_BYTES + 1}) {
        assertThatThrownBy(() -> store.put(SESSION, new byte[32], length))
            .isInstanceOf(ProtocolException.class)
            .hasMessageContaining("must be 0 to");
      }
    }
  }

  @Test
  void put_beyondTheQuota_isRefusedUntilThereIsRoom() {
    try (BlobStore store = store()) {
      byte[] first = put(store, SESSION, body(1, 700_000));
      assertThatThrownBy(() -> put(store, SESSION, body(2, 700_000)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("No room")
          .hasMessageContaining("of " + QUOTA);
      store.drop(SESSION, List.of(first));
      assertThat(store.usedBytes()).isZero();
      put(store, SESSION, body(2, 700_000));
    }
  }

  @Test
  void put_sessionNotOpen_isRefused() {
    try (BlobStore store = store()) {
      byte[] digest = put(store, SESSION, body(1, 100));
      assertThatThrownBy(() -> put(store, OTHER, body(1, 100)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("not open");
      assertThatThrownBy(() -> store.get(OTHER, digest)).isInstanceOf(ProtocolException.class);
      store.open(OTHER);
      // What one session has is nothing to another.
      assertThat(store.get(OTHER, digest)).isNull();
    }
  }

  @Test
  void close_session_leavesNothingOfIt() throws IOException {
    try (BlobStore store = store()) {
      store.open(OTHER);
      put(store, SESSION, body(1, 100));
      byte[] kept = put(store, OTHER, body(2, 100));
      store.close(SESSION);
      assertThat(files()).hasSize(1);
      assertThat(get(store, OTHER, kept)).isEqualTo(body(2, 100));
      assertThatThrownBy(() -> put(store, SESSION, body(1, 100)))
          .isInstanceOf(ProtocolException.class);
      assertThat(store.usedBytes()).isEqualTo(bytesOnDisk());
    }
  }

  @Test
  void open_again_findsWhatWasFinished() throws IOException {
    byte[] body = body(1, 9000);
    byte[] digest;
    try (BlobStore store = store()) {
      digest = put(store, SESSION, body);
      BlobUpload torn = requireNonNull(store.put(SESSION, Sha256.of(body(2, 99)), 99));
      torn.append(body, 0, 50);
      assertThat(files()).hasSize(2);
    }
    try (BlobStore store = store()) {
      assertThat(files()).hasSize(1);
      assertThat(store.usedBytes()).isEqualTo(bytesOnDisk());
      assertThat(get(store, SESSION, digest)).isEqualTo(body);
    }
    try (BlobStore other = BlobStore.open(directory, key(2), QUOTA, Disk.REAL)) {
      other.open(SESSION);
      assertThat(other.get(SESSION, digest)).isNull();
    }
  }

  private BlobStore shared() {
    return BlobStore.shared(directory, "exchange-1", key(1), QUOTA);
  }

  @Test
  void shared_openedAgain_hasTheSessionsThatItHad() throws IOException {
    byte[] body = body(1, 9000);
    byte[] digest;
    try (BlobStore store = shared()) {
      store.open(SESSION);
      store.open(OTHER);
      digest = put(store, SESSION, body);
      store.close(OTHER);
    }
    try (BlobStore store = shared()) {
      assertThat(store.isOpen(SESSION)).isTrue();
      assertThat(store.isOpen(OTHER)).isFalse();
      assertThat(get(store, SESSION, digest)).isEqualTo(body);
      put(store, SESSION, body(2, 10));
      store.close(SESSION);
      assertThat(store.isOpen(SESSION)).isFalse();
      assertThat(store.usedBytes()).isZero();
    }
  }

  @Test
  void shared_inUse_isRefused() {
    try (BlobStore store = shared()) {
      assertThatThrownBy(this::shared)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("A running process uses");
      store.open(SESSION);
    }
    shared().close();
  }

  @Test
  void close_whileBlobsCome_endsTheSessionAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (BlobStore store = shared()) {
      for (int round = 0; round < 20; round++) {
        store.open(SESSION);
        CountDownLatch begun = new CountDownLatch(3);
        List<Future<?>> putting = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
          int first = 1000 * thread;
          putting.add(threads.submit(() -> putUntilClosed(store, first, begun)));
        }
        begun.await();
        store.close(SESSION);
        assertThat(store.isOpen(SESSION)).isFalse();
        for (Future<?> each : putting) {
          each.get(20, TimeUnit.SECONDS);
        }
        assertThat(store.usedBytes()).isZero();
        assertThat(files()).allMatch(file -> !isBlob(file));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void putUntilClosed(BlobStore store, int first, CountDownLatch begun) {
    try {
      for (int seed = first; ; seed++) {
        put(store, SESSION, body(seed, 300));
        begun.countDown();
        store.drop(SESSION, List.of(Sha256.of(body(seed - 1, 300))));
      }
    } catch (ProtocolException e) {
      assertThat(e).hasMessageContaining("not open");
    }
  }

  @Test
  void drop_twiceAtOnce_freesOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (BlobStore store = store()) {
      for (int round = 0; round < 200; round++) {
        List<byte[]> digest = List.of(put(store, SESSION, body(round, 100)));
        Future<?> other = threads.submit(() -> store.drop(SESSION, digest));
        store.drop(SESSION, digest);
        other.get(20, TimeUnit.SECONDS);
        assertThat(store.usedBytes()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void open_closedHalfWayBefore_isForgotten() throws IOException {
    try (BlobStore store = store()) {
      put(store, SESSION, body(1, 100));
    }
    Path session = requireNonNull(files().get(0).getParent());
    Files.move(session, session.resolveSibling(Disk.DRAFT_START + "closed"));
    try (BlobStore store = BlobStore.open(directory, key(1), QUOTA, Disk.REAL)) {
      assertThat(store.usedBytes()).isZero();
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void forget_sessionsOfLongAgo_goAndOthersStay() throws IOException {
    try (BlobStore store = shared()) {
      store.open(SESSION);
      put(store, SESSION, body(1, 100));
      Path old = requireNonNull(files().stream().filter(BlobStoreTest::isBlob).toList().get(0));
      Files.setLastModifiedTime(
          requireNonNull(old.getParent()), FileTime.from(Instant.now().minus(Duration.ofDays(8))));
      store.open(OTHER);
      byte[] digest = put(store, OTHER, body(2, 200));

      assertThat(store.forget(Duration.ofDays(7))).isEqualTo(1);
      assertThat(store.isOpen(SESSION)).isFalse();
      assertThat(get(store, OTHER, digest)).isEqualTo(body(2, 200));
      assertThat(files().stream().filter(BlobStoreTest::isBlob)).hasSize(1);
    }
  }

  private static boolean isBlob(Path file) {
    return !file.endsWith("lock");
  }

  @Test
  void get_anyByteChanged_isRefused() throws IOException {
    byte[] body = body(1, 5000);
    try (BlobStore store = store()) {
      byte[] digest = put(store, SESSION, body);
      Path file = files().get(0);
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at++) {
        byte[] changed = whole.clone();
        changed[at] ^= 0x10;
        Files.write(file, changed);
        assertThat(catchThrowable(() -> get(store, SESSION, digest)))
            .as("byte %d", at)
            .isInstanceOf(CheckpointException.class);
      }
      for (int length : new int[] {0, 10, 47, 48, 63, 64, 65, 4160, whole.length - 1}) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThat(catchThrowable(() -> get(store, SESSION, digest)))
            .as("%d bytes", length)
            .isInstanceOf(CheckpointException.class);
      }
      Files.write(file, whole);
      assertThat(get(store, SESSION, digest)).isEqualTo(body);
    }
  }

  @Test
  void get_fileUnderAnotherName_isNeverTakenForIt() throws IOException {
    try (BlobStore store = store()) {
      byte[] one = put(store, SESSION, body(1, 500));
      Path first = files().get(0);
      byte[] other = put(store, SESSION, body(2, 500));
      Path second = files().stream().filter(file -> !file.equals(first)).findFirst().orElseThrow();
      Files.write(second, Files.readAllBytes(first));
      assertThat(get(store, SESSION, one)).isEqualTo(body(1, 500));
      assertThat(catchThrowable(() -> get(store, SESSION, other)))
          .isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void files_ofABlob_tellNothingOfIt() throws IOException {
    byte[] secret = "the patient's file, all of it".repeat(300).getBytes(StandardCharsets.UTF_8);
    try (BlobStore store = store()) {
      byte[] digest = put(store, SESSION, secret);
      Path file = files().get(0);
      String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      assertThat(bytes).doesNotContain("patient").startsWith("HEDDLEBL");
      String hex = java.util.HexFormat.of().formatHex(digest);
      assertThat(file.toString()).doesNotContain(hex.substring(0, 16)).doesNotContain("abab");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void open_directoryOfOthers_isRefused() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(this::store)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("0700");
  }

  @Test
  void put_fullDiskAtAnyOperation_keepsNothingAndSaysSo() throws IOException {
    byte[] body = body(1, 200_000);
    byte[] digest = Sha256.of(body);
    int failed = 0;
    for (int operations = 0; ; operations++) {
      try (BlobStore before = store()) {
        before.close(SESSION);
        before.open(SESSION);
      }
      FailingDisk disk = new FailingDisk(operations);
      try (BlobStore store = BlobStore.open(directory, key(1), QUOTA, disk)) {
        Throwable failure =
            catchThrowable(
                () -> {
                  store.open(SESSION);
                  put(store, SESSION, body);
                });
        if (failure == null) {
          break;
        }
        failed++;
        assertThat(disk.wasFull()).isTrue();
        assertThat(failure).isInstanceOf(CheckpointException.class);
        assertThat(failure.getMessage()).contains(directory.toString());
      }
      try (BlobStore after = store()) {
        // Whole if the rename was done, else not there.
        if (after.has(SESSION, digest)) {
          assertThat(get(after, SESSION, digest)).isEqualTo(body);
        }
        assertThat(after.usedBytes()).isEqualTo(bytesOnDisk());
      }
    }
    assertThat(failed).isGreaterThan(4);
  }

  @Test
  void put_storeClosed_isTheCallersFault() {
    BlobStore store = store();
    store.close();
    assertThatIllegalStateException().isThrownBy(() -> store.put(SESSION, new byte[32], 1));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A temporary store, with all, some or none of its blobs in memory. */
class TemporaryBlobsTest {
  private static final String SESSION = "ab".repeat(32);
  private static final long QUOTA = 1 << 20;

  private static BlobStore store(int memoryBytes) {
    BlobStore store = BlobStore.temporary(QUOTA, memoryBytes);
    store.open(SESSION);
    return store;
  }

  private static byte[] body(int seed, int length) {
    byte[] body = new byte[length];
    new Random(seed).nextBytes(body);
    return body;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9000, BlobStore.MEMORY_BYTES})
  void put_anyLength_comesBackAndGoesWhenDropped(int memoryBytes) {
    try (BlobStore store = store(memoryBytes)) {
      List<byte[]> digests = new ArrayList<>();
      for (int length : new int[] {0, 1, 4095, 4096, 4097, 300_000}) {
        digests.add(store.put(SESSION, body(length, length)));
        assertThat(store.get(SESSION, digests.get(digests.size() - 1), length))
            .isEqualTo(body(length, length));
      }
      assertThat(digests).allMatch(digest -> store.has(SESSION, digest));
      assertThat(store.put(SESSION, digests.get(4), 4097)).isNull();
      store.drop(SESSION, digests);
      store.drop(SESSION, digests);
      assertThat(digests).noneMatch(digest -> store.has(SESSION, digest));
      assertThat(store.usedBytes()).isZero();
      assertThat(store.get(SESSION, digests.get(2))).isNull();
    }
  }

  @Test
  void put_beyondTheQuota_isRefusedThoughThereIsMemory() {
    try (BlobStore store = store(BlobStore.MEMORY_BYTES)) {
      byte[] first = store.put(SESSION, body(1, 1_000_000));
      assertThatThrownBy(() -> store.put(SESSION, body(2, 100_000)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("No room");
      store.drop(SESSION, List.of(first));
      assertThat(store.put(SESSION, body(2, 100_000))).hasSize(32);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, BlobStore.MEMORY_BYTES})
  void finish_anotherBody_keepsNothing(int memoryBytes) {
    byte[] body = body(1, 10_000);
    byte[] digest = Sha256.of(body);
    body[5000]++;
    try (BlobStore store = store(memoryBytes)) {
      try (BlobUpload upload = requireNonNull(store.put(SESSION, digest, body.length))) {
        upload.append(body, 0, body.length);
        assertThatThrownBy(upload::finish).isInstanceOf(ProtocolException.class);
      }
      assertThat(store.has(SESSION, digest)).isFalse();
      assertThat(store.usedBytes()).isZero();
    }
  }

  /** A body that was begun twice may lie in memory and on the disk. */
  @ParameterizedTest
  @ValueSource(ints = {0, 15_000, BlobStore.MEMORY_BYTES})
  void put_twiceAtOnce_countsOnceItIsDropped(int memoryBytes) {
    byte[] body = body(1, 10_000);
    byte[] digest = Sha256.of(body);
    try (BlobStore store = store(memoryBytes)) {
      try (BlobUpload first = requireNonNull(store.put(SESSION, digest, body.length));
          BlobUpload second = requireNonNull(store.put(SESSION, digest, body.length))) {
        first.append(body, 0, body.length);
        second.append(body, 0, body.length);
        second.finish();
        first.finish();
      }
      assertThat(store.get(SESSION, digest, body.length)).isEqualTo(body);
      store.drop(SESSION, List.of(digest));
      assertThat(store.has(SESSION, digest)).isFalse();
      assertThat(store.usedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15_000, BlobStore.MEMORY_BYTES})
  void close_sessionWhileBlobsCome_leavesNothing(int memoryBytes) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (BlobStore store = store(memoryBytes)) {
      for (int round = 0; round < 20; round++) {
        store.open(SESSION);
        CountDownLatch begun = new CountDownLatch(2);
        List<Future<Boolean>> ends = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
          int seed = thread;
          ends.add(threads.submit(() -> putUntilRefused(store, seed, begun)));
        }
        begun.await();
        store.close(SESSION);
        for (Future<Boolean> end : ends) {
          assertThat(end.get()).isTrue();
        }
        assertThat(store.usedBytes()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean putUntilRefused(BlobStore store, int seed, CountDownLatch begun) {
    for (int i = 0; ; i++) {
      try {
        byte[] digest = store.put(SESSION, body(1000 * seed + i, 10_000));
        store.drop(SESSION, List.of(digest));
        begun.countDown();
      } catch (ProtocolException e) {
        return String.valueOf(e.getMessage()).contains("not open");
      }
    }
  }

  @Test
  void memory_isNeverMoreThanAllowed() {
    BlobMemory memory = new BlobMemory(1000);
    byte[] first = requireNonNull(memory.reserve(600));
    assertThat(memory.reserve(600)).isNull();
    byte[] second = requireNonNull(memory.reserve(300));
    Path name = Path.of("session", "name");
    assertThat(memory.keep(name, first)).isTrue();
    assertThat(memory.keep(name, second)).isFalse();
    memory.release(second);
    assertThat(memory.get(name)).isSameAs(first);
    assertThat(memory.reserve(399)).hasSize(399);
    assertThat(memory.removeAll(Path.of("other"))).isEmpty();
    assertThat(memory.removeAll(Path.of("session"))).containsExactly(first);
    assertThat(memory.remove(name)).isNull();
    assertThat(memory.reserve(600)).hasSize(600);
  }
}

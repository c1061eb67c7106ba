// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.checkpoint.BlobUpload;
import io.heddle.party.PartyId;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The store of a party as its data links see it, with threads that may wait for the disk. */
final class DataRoom implements PartyStore.Part, AutoCloseable {
  /** Of one party with all its executors, so that no party takes the memory of all others. */
  static final int MAX_LINKS_PER_PARTY = 512;

  private final PartyId owner;
  private final BlobStore store;
  private final ExchangeTimeouts timeouts;
  private final Map<PartyId, Integer> links = new HashMap<>();
  // One thread for a link at most: one whose reader is slow must not hold up others.
  private final ExecutorService disk =
      Executors.newCachedThreadPool(new DefaultThreadFactory("heddle-data-disk", true));

  DataRoom(PartyId owner, BlobStore store, ExchangeTimeouts timeouts) {
    this.owner = owner;
    this.store = store;
    this.timeouts = timeouts;
  }

  PartyId owner() {
    return owner;
  }

  BlobStore store() {
    return store;
  }

  ExchangeTimeouts timeouts() {
    return timeouts;
  }

  ExecutorService disk() {
    return disk;
  }

  /** Counts one more link of a party; not if it has too many. */
  synchronized boolean enter(PartyId party) {
    int before = links.getOrDefault(party, 0);
    if (before == MAX_LINKS_PER_PARTY) {
      return false;
    }
    links.put(party, before + 1);
    return true;
  }

  /** A link that was counted is gone. */
  synchronized void leave(PartyId party) {
    links.merge(party, -1, Integer::sum);
  }

  @Override
  public void put(String session, byte[] digest, byte[] body, Runnable alive) {
    try (BlobUpload upload = store.put(session, digest, body.length)) {
      if (upload != null) {
        upload.append(body, 0, body.length);
        upload.finish();
      }
    }
  }

  @Override
  public byte @Nullable [] find(String session, byte[] digest, int maxBytes, Runnable alive) {
    return store.has(session, digest) ? store.get(session, digest, maxBytes) : null;
  }

  /** Once no link is left; the store stays open. */
  @Override
  public void close() {
    disk.shutdown();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Blobs;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a party's driver has of large messages beside its links (docs/adr/0020): its own store, ways
 * to those of its peers, and the party's processes for blobs, which it tells of its sessions. Safe
 * for several threads.
 */
final class DataPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

  private final PartyId self;
  private final DataRoom room;
  private final Map<PartyId, DataWays.Ways> peers;
  private final DataWays.Ways own;
  private final long from;
  private final Consumer<String> requireAlive;
  private final DataDialler dialler;
  private final List<DataClient> exchanges;
  private final Map<PartyId, PartyStore> stores = new HashMap<>();
  private final Set<Blobs> opened = ConcurrentHashMap.newKeySet();

  /**
   * @param peers the ways to their stores
   * @param own of this party's processes; the driver's own place is not known yet
   * @param from how many bytes are enough to be put into stores
   * @param requireAlive throws once a session has failed, and why
   */
  DataPlane(
      PartyId self,
      PrivateKey key,
      List<X509Certificate> chain,
      BlobStore store,
      Map<PartyId, DataWays.Ways> peers,
      DataWays.Ways own,
      long from,
      ExchangeTimeouts timeouts,
      Consumer<String> requireAlive) {
    this.self = self;
    this.peers = Map.copyOf(peers);
    this.own = own;
    this.from = from;
    this.requireAlive = requireAlive;
    room = new DataRoom(self, store, timeouts);
    dialler = new DataDialler(ways(null).pins(key, chain), timeouts);
    peers.forEach((party, ways) -> stores.put(party, ways.open(dialler, party)));
    // What this party puts for its own workers, keys among it, stays in the driver.
    stores.put(self, PartyStore.own(self, clients(), room));
    exchanges = clients();
  }

  /** Links for one purpose do not wait for those of another. */
  private List<DataClient> clients() {
    return own.exchanges().stream().map(way -> way.client(dialler, self)).toList();
  }

  DataRoom room() {
    return room;
  }

  /**
   * From now on blobs of a session are taken, by all processes of this party.
   *
   * @throws PeerUnavailableException if one of them is not there
   */
  void open(String session) {
    openHere(session);
    boolean done = false;
    try {
      openAtExchanges(session);
      done = true;
    } finally {
      if (!done) {
        close(session);
      }
    }
  }

  /**
   * The same for a session that is gone on with. The processes have it open since before, and one
   * that has lost it learns of it as soon as it is there; peers are not to wait for that.
   */
  void openAgain(String session) {
    openHere(session);
    if (!exchanges.isEmpty()) {
      room.disk()
          .execute(
              () -> {
                try {
                  openAtExchanges(session);
                } catch (VflException | IllegalStateException e) {
                  LOG.warn("Party {}: {}", self, e.getMessage());
                }
              });
    }
  }

  private synchronized void openHere(String session) {
    Blobs way = new Blobs(self, session);
    room.store().open(session);
    if (opened.add(way)) {
      way.bind(new SessionStores(way, stores, () -> requireAlive.accept(session), () -> {}));
    }
  }

  private void openAtExchanges(String session) {
    Runnable alive =
        () -> {
          requireAlive.accept(session);
          if (blobs(session) == null) {
            throw new PeerUnavailableException("Session " + session.substring(0, 8) + " has ended");
          }
        };
    for (DataClient each : exchanges) {
      alive.run();
      each.open(session, alive);
    }
  }

  /** Nobody will ask for blobs of a session any more. */
  void close(String session) {
    Blobs way = new Blobs(self, session);
    synchronized (this) {
      if (!opened.remove(way)) {
        return;
      }
      way.unbind();
    }
    try {
      room.store().close(session);
    } finally {
      atExchanges(session, each -> each.close(session, DataPlane::onlyOnce));
    }
  }

  /** Housekeeping: what stays does not hold up a job, or its end. */
  private void atExchanges(String session, Consumer<DataClient> request) {
    for (DataClient each : exchanges) {
      try {
        request.accept(each);
      } catch (VflException e) {
        LOG.warn("Blobs of session {} stay: {}", session.substring(0, 8), e.getMessage());
      }
    }
  }

  private static void onlyOnce() {
    throw new PeerUnavailableException("It is not tried again");
  }

  @Nullable Blobs blobs(String session) {
    Blobs way = new Blobs(self, session);
    return opened.contains(way) ? way : null;
  }

  /** Deletes blobs of this party's own store. */
  void drop(String session, Collection<byte[]> digests) {
    room.store().drop(session, digests);
    if (!digests.isEmpty()) {
      List<byte[]> all = List.copyOf(digests);
      atExchanges(session, each -> each.drop(session, all, DataPlane::onlyOnce));
    }
  }

  /**
   * Whether so many bytes to each peer go into stores: each can be reached, and this party's own
   * workers find what the driver has for them.
   *
   * @param listens whether this driver takes connections
   */
  boolean puts(long bytes, boolean listens) {
    return bytes >= from
        && listens
        && peers.values().stream()
            .allMatch(ways -> ways.driver() != null || !ways.exchanges().isEmpty());
  }

  /**
   * What a worker of this party needs to reach all stores.
   *
   * @param driver where it finds this process; null if it cannot
   */
  DataWays ways(DataWays.@Nullable Way driver) {
    Map<PartyId, DataWays.Ways> all = new HashMap<>(peers);
    all.put(self, new DataWays.Ways(own.fingerprint(), own.exchanges(), driver));
    return new DataWays(self, all, room.timeouts());
  }

  /** Ends what is under way; what is on disks stays, for a session that is gone on with. */
  void stop() {
    // First, so that nobody waits for a request any more.
    dialler.close();
    synchronized (this) {
      opened.forEach(Blobs::unbind);
      opened.clear();
    }
  }

  /** Once no link is left; the store stays open. */
  @Override
  public void close() {
    room.close();
  }
}

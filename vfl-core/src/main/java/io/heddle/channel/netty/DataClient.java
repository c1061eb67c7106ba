// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.DataFrames.Name;
import io.heddle.channel.netty.DataFrames.Refusal;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A way to the store of one party: a peer's, to put what is for it, or the own one. Dials when it
 * is first used, and again when the link is lost: every request may be made twice. One request at a
 * time; safe for several threads, which wait for each other. Ends with its dialler.
 */
public final class DataClient implements PartyStore.Part {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 1000;

  private final DataDialler dialler;
  private final PartyId party;
  private final String host;
  private final int port;
  private final Route route;
  private final ExchangeTimeouts timeouts;
  private volatile @Nullable DataClientLink link;

  /**
   * Does not dial yet.
   *
   * @param party whose store it is
   */
  public DataClient(DataDialler dialler, PartyId party, String host, int port, Route route) {
    this.dialler = dialler;
    this.party = party;
    this.host = host;
    this.port = port;
    this.route = route;
    timeouts = dialler.timeouts();
  }

  /**
   * Brings a blob; returns when it is on the other side's disk. Waits while there is no room.
   *
   * @param body at most {@link io.heddle.checkpoint.BlobStore#MAX_BYTES}
   * @param alive asked before it is tried again; throws once there is no more use in it
   * @return its SHA-256, by which it is got
   * @throws PeerUnavailableException if the store is not there, or has no room, for too long
   * @throws ProtocolException if the party does not know the session
   */
  public byte[] put(String session, byte[] body, Runnable alive) {
    byte[] digest = Sha256.of(body);
    put(session, digest, body, alive);
    return digest;
  }

  @Override
  public void put(String session, byte[] digest, byte[] body, Runnable alive) {
    Name name = new Name(session, digest);
    done(answered(alive, link -> link.put(name, body)));
  }

  /**
   * Gets a blob of the own store.
   *
   * @param maxBytes how long it may be
   * @param alive asked before it is tried again; throws once there is no more use in it
   * @throws ProtocolException if it is not there, too long, or another one
   */
  public byte[] get(String session, byte[] digest, int maxBytes, Runnable alive) {
    byte[] body = find(session, digest, maxBytes, alive);
    if (body == null) {
      throw refused(Refusal.ABSENT);
    }
    return body;
  }

  @Override
  public byte @Nullable [] find(String session, byte[] digest, int maxBytes, Runnable alive) {
    Name name = new Name(session, digest);
    DataClientLink.Answer answer = answered(alive, link -> link.get(name, maxBytes));
    if (answer.refusal() == Refusal.ABSENT) {
      return null;
    }
    if (!Arrays.equals(Sha256.of(answer.body()), digest)) {
      throw new ProtocolException("Damaged blob from " + party + ", SHA-256 does not match");
    }
    return answer.body();
  }

  /** Has a process of the own party take blobs of a session. */
  void open(String session, Runnable alive) {
    done(answered(alive, link -> link.tell(DataFrames.open(session))));
  }

  /** Has a process of the own party forget a session with all its blobs. */
  void close(String session, Runnable alive) {
    done(answered(alive, link -> link.tell(DataFrames.close(session))));
  }

  /** Has a process of the own party delete blobs; those that are not there are passed over. */
  void drop(String session, List<byte[]> digests, Runnable alive) {
    for (int from = 0; from < digests.size(); from += DataFrames.MAX_DROPPED) {
      List<byte[]> some =
          digests.subList(from, Math.min(digests.size(), from + DataFrames.MAX_DROPPED));
      done(answered(alive, link -> link.tell(DataFrames.drop(session, some))));
    }
  }

  private void done(DataClientLink.Answer answer) {
    if (answer.refusal() != null) {
      throw refused(answer.refusal());
    }
  }

  private ProtocolException refused(Refusal refusal) {
    return new ProtocolException("The store of party " + party + " " + refusal.words());
  }

  /** What is asked over a link. */
  private interface Request {
    DataClientLink.Answer make(DataClientLink link);
  }

  /** The answer, which is no refusal but that of what is absent. */
  private synchronized DataClientLink.Answer answered(Runnable alive, Request request) {
    long begun = System.nanoTime();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LAST_PAUSE_MILLIS)) {
      PeerUnavailableException failure;
      Duration patience;
      try {
        DataClientLink.Answer answer = request.make(link());
        Refusal refusal = answer.refusal();
        if (refusal == null || refusal == Refusal.ABSENT) {
          return answer;
        }
        String words = "The store of party " + party + " " + refusal.words();
        switch (refusal) {
          case ROOM -> failure = new PeerUnavailableException(words);
          case FAILED -> throw new CheckpointException(words + ", its own log has the cause");
          default -> {
            // A peer that has ended the session says so, and why, over its link.
            pause(LAST_PAUSE_MILLIS);
            alive.run();
            throw refused(refusal);
          }
        }
        patience = timeouts.receive();
      } catch (PeerUnavailableException e) {
        hangUp();
        failure = e;
        patience = timeouts.reconnect();
      } catch (ProtocolException e) {
        hangUp();
        throw e;
      }
      if (System.nanoTime() - begun >= patience.toNanos()) {
        throw new PeerUnavailableException(
            failure.getMessage() + ", after " + ExchangeTimeouts.describe(patience), failure);
      }
      pause(pause);
      alive.run();
    }
  }

  private void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("Interrupted while waiting for party " + party, e);
    }
  }

  /** Dials once, and tells what stands in the way; nothing is asked. Empty if nothing does. */
  synchronized String obstacle() {
    try {
      DataClientLink unused = link();
      return "";
    } catch (VflException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private DataClientLink link() {
    DataClientLink current = link;
    if (current != null && current.isOpen()) {
      return current;
    }
    DataClientLink next = dialler.link(party);
    ChannelFuture dialled = dialler.dial(party, route.target(host, port), route, next);
    if (!dialled.isSuccess()) {
      throw new PeerUnavailableException(
          "The store of party " + party + " at " + host + ":" + port + " cannot be reached",
          dialled.cause());
    }
    next.awaitProof();
    link = next;
    return next;
  }

  private void hangUp() {
    DataClientLink current = link;
    link = null;
    if (current != null) {
      current.close();
    }
  }
}

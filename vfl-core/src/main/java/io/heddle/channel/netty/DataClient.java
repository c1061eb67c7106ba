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
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A way to one process that has blobs of a party: a peer's, to put what is for it, or the own
 * party's. Dials when it is first used, and again when a link is lost: every request may be made
 * twice. Safe for several threads: each link carries one request at a time, and there are up to
 * {@value #MAX_LINKS} links, for whose next free one the others wait. Ends with its dialler.
 */
public final class DataClient implements PartyStore.Part {
  static final int MAX_LINKS = 4;

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 1000;

  private final DataDialler dialler;
  private final PartyId party;
  private final String host;
  private final int port;
  private final Route route;
  private final ExchangeTimeouts timeouts;
  private final Semaphore free = new Semaphore(MAX_LINKS);
  // Those that carry nothing now, the one that was used last first.
  private final Deque<DataClientLink> idle = new ConcurrentLinkedDeque<>();

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
   * @param body at most {@link io.heddle.checkpoint.BlobStore#MAX_BYTES}; unchanged until this
   *     returns
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
   * Gets a blob of the own store, which has checked its SHA-256 when it came and knows by the
   * encryption of its file that it is still the same (docs/adr/0020).
   *
   * @param maxBytes how long it may be
   * @param alive asked before it is tried again; throws once there is no more use in it
   * @throws ProtocolException if it is not there or too long
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
    return answer.refusal() == Refusal.ABSENT ? null : answer.body();
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

  /**
   * The answer, which is no refusal but that of what is absent. What stands in the way may do so
   * for a time: a lost link for the reconnect time-out, a full store for the receive time-out.
   */
  private DataClientLink.Answer answered(Runnable alive, Request request) {
    Duration patience = Duration.ZERO;
    long since = 0;
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LAST_PAUSE_MILLIS)) {
      PeerUnavailableException failure;
      Duration longest;
      try {
        DataClientLink.Answer answer = overALink(request);
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
        longest = timeouts.receive();
      } catch (PeerUnavailableException e) {
        failure = e;
        longest = timeouts.reconnect();
      }
      long now = System.nanoTime();
      if (!longest.equals(patience)) {
        patience = longest;
        since = now;
      }
      if (now - since >= patience.toNanos()) {
        throw new PeerUnavailableException(
            failure.getMessage() + ", after " + ExchangeTimeouts.describe(patience), failure);
      }
      alive.run();
      pause(pause);
    }
  }

  private void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private PeerUnavailableException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new PeerUnavailableException("Interrupted while waiting for party " + party, cause);
  }

  private DataClientLink.Answer overALink(Request request) {
    try {
      free.acquire();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    try {
      DataClientLink link = link();
      boolean answered = false;
      try {
        DataClientLink.Answer answer = request.make(link);
        answered = true;
        return answer;
      } finally {
        if (answered) {
          idle.push(link);
        } else {
          link.cut();
        }
      }
    } finally {
      free.release();
    }
  }

  /** Dials once, and tells what stands in the way; nothing is asked. Empty if nothing does. */
  String obstacle() {
    try {
      DataClientLink.Answer unused = overALink(link -> DataClientLink.Answer.NONE);
      return "";
    } catch (VflException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** A link that carries nothing, dialled if there is none. */
  private DataClientLink link() {
    for (DataClientLink next = idle.poll(); next != null; next = idle.poll()) {
      if (next.isOpen()) {
        return next;
      }
    }
    DataClientLink next = dialler.link(party);
    ChannelFuture dialled = dialler.dial(party, route.target(host, port), route, next);
    if (!dialled.isSuccess()) {
      throw new PeerUnavailableException(
          "The store of party " + party + " at " + host + ":" + port + " cannot be reached",
          dialled.cause());
    }
    boolean proved = false;
    try {
      next.awaitProof();
      proved = true;
      return next;
    } finally {
      if (!proved) {
        dialler.drop(dialled.channel());
      }
    }
  }
}

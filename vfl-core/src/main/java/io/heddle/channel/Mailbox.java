// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived at one party and nobody has asked for yet; which sessions are open; and what has
 * failed. Everything that waits in an exchange waits here. Safe for several threads.
 */
final class Mailbox {
  /** Failures that are kept apart; more would be memory for a peer that ends what never was. */
  private static final int MAX_FAILURES = 10_000;

  private final Waiting waits;
  private final Lock lock;
  private final Condition changed;
  private final Map<MessageKey, Envelope> waiting = new HashMap<>();
  private final Map<MessageKey, byte[]> digests = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Map<String, VflException> sessionFailures = new HashMap<>();
  private final Set<PartyId> left = new HashSet<>();
  private final Map<Way, Loss> losses = new HashMap<>();
  private final Function<MessageKey, byte @Nullable []> receivedBefore;
  private @Nullable VflException failure;
  private long lost;
  private long awayNanos;

  /**
   * @param open the session that is open from the beginning; null for none
   * @param receivedBefore the digests of what was received before this party was started again
   */
  Mailbox(
      Waiting waits,
      @Nullable String open,
      Function<MessageKey, byte @Nullable []> receivedBefore) {
    this.waits = waits;
    lock = waits.newLock();
    changed = lock.newCondition();
    this.receivedBefore = receivedBefore;
    if (open != null) {
      this.open.add(open);
    }
  }

  /** The link on which a peer sends, or the one on which this party sends to it. */
  private record Way(PartyId peer, boolean incoming) {}

  /** A link that has to come back by some time. */
  private record Loss(long deadline, Duration patience, VflException cause) {
    long away(long now) {
      return now - (deadline - patience.toNanos());
    }
  }

  /** Changes state that somebody may wait for. */
  void update(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void open(String session) {
    update(() -> open.add(session));
  }

  /**
   * Forgets a session: from now on its messages are refused.
   *
   * @return what has arrived in it and nobody will receive
   */
  List<MessageKey> close(String session) {
    List<MessageKey> left = new ArrayList<>();
    update(
        () -> {
          open.remove(session);
          sessionFailures.remove(session);
          left.addAll(discard(session));
        });
    return left;
  }

  /**
   * Empties a session, or the opening of one, that has failed. What still comes for it is dropped.
   *
   * @return what has arrived in it and nobody will receive
   */
  List<MessageKey> discard(String scope) {
    List<MessageKey> left = new ArrayList<>();
    update(
        () -> {
          waiting.keySet().stream().filter(key -> key.scope().equals(scope)).forEach(left::add);
          waiting.keySet().removeAll(left);
          digests.keySet().removeIf(key -> key.scope().equals(scope));
        });
    return left;
  }

  /** Ends everything at this party; the first cause stays. */
  void fail(VflException cause) {
    update(
        () -> {
          if (failure == null) {
            failure = cause;
          }
        });
  }

  /** Ends one session, or the opening of one, which a peer may end before this party begins it. */
  void failSession(String scope, VflException cause) {
    update(
        () -> {
          if (!open.contains(scope) && !MessageKey.isOpening(scope)) {
            return;
          }
          if (sessionFailures.size() < MAX_FAILURES) {
            sessionFailures.putIfAbsent(scope, cause);
          } else if (failure == null) {
            failure = cause;
          }
        });
  }

  /** A link is gone: everything ends if it does not come back in time. */
  void lose(PartyId peer, boolean incoming, Duration patience, VflException cause) {
    long deadline = waits.nanoTime() + patience.toNanos();
    update(
        () -> {
          Loss loss = new Loss(deadline, patience, cause);
          if (losses.putIfAbsent(new Way(peer, incoming), loss) == null) {
            lost++;
          }
        });
  }

  /** A link is there, maybe again. */
  void regain(PartyId peer, boolean incoming) {
    update(
        () -> {
          Loss loss = losses.remove(new Way(peer, incoming));
          if (loss != null) {
            awayNanos += loss.away(waits.nanoTime());
          }
        });
  }

  /** How often links were lost, and how long those that came back were away. */
  LinkCounts losses() {
    lock.lock();
    try {
      return new LinkCounts(lost, Duration.ofNanos(awayNanos), 0, 0);
    } finally {
      lock.unlock();
    }
  }

  /** Whether a link was there and is gone. */
  boolean isLost(PartyId peer, boolean incoming) {
    lock.lock();
    try {
      return losses.containsKey(new Way(peer, incoming));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails once a lost link has been away for too long.
   *
   * @return nanoseconds until that may happen
   */
  private long giveUpLosses() {
    long now = waits.nanoTime();
    long next = Long.MAX_VALUE;
    for (Loss loss : losses.values()) {
      long left = loss.deadline - now;
      next = Math.min(next, Math.max(0, left));
      if (left <= 0 && failure == null) {
        failure =
            new PeerUnavailableException(
                loss.cause.getMessage()
                    + "; it did not come back within "
                    + ExchangeTimeouts.describe(loss.patience),
                loss.cause);
      }
    }
    return next;
  }

  /** Nothing more comes from the peer. */
  void leave(PartyId peer) {
    update(() -> left.add(peer));
  }

  /** Refuses, before a byte of the body is taken, what must not be stored. */
  void admit(MessageKey key, int typeId) {
    if (!key.place().allows(typeId)) {
      throw new ProtocolException(
          "Message type " + typeId + " is not allowed in " + key.place() + ": " + key);
    }
    lock.lock();
    try {
      if (key.place() != Place.OPENING && !open.contains(key.session())) {
        throw new ProtocolException("Message of a session that is not open: " + key);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stores a whole message.
   *
   * @return false if the same bytes were there before, or the session has ended by now: it takes no
   *     room
   */
  boolean deliver(Envelope envelope) {
    lock.lock();
    try {
      MessageKey key = envelope.key();
      boolean ended = key.place() != Place.OPENING && !open.contains(key.session());
      if (ended || sessionFailures.containsKey(key.scope())) {
        return false;
      }
      byte[] before = digests.get(key);
      if (before == null) {
        before = receivedBefore.apply(key);
      }
      if (before != null) {
        if (!MessageDigest.isEqual(before, envelope.digest())) {
          throw new ProtocolException("Different bytes under one key: " + key);
        }
        return false;
      }
      digests.put(key, envelope.digest());
      waiting.put(key, envelope);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Hands a message out if it is there; null if it is not. */
  @Nullable Envelope poll(MessageKey key) {
    lock.lock();
    try {
      return key.place() == Place.STEP && failureOf(key.scope()) != null
          ? null
          : waiting.remove(key);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a message and hands it out; it is there once. */
  Envelope take(MessageKey key, Duration timeout) {
    Envelope[] found = new Envelope[1];
    await(
        () -> {
          // Between steps both sides name their difference, though one of them has given up by now.
          // Within a step nothing counts any more once the session has failed.
          if (key.place() != Place.STEP || failureOf(key.scope()) == null) {
            found[0] = waiting.remove(key);
          }
          return found[0] != null;
        },
        key.scope(),
        key.from(),
        timeout,
        () -> "No " + key + " within " + ExchangeTimeouts.describe(timeout));
    return found[0];
  }

  /**
   * Waits until something holds.
   *
   * @param scope the session or opening whose failure ends the wait
   * @param peer whose leaving ends the wait
   */
  void await(
      BooleanSupplier condition,
      String scope,
      PartyId peer,
      Duration timeout,
      Supplier<String> timeoutMessage) {
    await(condition, scope, peer, () -> left.contains(peer), timeout, timeoutMessage);
  }

  /**
   * The same, with another way to tell that the peer has left. Both are asked under the lock.
   *
   * @param gone whether the peer can no longer bring it about
   */
  void await(
      BooleanSupplier condition,
      String scope,
      PartyId peer,
      BooleanSupplier gone,
      Duration timeout,
      Supplier<String> timeoutMessage) {
    long deadline = waits.nanoTime() + timeout.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        long patience = giveUpLosses();
        VflException cause = failureOf(scope);
        if (cause != null) {
          throw again(cause);
        }
        if (gone.getAsBoolean()) {
          throw new PeerUnavailableException("Party " + peer + " has closed its exchange");
        }
        long remaining = deadline - waits.nanoTime();
        if (remaining <= 0) {
          throw new PeerUnavailableException(timeoutMessage.get());
        }
        // The clock is read again above.
        long unused = changed.awaitNanos(Math.min(remaining, patience));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("Interrupted while waiting for party " + peer, e);
    } finally {
      lock.unlock();
    }
  }

  /** Throws if the session, or all of this exchange, has failed. */
  void check(String scope) {
    lock.lock();
    try {
      giveUpLosses();
      VflException cause = failureOf(scope);
      if (cause != null) {
        throw again(cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable VflException failureOf(String scope) {
    VflException ofSession = sessionFailures.get(scope);
    return ofSession != null ? ofSession : failure;
  }

  /** The same failure for one more thread, with that thread's own stack. */
  private static VflException again(VflException cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof PeerAbortedException aborted) {
      return new PeerAbortedException(aborted);
    }
    if (cause instanceof PeerIdentityException) {
      return new PeerIdentityException(message, cause);
    }
    if (cause instanceof ProtocolException) {
      return new ProtocolException(message, cause);
    }
    if (cause instanceof PeerUnavailableException) {
      return new PeerUnavailableException(message, cause);
    }
    return new VflException(message, cause);
  }

  /** For tests: what waits. */
  List<Envelope> waiting() {
    lock.lock();
    try {
      return List.copyOf(waiting.values());
    } finally {
      lock.unlock();
    }
  }

  /** For tests of the bound: how many bodies wait. */
  int size() {
    return waiting().size();
  }
}

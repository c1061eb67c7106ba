// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageKey;
import io.heddle.channel.MessageType;
import io.heddle.error.ProtocolException;
import io.heddle.progress.Progress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one session, both ways: counted, and kept on the disk if the session has a log.
 * What is received is released to its sender once it is on the disk; what is sent leaves after all
 * that it may depend on is there. Safe for use by several threads.
 */
final class SessionMail {
  /** A pause for the disk is short against the time in which that much arrives. */
  private static final long FORCED_BYTES = 8L << 20;

  private final Exchange exchange;
  private final Progress progress;
  private final TrafficMeter traffic;
  private final @Nullable SessionLog log;
  private final AtomicLong waitedNanos = new AtomicLong();
  private final AtomicLong networkNanos = new AtomicLong();

  SessionMail(
      Exchange exchange, Progress progress, TrafficMeter traffic, @Nullable SessionLog log) {
    this.exchange = exchange;
    this.progress = progress;
    this.traffic = traffic;
    this.log = log;
  }

  Envelope send(String stepKind, MessageKey key, Message message) {
    MessageType<?> type = exchange.codec().type(message.getClass());
    Envelope envelope = envelope(type, key, message);
    if (log != null) {
      log.sending(envelope);
      if (type.once() || log.isBehind()) {
        release();
      }
    }
    long start = System.nanoTime();
    exchange.send(envelope);
    networkNanos.addAndGet(System.nanoTime() - start);
    traffic.sent(stepKind, message, envelope);
    return envelope;
  }

  /** As {@link #send}, to a peer that may never come again. */
  void sendIfItComes(MessageKey key, Message message) {
    Envelope envelope = envelope(exchange.codec().type(message.getClass()), key, message);
    if (log != null) {
      log.sending(envelope);
    }
    exchange.sendIfItComes(envelope);
  }

  private Envelope envelope(MessageType<?> type, MessageKey key, Message message) {
    return Envelope.of(key, type.id(), exchange.codec().encode(message));
  }

  /** How long this party had nothing to do but wait for a message. */
  Duration waited() {
    return Duration.ofNanos(waitedNanos.get());
  }

  /** How long it waited for its own messages to be out, or at the peers. */
  Duration network() {
    return Duration.ofNanos(networkNanos.get());
  }

  Envelope take(MessageKey key) {
    progress.waitingFor(key.from().name());
    long start = System.nanoTime();
    Envelope envelope = log == null ? exchange.receive(key) : taken(log, key);
    long nanos = System.nanoTime() - start;
    traffic.waited(key.from(), nanos);
    waitedNanos.addAndGet(nanos);
    return envelope;
  }

  /** A message that has arrived, for a party that gives up; null if it has not. */
  @Nullable Envelope poll(MessageKey key) {
    Envelope envelope = exchange.poll(key);
    if (envelope != null && log == null) {
      exchange.release(key);
    }
    return envelope;
  }

  private Envelope taken(SessionLog kept, MessageKey key) {
    Envelope before = kept.find(key);
    if (before != null) {
      kept.receivedAgain(before);
      return before;
    }
    Envelope envelope = exchange.poll(key);
    if (envelope == null) {
      // The peer may wait for this very room.
      release();
      envelope = exchange.take(key);
    }
    kept.received(envelope);
    if (kept.unforcedBytes() >= FORCED_BYTES) {
      release();
    }
    return envelope;
  }

  /**
   * The last message of a peer, which keeps it until {@link #release}: after a crash before that it
   * comes once more.
   */
  Envelope hold(MessageKey key) {
    progress.waitingFor(key.from().name());
    Envelope envelope = exchange.take(key);
    if (log != null) {
      log.received(envelope);
    } else {
      exchange.release(key);
    }
    return envelope;
  }

  /**
   * The message of an envelope.
   *
   * @throws ProtocolException if it is not of this type
   */
  <M extends Message> M read(String stepKind, Envelope envelope, Class<M> type) {
    Message message = exchange.codec().decode(envelope.typeId(), envelope.body());
    traffic.received(stepKind, message, envelope);
    if (!type.isInstance(message)) {
      throw new ProtocolException(
          "Expected "
              + type.getSimpleName()
              + " as "
              + envelope.key()
              + ", but it is "
              + message.getClass().getSimpleName());
    }
    return type.cast(message);
  }

  /** Gives back what has arrived and nobody will receive, unless this party may go on later. */
  void discard(String scope) {
    if (log == null) {
      exchange.discard(scope);
    }
  }

  /** Has on the disk what was received, and lets its senders forget it. */
  void release() {
    if (log != null) {
      log.force().forEach(exchange::release);
    }
  }

  /** Waits until the peers hold all that was sent. */
  void settle(String session) {
    release();
    long start = System.nanoTime();
    exchange.settle(session);
    networkNanos.addAndGet(System.nanoTime() - start);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.PeerAbortedException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/**
 * For tests: runs the code of every party at once, each with its own session, over exchanges in
 * memory with the whole codec, and finishes the sessions.
 */
public final class Parties {
  private static final Duration TIME_OUT = Duration.ofMinutes(2);

  private Parties() {}

  /** What one party does. */
  @FunctionalInterface
  public interface Code<R> {
    R run(Session session) throws Exception;
  }

  /** Makes the exchanges of all parties. */
  @FunctionalInterface
  public interface Network
      extends BiFunction<Collection<PartyId>, MessageCodec, SortedMap<PartyId, Exchange>> {
    /** Runs what all parties do. */
    default <R> SortedMap<PartyId, R> together(Map<PartyId, ? extends Callable<R>> calls) {
      return Parties.together(calls);
    }
  }

  /** Opens one party's session. */
  @FunctionalInterface
  public interface Opening {
    Session open(Exchange exchange, SessionTerms terms);
  }

  /** Runs in memory and returns what each party's code returned. */
  public static <R> SortedMap<PartyId, R> run(
      List<MessageType<?>> types, Map<PartyId, Code<R>> parties) {
    return run(InMemoryExchange::network, types, parties);
  }

  /** Two parties in memory; the results in the same order. */
  public static <R> List<R> run(
      List<MessageType<?>> types, PartyId one, Code<R> ofOne, PartyId other, Code<R> ofOther) {
    SortedMap<PartyId, R> results = run(types, Map.of(one, ofOne, other, ofOther));
    return List.of(results.get(one), results.get(other));
  }

  /**
   * Runs over any network and returns what each party's code returned.
   *
   * @param types those of the protocol; the session's own are added
   */
  public static <R> SortedMap<PartyId, R> run(
      Network network, List<MessageType<?>> types, Map<PartyId, Code<R>> parties) {
    return run(
        network, types, (exchange, terms) -> Session.open(exchange, terms, Progress.NONE), parties);
  }

  /** The same with sessions that are opened in another way. */
  public static <R> SortedMap<PartyId, R> run(
      Network network, List<MessageType<?>> types, Opening opening, Map<PartyId, Code<R>> parties) {
    SortedMap<PartyId, Exchange> exchanges = network.apply(parties.keySet(), codec(types));
    SessionTerms terms = terms(parties.keySet());
    Map<PartyId, Callable<R>> calls = new TreeMap<>();
    exchanges.forEach(
        (party, exchange) ->
            calls.put(
                party,
                () -> {
                  Code<R> code = Objects.requireNonNull(parties.get(party));
                  try (Session session = opening.open(exchange, terms)) {
                    try {
                      R result = code.run(session);
                      session.finish();
                      return result;
                    } catch (Throwable e) {
                      session.fail(e);
                      throw e;
                    }
                  }
                }));
    try {
      return network.together(calls);
    } finally {
      exchanges.values().forEach(Exchange::close);
    }
  }

  /** Those of a test's session. */
  static SessionTerms terms(Collection<PartyId> parties) {
    SortedMap<PartyId, String> roles = new TreeMap<>();
    parties.forEach(party -> roles.put(party, "party"));
    return SessionTerms.of("test", roles, new TreeMap<>());
  }

  /** The session's own types and these. */
  public static MessageCodec codec(List<MessageType<?>> types) {
    List<MessageType<?>> all = new ArrayList<>(SessionMessages.TYPES);
    all.addAll(types);
    return new MessageCodec(all);
  }

  /**
   * Runs all at once; throws the failure that came first, with the others suppressed, where one
   * that only echoes a peer's comes last.
   */
  public static <R> SortedMap<PartyId, R> together(Map<PartyId, ? extends Callable<R>> calls) {
    return together(calls, TIME_OUT);
  }

  /** The same with another time-out. */
  public static <R> SortedMap<PartyId, R> together(
      Map<PartyId, ? extends Callable<R>> calls, Duration timeout) {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      Map<PartyId, Future<R>> running = new TreeMap<>();
      calls.forEach(
          (party, call) ->
              running.put(
                  party,
                  threads.submit(
                      () -> {
                        try {
                          return call.call();
                        } catch (Throwable e) {
                          failures.add(e);
                          throw e;
                        }
                      })));
      long deadline = System.nanoTime() + timeout.toNanos();
      SortedMap<PartyId, R> results = new TreeMap<>();
      for (Map.Entry<PartyId, Future<R>> entry : running.entrySet()) {
        try {
          results.put(
              entry.getKey(),
              entry.getValue().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
          // Kept in failures, in the order of time.
        } catch (TimeoutException e) {
          failures.add(new AssertionError("Party " + entry.getKey() + " is stuck", e));
          break;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("Interrupted", e);
        }
      }
      if (!failures.isEmpty()) {
        throw first(List.copyOf(failures));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  static RuntimeException first(List<Throwable> failures) {
    Throwable first =
        failures.stream()
            .filter(failure -> !(failure instanceof PeerAbortedException))
            .findFirst()
            .orElse(failures.get(0));
    failures.stream().filter(failure -> failure != first).forEach(first::addSuppressed);
    if (first instanceof Error error) {
      throw error;
    }
    return first instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException("A party failed", first);
  }
}

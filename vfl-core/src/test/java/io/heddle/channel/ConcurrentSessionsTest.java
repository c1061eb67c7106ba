// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several sessions of one pair of exchanges at once. */
class ConcurrentSessionsTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final int WINDOW = 1 << 16;
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  private final SortedMap<PartyId, Exchange> exchanges =
      InMemoryExchange.network(
          List.of(BANK, RETAILER),
          Parties.codec(TestMessage.TYPES),
          new ExchangeLimits(WINDOW, WINDOW),
          TIMEOUTS,
          party -> FrameObserver.NONE);
  private final Exchange bank = Objects.requireNonNull(exchanges.get(BANK));
  private final Exchange retailer = Objects.requireNonNull(exchanges.get(RETAILER));
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    exchanges.values().forEach(Exchange::close);
    threads.shutdownNow();
  }

  private static SessionTerms terms(String value) {
    return SessionTerms.of(
        "test", Map.of(BANK, "party", RETAILER, "party"), new TreeMap<>(Map.of("value", value)));
  }

  /** One session at both parties. */
  private record Pair(Session bank, Session retailer) {}

  private Pair open(int number) throws Exception {
    Future<Session> other =
        threads.submit(() -> Session.open(retailer, number, terms("same"), Progress.NONE));
    Session own = Session.open(bank, number, terms("same"), Progress.NONE);
    return new Pair(own, get(other));
  }

  private static <R> R get(Future<R> future) throws Exception {
    return future.get(2, TimeUnit.MINUTES);
  }

  /** A word to the peer and one back, and the end. */
  private static String talk(Session session, String word) {
    PartyId peer = session.peers().first();
    Channel step = session.beginStep("talk", new TreeMap<>());
    step.send(peer, new Text(word));
    String answer = step.receive(peer, Text.class).text();
    session.finish();
    return answer;
  }

  private Callable<String> openAndTalk(Exchange exchange, int number, String value) {
    return () -> talk(Session.open(exchange, number, terms(value), Progress.NONE), "word" + number);
  }

  @Test
  void open_oneDiffersAmongMany_theOthersFinishAndNothingIsLeft() throws Exception {
    int odd = 3;
    Map<Integer, Future<String>> ofBank = new TreeMap<>();
    Map<Integer, Future<String>> ofRetailer = new HashMap<>();
    for (int number = 1; number <= 6; number++) {
      ofBank.put(number, threads.submit(openAndTalk(bank, number, "same")));
    }
    // In another order than at the peer.
    for (int number = 6; number >= 1; number--) {
      ofRetailer.put(
          number, threads.submit(openAndTalk(retailer, number, number == odd ? "own" : "same")));
    }
    for (Map<Integer, Future<String>> party : List.of(ofBank, ofRetailer)) {
      for (Map.Entry<Integer, Future<String>> session : party.entrySet()) {
        if (session.getKey() == odd) {
          assertThat(catchThrowable(() -> get(session.getValue())))
              .hasCauseInstanceOf(ProtocolException.class)
              .hasMessageContaining("value");
        } else {
          assertThat(get(session.getValue())).isEqualTo("word" + session.getKey());
        }
      }
    }
    await()
        .untilAsserted(
            () -> assertThat(bank.mailbox().size() + retailer.mailbox().size()).isZero());
    assertThat(get(threads.submit(openAndTalkAgain(7)))).isEqualTo("word7");
  }

  private Callable<String> openAndTalkAgain(int number) {
    return () -> {
      Future<String> other = threads.submit(openAndTalk(retailer, number, "same"));
      String answer = openAndTalk(bank, number, "same").call();
      return get(other).equals(answer) ? answer : "differs";
    };
  }

  @Test
  void fail_withMessagesThatNobodyRead_givesTheirRoomToTheOthers() throws Exception {
    Pair failing = open(1);
    Pair good = open(2);
    Future<Channel> ofPeer =
        threads.submit(() -> failing.retailer().beginStep("talk", new TreeMap<>()));
    Channel unread = failing.bank().beginStep("talk", new TreeMap<>());
    Channel sending = get(ofPeer);
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      blobs.add(new Blob(new byte[WINDOW / 4]));
    }
    blobs.forEach(blob -> sending.send(BANK, blob));
    await().until(() -> bank.mailbox().size() == blobs.size());

    failing.bank().fail(new IllegalStateException("planted"));

    assertThat(bank.mailbox().size()).isZero();
    assertThatThrownBy(() -> sending.receive(BANK, Text.class))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("bank failed");
    // What comes for it later takes no room either.
    Future<Boolean> sent =
        threads.submit(
            () -> {
              Channel step = good.retailer().beginStep("talk", new TreeMap<>());
              step.send(BANK, new Blob(new byte[WINDOW / 2]));
              good.retailer().finish();
              return true;
            });
    Channel step = good.bank().beginStep("talk", new TreeMap<>());
    assertThat(get(threads.submit(() -> step.receive(RETAILER, Blob.class).bytes().length)))
        .isEqualTo(WINDOW / 2);
    assertThat(unread.path()).isEqualTo(step.path());
    good.bank().finish();
    assertThat(get(sent)).isTrue();
  }

  @Test
  void open_numberInUse_refused() throws Exception {
    Pair first = open(2);
    assertThatThrownBy(() -> Session.open(bank, 2, terms("same"), Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid number 2 of a session");
    assertThatThrownBy(() -> Session.open(bank, 0, terms("same"), Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(bank.nextSession()).isEqualTo(1);
    assertThat(bank.nextSession()).isEqualTo(3);
    first.bank().close();
    first.retailer().close();
  }

  @Test
  void failSession_ofOpeningsThatNeverWere_endsAllBeforeItTakesMuchMemory() {
    Mailbox mailbox = new Mailbox(Waiting.REAL, null, key -> null);
    for (int number = 1; number <= 10_000; number++) {
      mailbox.failSession(MessageKey.opening(number), new ProtocolException("ended"));
    }
    mailbox.check(MessageKey.OPENING);
    mailbox.failSession(MessageKey.opening(10_001), new ProtocolException("ended"));
    assertThatThrownBy(() -> mailbox.check(MessageKey.OPENING))
        .isInstanceOf(ProtocolException.class);
  }
}

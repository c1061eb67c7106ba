// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.DataException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every channel must do, whatever carries it. */
abstract class ChannelContract {
  static final PartyId BANK = new PartyId("bank");
  static final PartyId RETAILER = new PartyId("retailer");
  static final PartyId INSURER = new PartyId("insurer");
  static final SortedMap<String, String> NO_TERMS = new TreeMap<>();
  private static final ExchangeTimeouts SHORT =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofMillis(300),
          Duration.ofMillis(300));

  abstract Parties.Network network(ExchangeLimits limits, ExchangeTimeouts timeouts);

  /** Of a message that is far beyond every window. */
  int largeBytes() {
    return 64 << 20;
  }

  private Parties.Network network() {
    return network(ExchangeLimits.DEFAULT, ExchangeTimeouts.DEFAULT);
  }

  private static <R> List<R> two(
      Parties.Network network, Parties.Code<R> bank, Parties.Code<R> retailer) {
    return List.copyOf(
        Parties.run(network, TestMessage.TYPES, Map.of(BANK, bank, RETAILER, retailer)).values());
  }

  private static Channel talk(Session session) {
    return session.beginStep("talk", NO_TERMS);
  }

  private static byte[] pattern(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + (i >>> 8));
    }
    return bytes;
  }

  @Test
  void receive_messagesOfEachSize_comeInOrder() {
    List<byte[]> sent =
        List.of(
            new byte[0],
            pattern(1),
            pattern((2 << 20) - 5),
            pattern((2 << 20) - 4),
            pattern(5 << 20));
    List<Boolean> result =
        two(
            network(),
            session -> {
              Channel step = talk(session);
              sent.forEach(bytes -> step.send(RETAILER, new Blob(bytes)));
              return true;
            },
            session -> {
              Channel step = talk(session);
              boolean same = true;
              for (byte[] bytes : sent) {
                same &= Arrays.equals(step.receive(BANK, Blob.class).bytes(), bytes);
              }
              return same;
            });
    assertThat(result).containsExactly(true, true);
  }

  @Test
  void send_threePartiesBothWays_reachesEachFromEach() {
    Parties.Code<String> code =
        session -> {
          Channel step = talk(session).step("first");
          for (PartyId peer : step.peers()) {
            step.send(peer, new Text(session.self() + "-" + peer));
          }
          StringBuilder heard = new StringBuilder(step.path());
          for (PartyId peer : step.peers()) {
            heard.append(' ').append(step.receive(peer, Text.class).text());
          }
          return heard.toString();
        };
    assertThat(
            Parties.run(
                network(), TestMessage.TYPES, Map.of(BANK, code, RETAILER, code, INSURER, code)))
        .containsEntry(BANK, "1-talk/first insurer-bank retailer-bank")
        .containsEntry(INSURER, "1-talk/first bank-insurer retailer-insurer")
        .containsEntry(RETAILER, "1-talk/first bank-retailer insurer-retailer");
  }

  @Test
  void sendToAll_threeParties_reachesEachOther() {
    Parties.Code<String> code =
        session -> {
          Channel step = talk(session);
          step.sendToAll(new Text("from " + session.self()));
          StringBuilder heard = new StringBuilder();
          for (PartyId peer : step.peers()) {
            heard.append(' ').append(step.receive(peer, Text.class).text());
          }
          return heard.toString();
        };
    assertThat(
            Parties.run(
                network(), TestMessage.TYPES, Map.of(BANK, code, RETAILER, code, INSURER, code)))
        .containsEntry(BANK, " from insurer from retailer")
        .containsEntry(INSURER, " from bank from retailer")
        .containsEntry(RETAILER, " from bank from insurer");
  }

  @Test
  void receive_stepsInOtherOrder_eachStepHasItsOwn() {
    List<String> result =
        two(
            network(),
            session -> {
              Channel step = talk(session);
              step.step("one").send(RETAILER, new Text("1"));
              step.step("two").send(RETAILER, new Text("2"));
              return "";
            },
            session -> {
              Channel step = talk(session);
              String second = step.step("two").receive(BANK, Text.class).text();
              return second + step.step("one").receive(BANK, Text.class).text();
            });
    assertThat(result.get(1)).isEqualTo("21");
  }

  @Test
  void send_bothFillTheWindowBeforeReceiving_passes() {
    ExchangeLimits limits = new ExchangeLimits(1 << 20, 1 << 26);
    int messages = 16;
    int size = (1 << 20) / messages - ExchangeLimits.MESSAGE_COST - 4;
    Parties.Code<Integer> code =
        session -> {
          Channel step = talk(session);
          PartyId peer = session.peers().first();
          for (int i = 0; i < messages; i++) {
            step.send(peer, new Blob(pattern(size)));
          }
          int received = 0;
          for (int i = 0; i < messages; i++) {
            received += step.receive(peer, Blob.class).bytes().length;
          }
          return received;
        };
    assertThat(two(network(limits, ExchangeTimeouts.DEFAULT), code, code))
        .containsExactly(messages * size, messages * size);
  }

  @Test
  void send_bothSendFarMoreThanTheWindow_passes() {
    ExchangeLimits limits = new ExchangeLimits(1 << 16, 1 << 27);
    byte[] large = pattern(largeBytes());
    Parties.Code<Boolean> code =
        session -> {
          Channel step = talk(session);
          PartyId peer = session.peers().first();
          step.send(peer, new Blob(large));
          return Arrays.equals(large, step.receive(peer, Blob.class).bytes());
        };
    assertThat(two(network(limits, ExchangeTimeouts.DEFAULT), code, code))
        .containsExactly(true, true);
  }

  @Test
  void send_peerDoesNotReceive_waitsThenGivesUp() {
    ExchangeLimits limits = new ExchangeLimits(1 << 16, 1 << 20);
    CountDownLatch tried = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                two(
                    network(limits, SHORT),
                    session -> {
                      Channel step = talk(session);
                      try {
                        step.send(RETAILER, new Blob(pattern(1 << 15)));
                        step.send(RETAILER, new Blob(pattern(1 << 15)));
                        return true;
                      } finally {
                        tried.countDown();
                      }
                    },
                    session -> {
                      talk(session);
                      return tried.await(30, TimeUnit.SECONDS);
                    }))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("retailer has not made room")
        .hasMessageContaining("300 ms");
  }

  @Test
  void receive_nothingComes_namesPeerStepAndTime() {
    CountDownLatch tried = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                two(
                    network(ExchangeLimits.DEFAULT, SHORT),
                    session -> {
                      Channel step = talk(session);
                      try {
                        return step.receive(RETAILER, Text.class).text();
                      } finally {
                        tried.countDown();
                      }
                    },
                    session -> {
                      talk(session);
                      return "" + tried.await(30, TimeUnit.SECONDS);
                    }))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("No message 0 of step 1-talk from retailer to bank within 300 ms");
  }

  @Test
  void receive_wrongMessage_endsSession() {
    assertThatThrownBy(
            () ->
                two(
                    network(),
                    session -> {
                      Channel step = talk(session);
                      step.send(RETAILER, new Text("secret words"));
                      return step.receive(RETAILER, Text.class).text();
                    },
                    session -> talk(session).receive(BANK, Blob.class).toString()))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(
            "Expected Blob as message 0 of step 1-talk from bank to retailer, but it is Text")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOf(PeerAbortedException.class));
  }

  @Test
  void fail_peerIsWaiting_isToldACodeButNotTheCause() {
    List<Long> nanos = new ArrayList<>();
    assertThatThrownBy(
            () ->
                two(
                    network(),
                    session -> {
                      Channel step = talk(session);
                      step.send(RETAILER, new Text("go on"));
                      long start = System.nanoTime();
                      try {
                        return step.receive(RETAILER, Text.class).text();
                      } finally {
                        nanos.add(System.nanoTime() - start);
                      }
                    },
                    session -> {
                      talk(session).receive(BANK, Text.class);
                      throw new DataException("Table secret.csv: line 7 is cut short");
                    }))
        .isInstanceOf(DataException.class)
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOf(PeerAbortedException.class)
                    .asString()
                    .contains("Party retailer cannot use its data")
                    .doesNotContain("secret"));
    assertThat(nanos).singleElement().satisfies(n -> assertThat(n).isLessThan(5_000_000_000L));
  }

  @Test
  void send_afterThePeerFailed_throws() {
    CountDownLatch failed = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                two(
                    network(),
                    session -> {
                      Channel step = talk(session);
                      failed.await(30, TimeUnit.SECONDS);
                      // The abort may still be under way; the window ends this either way.
                      for (int i = 0; i < 1000; i++) {
                        step.send(RETAILER, new Blob(pattern(1 << 20)));
                      }
                      return "";
                    },
                    session -> {
                      talk(session);
                      session.fail(new DataException("broken"));
                      failed.countDown();
                      throw new DataException("broken");
                    }))
        .isInstanceOf(DataException.class)
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOf(PeerAbortedException.class));
  }

  @Test
  void finish_messageNobodyReceived_failsAtBoth() {
    assertThatThrownBy(
            () ->
                two(
                    network(),
                    session -> {
                      talk(session).send(RETAILER, new Text("unread"));
                      return "";
                    },
                    session -> {
                      talk(session);
                      return "";
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("not seen the same messages");
  }

  @Test
  void step_sameNameTwice_refused() {
    assertThatThrownBy(
            () ->
                two(
                    network(),
                    session -> {
                      Channel step = talk(session);
                      step.step("one");
                      return step.step("one").path();
                    },
                    session -> talk(session).path()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Step 1-talk has a step one already");
  }

  @Test
  void session_secondOverTheSameExchange_hasAnotherId() {
    Parties.Code<String> code = session -> session.id();
    List<String> one = two(network(), code, code);
    List<String> other = two(network(), code, code);
    assertThat(one.get(0)).isEqualTo(one.get(1)).isNotEqualTo(other.get(0)).hasSize(64);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Text;
import io.heddle.channel.netty.Impostor.Shown;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who gets in: of twelve who call themselves the retailer, one. Each dials the bank and is dialled
 * by it.
 */
@Tag("waiting")
class TlsMatrixTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final String RIGHT = "the pinned key in TLS 1.3";
  private static final String TLS = "TLSv1.3";
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity INSURER_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final TestIdentity STRANGER_ID = TestIdentity.generate();
  private static final TestIdentity SIGNED_ID = RETAILER_ID.sign();
  private static final TestIdentity EXPIRED_ID =
      TestIdentity.generate(Duration.ofDays(-2), Duration.ofDays(-1));
  private static final TestIdentity FUTURE_ID =
      TestIdentity.generate(Duration.ofDays(1), Duration.ofDays(2));
  private static final TestIdentity STOLEN_ID =
      new TestIdentity(STRANGER_ID.key(), RETAILER_ID.certificate());
  private static final ExchangeTimeouts PATIENT =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1));
  private static final Map<TlsLibrary, Integer> PASSED = new ConcurrentHashMap<>();

  private final List<Exchange> opened = new ArrayList<>();
  private TlsLibrary banks = TlsLibrary.JDK;
  private final AtomicInteger frames = new AtomicInteger();

  /**
   * One who must not get in.
   *
   * @param shown what it shows
   * @param pinned whose key the bank expects of the retailer
   * @param told what the bank's operator is told
   * @param dials what it is told when it dials the bank; null if it does not, since the bank knows
   *     its key as another party's
   * @param accepts what it is told when the bank dials it
   */
  private record Refused(
      Shown shown, TestIdentity pinned, String told, @Nullable String dials, String accepts) {}

  private static Shown shown(TestIdentity identity, String tls, String alpn) {
    return new Shown(identity.key(), List.of(identity.certificate()), tls, alpn);
  }

  private static Refused refused(TestIdentity identity, TestIdentity pinned, String told) {
    return new Refused(
        shown(identity, TLS, Tls.PROTOCOL),
        pinned,
        told,
        "certificate_unknown",
        "certificate_unknown");
  }

  private static String expected(TestIdentity other) {
    return "The public key has the fingerprint "
        + other
        + ", expected of retailer is "
        + RETAILER_ID;
  }

  private static Map<String, Refused> refused() {
    Map<String, Refused> all = new TreeMap<>();
    all.put("an unknown key", refused(STRANGER_ID, RETAILER_ID, expected(STRANGER_ID)));
    all.put(
        "the key of another party",
        new Refused(
            shown(INSURER_ID, TLS, Tls.PROTOCOL),
            RETAILER_ID,
            expected(INSURER_ID),
            null,
            "certificate_unknown"));
    all.put(
        "a certificate that the pinned key has signed",
        new Refused(
            new Shown(
                SIGNED_ID.key(),
                List.of(SIGNED_ID.certificate(), RETAILER_ID.certificate()),
                TLS,
                Tls.PROTOCOL),
            RETAILER_ID,
            expected(SIGNED_ID),
            "certificate_unknown",
            "certificate_unknown"));
    all.put(
        "an expired certificate",
        refused(EXPIRED_ID, EXPIRED_ID, "The certificate of retailer expired on"));
    all.put(
        "a certificate not yet valid",
        refused(FUTURE_ID, FUTURE_ID, "The certificate of retailer is not valid before"));
    all.put(
        "the pinned certificate without its key",
        new Refused(
            shown(STOLEN_ID, TLS, Tls.PROTOCOL),
            RETAILER_ID,
            "signature",
            "fatal alert",
            "fatal alert"));
    List<X509Certificate> none = List.of();
    all.put(
        "no certificate",
        new Refused(
            new Shown(null, none, TLS, Tls.PROTOCOL),
            RETAILER_ID,
            "handshake_failure",
            "certificate",
            "No available authentication scheme"));
    all.put(
        "TLS 1.2",
        new Refused(
            shown(RETAILER_ID, "TLSv1.2", Tls.PROTOCOL),
            RETAILER_ID,
            "protocol_version",
            "protocol_version",
            "protocol"));
    all.put(
        "another application protocol",
        new Refused(
            shown(RETAILER_ID, TLS, "h2"),
            RETAILER_ID,
            "no_application_protocol",
            "no_application_protocol",
            "application layer protocol"));
    all.put(
        "no application protocol",
        new Refused(shown(RETAILER_ID, TLS, ""), RETAILER_ID, "heddle/1", "closed", "closed"));
    all.put(
        "no TLS at all",
        new Refused(
            new Shown(null, none, "", ""), RETAILER_ID, "does not speak TLS", "closed", "closed"));
    return all;
  }

  static Stream<Arguments> cases() {
    List<Arguments> all = new ArrayList<>();
    all.add(Arguments.of(RIGHT, null));
    refused().forEach((name, each) -> all.add(Arguments.of(name, each)));
    return all.stream()
        .flatMap(
            each ->
                Arrays.stream(TlsLibrary.values())
                    .map(library -> Arguments.of(library, each.get()[0], each.get()[1])));
  }

  @BeforeAll
  static void start() {
    PASSED.clear();
  }

  @AfterAll
  static void count() {
    System.out.println("TLS matrix: " + PASSED + " of 12 each");
    assertThat(cases()).hasSize(24);
  }

  @AfterEach
  void close() {
    opened.forEach(Exchange::close);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cases")
  void connect_aRetailer_getsInOrNot(TlsLibrary library, String name, @Nullable Refused refused)
      throws Exception {
    banks = library;
    if (refused == null) {
      assertGetsIn();
    } else {
      assertRefused(refused);
    }
    PASSED.merge(library, 1, Integer::sum);
  }

  private NettyExchangeBuilder builder(PartyId self, TestIdentity identity, int port) {
    return NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
        .identity(identity.key(), List.of(identity.certificate()))
        .listen(NettyNetwork.HOST, port)
        .timeouts(PATIENT)
        .tls(self.equals(BANK) ? banks : TlsLibrary.JDK)
        .observer((to, frame) -> frames.incrementAndGet());
  }

  private NettyExchange opened(NettyExchangeBuilder builder) {
    NettyExchange exchange = builder.open();
    opened.add(exchange);
    return exchange;
  }

  private void assertGetsIn() {
    int bankPort = NettyNetwork.freePort();
    int retailerPort = NettyNetwork.freePort();
    NettyExchange bank =
        opened(
            builder(BANK, BANK_ID, bankPort)
                .peer(RETAILER, NettyNetwork.HOST, retailerPort, RETAILER_ID.fingerprint()));
    NettyExchange retailer =
        opened(
            builder(RETAILER, RETAILER_ID, retailerPort)
                .peer(BANK, NettyNetwork.HOST, bankPort, BANK_ID.fingerprint()));
    Map<PartyId, Callable<String>> calls = new TreeMap<>();
    calls.put(BANK, () -> greet(bank, RETAILER));
    calls.put(RETAILER, () -> greet(retailer, BANK));

    assertThat(Parties.together(calls))
        .containsEntry(BANK, "from retailer")
        .containsEntry(RETAILER, "from bank");
    assertThat(frames.get()).isPositive();
  }

  private static String greet(Exchange exchange, PartyId peer) {
    Map<PartyId, String> roles = Map.of(BANK, "label-holder", RETAILER, "feature-holder");
    SessionTerms terms = SessionTerms.of("test", roles, new TreeMap<>());
    try (Session session = Session.open(exchange, terms, Progress.NONE)) {
      Channel step = session.beginStep("talk", new TreeMap<>());
      step.send(peer, new Text("from " + exchange.self()));
      String text = step.receive(peer, Text.class).text();
      session.finish();
      return text;
    }
  }

  /** BoringSSL has no alert for whoever speaks another application protocol: it is cut off. */
  private String told(String alert) {
    boolean silently = banks == TlsLibrary.BORINGSSL && alert.equals("no_application_protocol");
    return silently ? "closed" : alert;
  }

  private void assertRefused(Refused refused) throws Exception {
    int bankPort = NettyNetwork.freePort();
    try (Impostor impostor = new Impostor(refused.shown())) {
      NettyExchange bank =
          opened(
              builder(BANK, BANK_ID, bankPort)
                  .peer(
                      RETAILER, NettyNetwork.HOST, impostor.port(), refused.pinned().fingerprint())
                  .peer(
                      INSURER,
                      NettyNetwork.HOST,
                      NettyNetwork.freePort(),
                      INSURER_ID.fingerprint()));
      if (refused.dials() != null) {
        Impostor.Outcome outcome = impostor.dial(bankPort);
        for (int i = 0; i < 50 && outcome.broken(); i++) {
          assertThat(outcome.bytes()).as("application bytes").isZero();
          outcome = impostor.dial(bankPort);
        }
        assertThat(outcome.bytes()).as("application bytes").isZero();
        assertThat(outcome.told()).contains(told(refused.dials()));
      }
      Throwable failure = catchThrowable(() -> bank.connect(Progress.NONE));

      assertThat(failure)
          .isInstanceOf(ProtocolException.class)
          .hasMessageStartingWith(
              "Authentication failed between this party, fingerprint " + BANK_ID)
          .hasMessageContaining("and party retailer at 127.0.0.1:" + impostor.port())
          .hasMessageContaining(refused.told());
      List<Impostor.Outcome> accepted = impostor.accepted();
      assertThat(accepted).isNotEmpty();
      for (Impostor.Outcome outcome : accepted) {
        assertThat(outcome.bytes()).as("application bytes").isZero();
        if (!outcome.broken()) {
          assertThat(outcome.told()).contains(refused.accepts());
        }
      }
      assertThat(frames.get()).as("frames that the bank sent").isZero();
    }
  }
}

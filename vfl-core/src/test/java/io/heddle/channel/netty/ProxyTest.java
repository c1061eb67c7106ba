// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of links that are dialled through a company's gateway, a good one and others. */
@Tag("waiting")
class ProxyTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final String USER = "heddle-user";
  private static final String PASSWORD = "pass:Wort-of-the-gateway";

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private TestProxy proxy(Proxy.Kind kind) throws IOException {
    TestProxy proxy = new TestProxy(kind);
    opened.add(proxy);
    return proxy;
  }

  private static ExchangeTimeouts timeouts(
      long connectMillis, long handshakeMillis, Duration idle) {
    return new ExchangeTimeouts(
        Duration.ofMillis(connectMillis),
        Duration.ofMillis(handshakeMillis),
        idle,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30));
  }

  private static ExchangeTimeouts patient() {
    return timeouts(60_000, 20_000, Duration.ofSeconds(60));
  }

  /** Dials the retailer by a name that only the proxy knows. */
  private NettyExchange bank(Route route, ExchangeTimeouts timeouts) {
    return open(
        NettyExchange.builder(BANK, Parties.codec(TestMessage.TYPES))
            .identity(BANK_ID.key(), List.of(BANK_ID.certificate()))
            .listen(NettyNetwork.HOST, bankPort)
            .peer(RETAILER, "retailer.invalid", retailerPort, RETAILER_ID.fingerprint(), route)
            .timeouts(timeouts));
  }

  private NettyExchange retailer(ExchangeTimeouts timeouts, FrameObserver observer) {
    return open(
        NettyExchange.builder(RETAILER, Parties.codec(TestMessage.TYPES))
            .identity(RETAILER_ID.key(), List.of(RETAILER_ID.certificate()))
            .listen(NettyNetwork.HOST, retailerPort)
            .peer(BANK, NettyNetwork.HOST, bankPort, BANK_ID.fingerprint())
            .observer(observer)
            .timeouts(timeouts));
  }

  private NettyExchange open(NettyExchangeBuilder builder) {
    NettyExchange exchange = builder.open();
    opened.add(0, exchange);
    return exchange;
  }

  private static void together(Exchange bank, Exchange retailer, Parties.Code<Boolean> code) {
    Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
    for (Exchange exchange : List.of(bank, retailer)) {
      calls.put(
          exchange.self(),
          () -> {
            Map<PartyId, String> roles = Map.of(BANK, "party", RETAILER, "party");
            try (Session session =
                Session.open(
                    exchange, SessionTerms.of("test", roles, new TreeMap<>()), Progress.NONE)) {
              boolean result = code.run(session);
              session.finish();
              session.leave();
              return result;
            }
          });
    }
    Parties.together(calls);
  }

  private static boolean greet(Session session) {
    Channel step = session.beginStep("talk", new TreeMap<>());
    PartyId peer = session.peers().first();
    step.send(peer, new Text("from " + session.self()));
    return step.receive(peer, Text.class).text().equals("from " + peer);
  }

  @ParameterizedTest
  @EnumSource(Proxy.Kind.class)
  void dial_proxyWithoutUser_looksTheNameUp(Proxy.Kind kind) throws IOException {
    TestProxy proxy = proxy(kind);

    together(
        bank(proxy.route(), patient()), retailer(patient(), FrameObserver.NONE), ProxyTest::greet);

    assertThat(proxy.asked()).containsOnly("retailer.invalid:" + retailerPort);
  }

  @ParameterizedTest
  @EnumSource(Proxy.Kind.class)
  void dial_proxyThatAsksForAUser_isShownUserAndPassword(Proxy.Kind kind) throws IOException {
    TestProxy proxy = proxy(kind).asksFor(USER, PASSWORD);

    together(
        bank(new Route(proxy.address(USER, PASSWORD), false), patient()),
        retailer(patient(), FrameObserver.NONE),
        ProxyTest::greet);

    assertThat(proxy.asked()).isNotEmpty();
  }

  static Stream<Arguments> credentials() {
    return Stream.of(Proxy.Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                    Arguments.of(kind, null, null, "asks for a user"),
                    Arguments.of(kind, USER, PASSWORD, "does not take this user and password")));
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("credentials")
  void dial_proxyThatRefusesTheUser_failsAtOnceAndShowsNoSecret(
      Proxy.Kind kind, @Nullable String user, @Nullable String password, String words)
      throws IOException {
    TestProxy proxy = proxy(kind).asksFor(USER, "another");
    Proxy settings = proxy.address(user, password);
    NettyExchange bank = bank(new Route(settings, false), patient());

    long start = System.nanoTime();
    Throwable failure = catchThrowable(() -> bank.connect(Progress.NONE));

    assertThat(System.nanoTime() - start).isLessThan(patient().connect().toNanos() / 2);
    assertThat(failure)
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageStartingWith("Party retailer cannot be reached: " + settings + " ")
        .hasMessageContaining(":" + proxy.port())
        .hasMessageContaining(words)
        .hasMessageContaining("proxy.password-file");
    // One at least has got as far as the user.
    assertThat(proxy.accepted()).isPositive();
    StringWriter everything = new StringWriter();
    failure.printStackTrace(new PrintWriter(everything));
    assertThat(everything.toString() + settings + new Route(settings, false))
        .doesNotContain(PASSWORD)
        .doesNotContain(USER);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static Stream<Arguments> answers() {
    byte[] none = {5, 0};
    return Stream.of(
        Arguments.of(Proxy.Kind.HTTP, ascii("HTTP/1.1 403 secret words\r\n\r\n"), "answers 403"),
        Arguments.of(
            Proxy.Kind.HTTP,
            ascii("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"),
            "answers 503"),
        Arguments.of(Proxy.Kind.HTTP, ascii("220 mail ready\r\n\r\n"), "does not speak HTTP"),
        Arguments.of(Proxy.Kind.HTTP, new byte[1000], "does not speak HTTP"),
        Arguments.of(
            Proxy.Kind.HTTP,
            ascii("HTTP/1.1 200 Fine\r\nX: " + "x".repeat(1 << 20)),
            "closes the connection"),
        Arguments.of(
            Proxy.Kind.HTTP,
            ascii("HTTP/1.1 200 Fine\r\n" + "X: x\r\n".repeat(1 << 18)),
            "closes the connection"),
        Arguments.of(Proxy.Kind.HTTP, ascii("HTTP/1.1 200 Fi"), "closes the connection"),
        Arguments.of(Proxy.Kind.HTTP, new byte[0], "closes the connection"),
        Arguments.of(
            Proxy.Kind.SOCKS5, concat(none, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0), "answers forbidden"),
        Arguments.of(
            Proxy.Kind.SOCKS5,
            concat(none, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0),
            "answers host unreachable"),
        Arguments.of(
            Proxy.Kind.SOCKS5, concat(none, 5, 77, 0, 1, 0, 0, 0, 0, 0, 0), "answers unknown"),
        Arguments.of(Proxy.Kind.SOCKS5, new byte[0], "closes the connection"));
  }

  @Test
  void dial_socksProxyThatSpeaksHttp_failsAtOnce() throws IOException {
    TestProxy proxy = proxy(Proxy.Kind.SOCKS5).answers(ascii("HTTP/1.1 400 secret words"));

    assertThatThrownBy(() -> bank(proxy.route(), patient()).connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining(proxy.address(null, null) + " asks for a user")
        .hasMessageEndingWith("or does not speak SOCKS5");
  }

  private static byte[] concat(byte[] first, int... then) {
    byte[] all = Arrays.copyOf(first, first.length + then.length);
    for (int i = 0; i < then.length; i++) {
      all[first.length + i] = (byte) then[i];
    }
    return all;
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("answers")
  void dial_proxyThatRefusesOrTalksNonsense_isTriedAgainUntilTheConnectTimeout(
      Proxy.Kind kind, byte[] answer, String words) throws IOException {
    TestProxy proxy = proxy(kind).answers(answer);

    assertThatThrownBy(
            () ->
                bank(proxy.route(), timeouts(1500, 20_000, Duration.ofSeconds(20)))
                    .connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage(
            "Party retailer did not appear within 1500 ms: "
                + proxy.address(null, null)
                + " "
                + words);
    assertThat(proxy.accepted()).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Proxy.Kind.class)
  void dial_proxyThatIsSilent_isGivenTheHandshakeTimeout(Proxy.Kind kind) throws IOException {
    TestProxy proxy = proxy(kind).isSilent();

    assertThatThrownBy(
            () ->
                bank(proxy.route(), timeouts(2500, 300, Duration.ofSeconds(20)))
                    .connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageEndingWith(proxy.address(null, null) + " does not answer");
    assertThat(proxy.accepted()).isGreaterThan(1);
  }

  @Test
  void dial_proxyThatIsNotThere_isNamed() {
    Proxy nowhere =
        new Proxy(Proxy.Kind.HTTP, NettyNetwork.HOST, NettyNetwork.freePort(), USER, PASSWORD);

    assertThatThrownBy(
            () ->
                bank(new Route(nowhere, false), timeouts(500, 20_000, Duration.ofSeconds(20)))
                    .connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining(nowhere + " cannot be reached (Connection refused");
  }

  @Test
  void dial_proxyThatHasNoAddress_isNamed() {
    Proxy nameless = new Proxy(Proxy.Kind.SOCKS5, "gateway.invalid", 1080, USER, PASSWORD);

    assertThatThrownBy(
            () ->
                bank(new Route(nameless, false), timeouts(500, 20_000, Duration.ofSeconds(20)))
                    .connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining(
            "proxy socks5://gateway.invalid:1080 cannot be reached (no such host)");
  }

  @ParameterizedTest
  @EnumSource(Proxy.Kind.class)
  void link_proxyCutsAgainAndAgain_everyMessageArrivesOnceAndInOrder(Proxy.Kind kind)
      throws IOException {
    TestProxy proxy = proxy(kind);
    NettyExchange bank = bank(proxy.route(), patient());
    NettyExchange retailer = retailer(patient(), FrameObserver.NONE);

    together(
        bank,
        retailer,
        session -> {
          Channel step = session.beginStep("talk", new TreeMap<>());
          PartyId peer = session.peers().first();
          for (int i = 0; i < 6; i++) {
            step.send(peer, new Blob(new byte[300_000 + i]));
            if (session.self().equals(BANK)) {
              proxy.cut();
            }
            step.send(peer, new Text("message " + i));
            assertThat(step.receive(peer, Blob.class).bytes()).hasSize(300_000 + i);
            assertThat(step.receive(peer, Text.class).text()).isEqualTo("message " + i);
          }
          return true;
        });

    assertThat(proxy.accepted()).isGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource(Proxy.Kind.class)
  void link_proxyThatForgetsSilentConnections_isKeptByPings(Proxy.Kind kind) throws IOException {
    Duration forgets = Duration.ofSeconds(5);
    TestProxy proxy = proxy(kind).dropsAfter(forgets);
    AtomicInteger pings = new AtomicInteger();
    ExchangeTimeouts timeouts = timeouts(60_000, 20_000, Duration.ofSeconds(6));
    NettyExchange retailer =
        retailer(timeouts, (peer, frame) -> pings.addAndGet(frame.get(0) == 7 ? 1 : 0));
    NettyExchange bank = bank(proxy.route(), timeouts);

    together(
        bank,
        retailer,
        session -> {
          boolean greeted = greet(session);
          long begun = System.nanoTime();
          await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> System.nanoTime() - begun > 2 * forgets.toNanos());
          Channel step = session.beginStep("again", new TreeMap<>());
          PartyId peer = session.peers().first();
          step.send(peer, new Text("still there"));
          return greeted && step.receive(peer, Text.class).text().equals("still there");
        });

    assertThat(pings.get()).isGreaterThan(2);
    assertThat(proxy.dropped()).isZero();
    assertThat(proxy.accepted()).isOne();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static io.heddle.config.PartyConfig.Dialling.BOTH;
import static io.heddle.config.PartyConfig.Dialling.NEVER;
import static io.heddle.config.PartyConfig.Dialling.OWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageKey;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.channel.netty.FaultRelay.Direction;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who dials the links of two parties: each its own, or one both; and parties that do not agree. */
@Tag("waiting")
class DiallingTest {
  private static final List<PartyId> TWO = List.of(BANK, RETAILER);
  private static final TestIdentity RETAILER_ID = FaultNetwork.identity(RETAILER);
  private static final String TLS = "TLSv1.3";
  private static final String FORTH = LinkProtocol.FORTH.in(Tls.PROTOCOL);
  private static final String BACK = LinkProtocol.BACK.in(Tls.PROTOCOL);
  private static final byte MESSAGE = 2;
  private static final byte CREDIT = 4;
  private static final byte ABORT = 5;
  private static final byte HAIL = 8;
  private static final int HAIL_BYTES = 37;
  private static final int LARGE = 8 << 20;

  private static final ExchangeTimeouts PATIENT =
      new ExchangeTimeouts(
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  private static final ExchangeTimeouts HASTY =
      new ExchangeTimeouts(
          Duration.ofSeconds(4),
          Duration.ofSeconds(2),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20));

  private final Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();

  DiallingTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private NettyExchange bank(Dialling dialling, ExchangeTimeouts timeouts) {
    return open(BANK, bankPort, RETAILER, retailerPort, dialling, timeouts);
  }

  private NettyExchange retailer(Dialling dialling, ExchangeTimeouts timeouts) {
    return open(RETAILER, retailerPort, BANK, bankPort, dialling, timeouts);
  }

  private NettyExchange open(
      PartyId self,
      int port,
      PartyId peer,
      int peerPort,
      Dialling dialling,
      ExchangeTimeouts timeouts) {
    TestIdentity own = FaultNetwork.identity(self);
    NettyExchange exchange =
        NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
            .identity(own.key(), List.of(own.certificate()))
            .listen(NettyNetwork.HOST, port)
            .peer(
                peer,
                NettyNetwork.HOST,
                peerPort,
                FaultNetwork.identity(peer).fingerprint(),
                Route.DIRECT,
                dialling)
            .timeouts(timeouts)
            .open();
    opened.add(exchange);
    return exchange;
  }

  /** How each party's connect ends; "" where it went well. */
  private static SortedMap<PartyId, Throwable> connect(Exchange... exchanges) {
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    for (Exchange exchange : exchanges) {
      calls.put(
          exchange.self(),
          () -> {
            Throwable failure = catchThrowable(() -> exchange.connect(Progress.NONE));
            return failure == null ? new Throwable("") : failure;
          });
    }
    return Parties.together(calls);
  }

  private static void assertConnected(Exchange... exchanges) {
    assertThat(connect(exchanges).values()).allSatisfy(end -> assertThat(end).hasMessage(""));
  }

  // Sessions over two links that one party dials.

  private FaultNetwork network(int bytes, boolean kept) throws IOException {
    FaultNetwork network =
        new FaultNetwork(TWO, PATIENT, new Talk(3, bytes), kept ? directory : null);
    network.firstDials();
    opened.add(network);
    return network;
  }

  private static void assertWell(FaultNetwork network) {
    network
        .run()
        .forEach(
            (party, outcome) -> {
              assertThat(outcome.failure()).as(party + "'s failure").isNull();
              assertThat(outcome.result()).isEqualTo(network.expected(party));
            });
  }

  /** Does this once, when the first large piece of a body goes from the bank. */
  private static void whileTalking(FaultNetwork network, Runnable fault) {
    AtomicBoolean begun = new AtomicBoolean();
    network.observe(
        BANK,
        (to, frame) -> {
          if (frame.get(0) == 3 && frame.remaining() > 900 && begun.compareAndSet(false, true)) {
            fault.run();
          }
        });
  }

  /** How many links come by a way from a fault on, of a session that ends well all the same. */
  private static int dialledAfter(FaultNetwork network, FaultRelay way, Runnable fault) {
    AtomicInteger before = new AtomicInteger();
    whileTalking(
        network,
        () -> {
          before.set(way.accepted());
          fault.run();
        });
    assertWell(network);
    assertThat(before).hasPositiveValue();
    return way.accepted() - before.get();
  }

  @Test
  void session_oneDials_needsNoWayBack() throws IOException {
    FaultNetwork network = network(LARGE, false);

    assertWell(network);
    assertThat(network.way(RETAILER, BANK).accepted()).isZero();
  }

  /** A gateway is the dialler's, for both links. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP", "SOCKS5", "WebSocket"})
  void session_oneDialsThroughAGateway_needsNoWayBack(String gateway) throws IOException {
    Route route;
    if (gateway.equals("WebSocket")) {
      route = new Route(null, true);
    } else {
      TestProxy proxy = new TestProxy(Proxy.Kind.valueOf(gateway));
      opened.add(proxy);
      route = proxy.route();
    }
    NettyNetwork network =
        new NettyNetwork(
            ExchangeLimits.DEFAULT,
            PATIENT,
            party -> FrameObserver.NONE,
            IntUnaryOperator.identity(),
            route);

    assertThat(
            Parties.run(
                    network.whereFirstDials(),
                    TestMessage.TYPES,
                    Map.of(
                        BANK, session -> talk(session, RETAILER),
                        RETAILER, session -> talk(session, BANK)))
                .values())
        .containsExactly(LARGE, LARGE);
  }

  private static int talk(Session session, PartyId peer) {
    Channel step = session.beginStep("talk", new TreeMap<>());
    step.send(peer, new Blob(new byte[LARGE]));
    return step.receive(peer, Blob.class).bytes().length;
  }

  /** The first is the one on which the dialler sends, or the other: each is cut in its turn. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void session_oneLinkCut_isDialledAgainAndTheOtherStays(int number) throws IOException {
    FaultNetwork network = network(LARGE, false);
    FaultRelay way = network.way(BANK, RETAILER);
    assertThat(dialledAfter(network, way, () -> way.reset(number))).isEqualTo(1);
    assertThat(network.way(RETAILER, BANK).accepted()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void session_bothLinksCutWithinAMessage_goesOn(Direction direction) throws IOException {
    FaultNetwork network = network(LARGE, false);
    FaultRelay way = network.way(BANK, RETAILER);
    int bytes = direction == Direction.FORTH ? 1 << 20 : 50;
    assertThat(dialledAfter(network, way, () -> way.resetAfter(direction, bytes))).isEqualTo(2);
  }

  /** What the acceptor has in its sockets is lost with its link, and it does not see that go. */
  @Test
  void session_acceptorDoesNotNoticeTheLoss_newLinkTakesOverAtOnce() throws Exception {
    try (NettyExchange retailer = retailer(NEVER, PATIENT);
        FaultRelay way = new FaultRelay(retailerPort);
        NettyExchange bank =
            open(BANK, bankPort, RETAILER, way.port(), BOTH, idle(Duration.ofSeconds(1)))) {
      assertConnected(bank, retailer);
      // Nothing passes any more on the links that are there, and nobody tells the retailer.
      way.pass(FaultRelay.Passage.STALLED);
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> retailer.send(Envelope.of(key(RETAILER, BANK, 0), 1, new byte[1 << 20])));
      await().atMost(Duration.ofSeconds(30)).until(() -> bank.linkCounts().lost() == 2);
      assertThat(retailer.linkCounts().lost()).isZero();
      way.pass(FaultRelay.Passage.OPEN);

      assertThat(bank.receive(key(RETAILER, BANK, 0)).body()).hasSize(1 << 20);
      sent.get(30, TimeUnit.SECONDS);
      bank.send(Envelope.of(key(BANK, RETAILER, 0), 1, new byte[10]));
      assertThat(retailer.receive(key(BANK, RETAILER, 0)).body()).hasSize(10);
    }
  }

  private static ExchangeTimeouts idle(Duration idle) {
    return new ExchangeTimeouts(
        PATIENT.connect(), PATIENT.handshake(), idle, PATIENT.receive(), PATIENT.reconnect());
  }

  private static MessageKey key(PartyId from, PartyId to, int number) {
    return new MessageKey(MessageKey.OPENING, MessageKey.CONTROL, 1, from, to, number);
  }

  /** The other party's process is another one, of the same run; both sides in turn. */
  @ParameterizedTest
  @ValueSource(strings = {"bank", "retailer"})
  void session_oneSideIsStartedAgain_goesOn(String again) throws Exception {
    FaultNetwork network = network(1000, false);
    PartyId one = new PartyId(again);
    PartyId other = one.equals(BANK) ? RETAILER : BANK;
    ExchangeStart first = ExchangeStart.first();
    NettyExchange before = network.open(one, first);
    try (NettyExchange stays = network.open(other, ExchangeStart.first())) {
      assertConnected(before, stays);
      stays.send(Envelope.of(key(other, one, 0), 1, new byte[] {7}));
      assertThat(before.take(key(other, one, 0)).body()).containsExactly(7);
      // Its process ends without a word.
      network.way(BANK, RETAILER).cut();
      await().until(() -> stays.linkCounts().lost() == 2);
      before.close();
      ExchangeStart.Run next = new ExchangeStart.Run(first.run().id(), 1);
      try (NettyExchange after =
          network.open(
              one, new ExchangeStart(next, before.peerRuns(), null, receivedBefore -> null))) {
        network.way(BANK, RETAILER).mend();

        assertConnected(after, stays);
        // It has no credit for this one yet.
        assertThat(after.receive(key(other, one, 0)).body()).containsExactly(7);
        after.send(Envelope.of(key(one, other, 0), 1, new byte[] {8}));
        assertThat(stays.receive(key(one, other, 0)).body()).containsExactly(8);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bank", "retailer"})
  void close_eitherFirst_losesNoLink(String first) {
    NettyExchange bank = bank(BOTH, PATIENT);
    NettyExchange retailer = retailer(NEVER, PATIENT);
    assertConnected(bank, retailer);
    NettyExchange leaves = first.equals("bank") ? bank : retailer;
    NettyExchange stays = first.equals("bank") ? retailer : bank;
    MessageKey last = key(leaves.self(), stays.self(), 0);

    leaves.send(Envelope.of(last, 1, new byte[LARGE / 16]));
    leaves.close();

    assertThat(stays.receive(last).body()).hasSize(LARGE / 16);
    assertThatThrownBy(() -> stays.receive(key(leaves.self(), stays.self(), 1)))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("Party " + leaves.self() + " has closed its exchange");
    assertThat(stays.linkCounts().lost() + leaves.linkCounts().lost()).isZero();
  }

  @Test
  void open_allPeersDialledBothWays_listensNowhere() {
    NettyExchange bank = bank(BOTH, PATIENT);

    assertThatThrownBy(bank::port)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The exchange does not listen");
    assertThatThrownBy(() -> RawPeer.dial(bankPort, RETAILER_ID, TLS, Tls.PROTOCOL))
        .isInstanceOf(ConnectException.class);
  }

  // What does not fit.

  static Stream<Arguments> settings() {
    String misdialled = AbortCode.FITTING_DIALS;
    return Stream.of(
        Arguments.of(OWN, OWN, "", ""),
        Arguments.of(BOTH, NEVER, "", ""),
        Arguments.of(NEVER, BOTH, "", ""),
        Arguments.of(OWN, BOTH, misdialled, misdialled),
        Arguments.of(OWN, NEVER, misdialled, misdialled),
        Arguments.of(BOTH, OWN, misdialled, misdialled),
        Arguments.of(NEVER, OWN, misdialled, misdialled),
        Arguments.of(BOTH, BOTH, "peers.retailer.dial = both", "peers.bank.dial = both"),
        Arguments.of(NEVER, NEVER, "peers.retailer.dial = never", "peers.bank.dial = never"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void connect_everyPairOfSettings_fitsOrIsOneClearErrorAtBoth(
      Dialling ofBank, Dialling ofRetailer, String atBank, String atRetailer) {
    NettyExchange bank = bank(ofBank, HASTY);
    NettyExchange retailer = retailer(ofRetailer, HASTY);
    long begun = System.nanoTime();

    Map<PartyId, Throwable> ends = connect(bank, retailer);

    // The connect time-out, and as much again for a machine that has other work.
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isLessThan(HASTY.connect().multipliedBy(2));
    check(Objects.requireNonNull(ends.get(BANK)), atBank, "peers.retailer.dial");
    check(Objects.requireNonNull(ends.get(RETAILER)), atRetailer, "peers.bank.dial");
  }

  private static void check(Throwable end, String words, String key) {
    if (words.isEmpty()) {
      assertThat(end).hasMessage("");
      return;
    }
    assertThat(end).isInstanceOf(VflException.class).hasMessageContaining(words);
    assertThat(end).hasMessageContaining(key);
    // What is kept of a session must not be forgotten for a wrong setting.
    assertThat(AbortCode.of(end).isFinal()).isFalse();
    assertThat(end).isInstanceOfAny(PeerUnavailableException.class, PeerAbortedException.class);
  }

  @Test
  void connect_strangersKeyWhereThePeerDials_isNamedByTheOneThatWaits() throws Exception {
    NettyExchange bank = bank(NEVER, HASTY);
    TestIdentity stranger = TestIdentity.generate();
    assertThat(catchThrowable(() -> RawPeer.dial(bankPort, stranger, TLS, BACK).read()))
        .isNotNull();

    assertThatThrownBy(() -> bank.connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("peers.retailer.dial = never")
        .hasMessageContaining("it has refused a connection")
        .hasMessageContaining(stranger.fingerprint());
  }

  // Hostile peers.

  private RawPeer dial(String protocol) throws Exception {
    RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, TLS, protocol);
    opened.add(peer);
    return peer;
  }

  private static byte[] frame(byte kind, byte... rest) {
    return ByteBuffer.allocate(5 + rest.length).putInt(1 + rest.length).put(kind).put(rest).array();
  }

  private static byte[] welcome(int run) {
    ByteBuffer frame = ByteBuffer.allocate(1 + 4 + 32 + 4 + 8 + 4);
    frame.put((byte) 1).putInt(4);
    frame.position(frame.position() + 31);
    frame.put((byte) run).putInt(0).putLong(1 << 20).putInt(1 << 20);
    return ByteBuffer.allocate(4 + frame.capacity())
        .putInt(frame.capacity())
        .put(frame.array())
        .array();
  }

  private static void assertTurnedAway(RawPeer peer) throws IOException {
    byte[] told = peer.readFrame();
    assertThat(told).startsWith(ABORT).contains((byte) 10);
    assertThat(new String(told, UTF_8)).endsWith("peers.bank.dial");
    assertThat(peer.read()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"heddle/1-back", "heddle/1-forth"})
  void accept_protocolThatWasNotAskedFor_hearsWhyAndNothingElse(String protocol) throws Exception {
    NettyExchange bank = bank(OWN, PATIENT);

    assertTurnedAway(dial(protocol));
    assertThatThrownBy(() -> bank.connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage(
            "Party retailer dials both links, and this party's peers.retailer.dial is own: must be"
                + " own at both, or both at one and never at the other");
  }

  @Test
  void accept_secondProcessOfAPeerWithAnotherSetting_disturbsNothing() throws Exception {
    NettyExchange bank = bank(OWN, PATIENT);
    NettyExchange retailer = retailer(OWN, PATIENT);
    assertConnected(bank, retailer);

    assertTurnedAway(dial(BACK));
    assertTurnedAway(dial(FORTH));

    retailer.send(Envelope.of(key(RETAILER, BANK, 0), 1, new byte[] {1}));
    assertThat(bank.receive(key(RETAILER, BANK, 0)).body()).containsExactly(1);
  }

  static Stream<Arguments> wrongWays() {
    byte[] nothing = new byte[0];
    byte[] welcome = welcome(9);
    byte[] hail = frame(HAIL, new byte[36]);
    return Stream.of(
        Arguments.of("message before the welcome", BACK, nothing, frame(MESSAGE)),
        Arguments.of("credit before the welcome", BACK, nothing, frame(CREDIT, new byte[8])),
        Arguments.of("hail where it reads", BACK, nothing, frame(HAIL, new byte[36])),
        Arguments.of("message where it reads", BACK, welcome, frame(MESSAGE)),
        Arguments.of("chunk where it reads", BACK, welcome, frame((byte) 3, (byte) 0)),
        Arguments.of("second welcome", BACK, welcome, welcome),
        Arguments.of("credit for nothing", BACK, welcome, frame(CREDIT, new byte[8])),
        Arguments.of("message before the hail", FORTH, nothing, frame(MESSAGE)),
        Arguments.of("welcome where it sends", FORTH, nothing, welcome(9)),
        Arguments.of("credit where it sends", FORTH, hail, frame(CREDIT, new byte[8])));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongWays")
  void frame_onTheWrongWay_endsWithAProtocolException(
      String what, String protocol, byte[] opening, byte[] bytes) throws Exception {
    NettyExchange bank = bank(NEVER, PATIENT);
    RawPeer peer = dial(protocol);
    assertThat(peer.readFrame()).startsWith(protocol.equals(BACK) ? HAIL : 1);
    peer.write(opening);
    peer.write(bytes);

    assertThat(connect(bank).get(BANK)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void accept_sameRunDialsTwice_newLinkTakesThePlaceOfTheOld() throws Exception {
    NettyExchange bank = bank(NEVER, PATIENT);
    RawPeer first = linked(1);
    RawPeer second = linked(1);

    assertThat(first.read()).as("the first is closed").isEqualTo(-1);
    bank.send(Envelope.of(key(BANK, RETAILER, 0), 1, new byte[10]));
    assertThat(second.readFrame()).startsWith(MESSAGE);
  }

  @Test
  void accept_otherRunDialsTwice_isTurnedAwayWhileTheFirstIsThere() throws Exception {
    NettyExchange bank = bank(NEVER, PATIENT);
    RawPeer first = linked(1);
    RawPeer second = dial(BACK);
    assertThat(second.readFrame()).startsWith(HAIL).hasSize(HAIL_BYTES);
    second.write(welcome(2));

    assertThat(second.read()).as("the second is closed").isEqualTo(-1);
    bank.send(Envelope.of(key(BANK, RETAILER, 0), 1, new byte[10]));
    assertThat(first.readFrame()).startsWith(MESSAGE);
  }

  /** A link on which the bank sends, in use: a message has come over it. */
  private RawPeer linked(int run) throws Exception {
    RawPeer peer = dial(BACK);
    assertThat(peer.readFrame()).startsWith(HAIL).hasSize(HAIL_BYTES);
    peer.write(welcome(run));
    return peer;
  }

  /** A dialler that is refused must not have said anything: it cannot know before it is let in. */
  @ParameterizedTest
  @EnumSource(
      value = Dialling.class,
      names = {"OWN", "BOTH"})
  void dial_acceptorSaysNothing_getsNoByteEither(Dialling dialling) throws Exception {
    try (Impostor acceptor =
        new Impostor(
            new Impostor.Shown(
                RETAILER_ID.key(),
                List.of(RETAILER_ID.certificate()),
                TLS,
                dialling == OWN ? Tls.PROTOCOL : BACK))) {
      NettyExchange bank =
          open(BANK, bankPort, RETAILER, acceptor.port(), dialling, idle(Duration.ofSeconds(1)));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> bank.handshake(RETAILER) != null && acceptor.ended() > 1);
      assertThat(acceptor.accepted()).allSatisfy(end -> assertThat(end.bytes()).isZero());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("waiting")
class NettyExchangeTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final TestIdentity STRANGER_ID = TestIdentity.generate();
  private static final TestIdentity EXPIRED_ID =
      TestIdentity.generate(Duration.ofDays(-2), Duration.ofDays(-1));
  private static final TestIdentity FUTURE_ID =
      TestIdentity.generate(Duration.ofDays(1), Duration.ofDays(2));

  private final List<Exchange> opened = new ArrayList<>();
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();

  @AfterEach
  void close() {
    opened.forEach(Exchange::close);
  }

  private NettyExchange exchange(
      PartyId self,
      int port,
      TestIdentity identity,
      PartyId peer,
      int peerPort,
      TestIdentity peerIdentity,
      ExchangeTimeouts timeouts) {
    NettyExchange exchange =
        NettyNetwork.open(self, port, identity, peer, peerPort, peerIdentity, timeouts);
    opened.add(exchange);
    return exchange;
  }

  private NettyExchange bank(TestIdentity expectedOfRetailer, ExchangeTimeouts timeouts) {
    return exchange(BANK, bankPort, BANK_ID, RETAILER, retailerPort, expectedOfRetailer, timeouts);
  }

  private NettyExchange retailer(TestIdentity identity, ExchangeTimeouts timeouts) {
    return exchange(RETAILER, retailerPort, identity, BANK, bankPort, BANK_ID, timeouts);
  }

  /** How each party's connect fails, and that it does within 5 s. */
  private static Map<PartyId, Throwable> connectFailures(NettyExchange... exchanges) {
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    for (NettyExchange exchange : exchanges) {
      calls.put(exchange.self(), () -> catchThrowable(() -> exchange.connect(Progress.NONE)));
    }
    long start = System.nanoTime();
    Map<PartyId, Throwable> failures = Parties.together(calls);
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    return failures;
  }

  @Test
  void connect_rightCertificates_opens() {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    NettyExchange retailer = retailer(RETAILER_ID, NettyNetwork.PATIENT);
    Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
    calls.put(BANK, () -> connected(bank));
    calls.put(RETAILER, () -> connected(retailer));
    assertThat(Parties.together(calls)).containsEntry(BANK, true).containsEntry(RETAILER, true);
    assertThat(bank.fingerprint(RETAILER)).isEqualTo(retailer.fingerprint(RETAILER));
  }

  private static boolean connected(NettyExchange exchange) {
    exchange.connect(Progress.NONE);
    return true;
  }

  @Test
  void connect_wrongCertificate_isAnAuthenticationErrorOnBothSides() {
    Map<PartyId, Throwable> failures =
        connectFailures(
            bank(RETAILER_ID, NettyNetwork.PATIENT), retailer(STRANGER_ID, NettyNetwork.PATIENT));
    assertThat(failures.get(BANK))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Authentication failed")
        .hasMessageContaining(STRANGER_ID.fingerprint())
        .hasMessageContaining(RETAILER_ID.fingerprint());
    assertThat(failures.get(RETAILER))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Authentication failed")
        .hasMessageContaining(STRANGER_ID.fingerprint())
        .hasMessageContaining("party bank");
  }

  @Test
  void connect_expiredCertificateThatIsPinned_refusedOnBothSides() {
    Map<PartyId, Throwable> failures =
        connectFailures(
            bank(EXPIRED_ID, NettyNetwork.PATIENT), retailer(EXPIRED_ID, NettyNetwork.PATIENT));
    assertThat(failures.get(BANK))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("The certificate of retailer expired on");
    assertThat(failures.get(RETAILER)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void connect_certificateNotYetValid_refusedOnBothSides() {
    Map<PartyId, Throwable> failures =
        connectFailures(
            bank(FUTURE_ID, NettyNetwork.PATIENT), retailer(FUTURE_ID, NettyNetwork.PATIENT));
    assertThat(failures.get(BANK)).hasMessageContaining("is not valid before");
    assertThat(failures.get(RETAILER)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void connect_peerNeverComes_namesItAndTheTime() {
    NettyExchange bank =
        bank(
            RETAILER_ID,
            new ExchangeTimeouts(
                Duration.ofMillis(400),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofMillis(500)));
    assertThatThrownBy(() -> bank.connect(Progress.NONE))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("Party retailer did not appear within 400 ms");
  }

  @Test
  void abortUnopened_peerComesLater_isTold() {
    CompletableFuture<Void> waits = new CompletableFuture<>();
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    calls.put(
        BANK,
        () -> {
          try (NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT)) {
            bank.abortUnopened(
                AbortCode.DATA,
                new Progress() {
                  @Override
                  public void waitingFor(String party) {
                    waits.complete(null);
                  }
                });
          }
          return new AssertionError("nothing to compare");
        });
    calls.put(
        RETAILER,
        () -> {
          waits.join();
          NettyExchange retailer = retailer(RETAILER_ID, NettyNetwork.PATIENT);
          return catchThrowable(() -> session(retailer));
        });
    assertThat(Parties.together(calls).get(RETAILER))
        .isInstanceOf(PeerAbortedException.class)
        .hasMessageContaining("Party bank cannot use its data");
  }

  @Test
  void abortUnopened_nobodyComes_waitsNoLongerThanConnect() {
    ExchangeTimeouts brief =
        new ExchangeTimeouts(
            Duration.ofMillis(100),
            Duration.ofSeconds(3),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMillis(500));
    NettyExchange bank = bank(RETAILER_ID, brief);
    long start = System.nanoTime();
    bank.abortUnopened(AbortCode.DATA, Progress.NONE);
    assertThat(System.nanoTime() - start).isBetween(100_000_000L, 5_000_000_000L);
    assertThatThrownBy(() -> bank.connect(Progress.NONE)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void connect_peerPortSpeaksNoTls_saysSo() throws IOException {
    try (ServerSocket plain = new ServerSocket(retailerPort, 5, InetAddress.getLoopbackAddress())) {
      Thread greeter =
          new Thread(
              () -> {
                try (Socket socket = plain.accept()) {
                  socket
                      .getOutputStream()
                      .write("220 mail ready\r\n".getBytes(StandardCharsets.US_ASCII));
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // Refused, as it should be.
                }
              });
      greeter.setDaemon(true);
      greeter.start();
      assertThat(connectFailures(bank(RETAILER_ID, NettyNetwork.PATIENT)).get(BANK))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("does not speak TLS");
    }
  }

  @Test
  void open_portInUse_namesAddressAndKey() throws IOException {
    try (ServerSocket taken = new ServerSocket(bankPort, 5, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(() -> bank(RETAILER_ID, NettyNetwork.PATIENT))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(NettyNetwork.HOST + ":" + bankPort)
          .hasMessageContaining("listen.port");
    }
  }

  @Test
  void open_peerWithOwnKey_refused() {
    assertThatThrownBy(
            () ->
                exchange(
                    BANK, bankPort, BANK_ID, RETAILER, retailerPort, BANK_ID, NettyNetwork.PATIENT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("fingerprint of this party");
  }

  /** A client that must not get in: what it shows, and how it speaks. */
  private record Client(TestIdentity identity, String tls, String alpn) {}

  static Stream<Arguments> refusedClients() {
    return Stream.of(
        Arguments.of("unknown key", new Client(STRANGER_ID, "TLSv1.3", Tls.PROTOCOL)),
        Arguments.of("expired certificate", new Client(EXPIRED_ID, "TLSv1.3", Tls.PROTOCOL)),
        Arguments.of("own key of the acceptor", new Client(BANK_ID, "TLSv1.3", Tls.PROTOCOL)),
        Arguments.of("TLS 1.2", new Client(RETAILER_ID, "TLSv1.2", Tls.PROTOCOL)),
        Arguments.of("wrong application protocol", new Client(RETAILER_ID, "TLSv1.3", "h2")),
        Arguments.of("no application protocol", new Client(RETAILER_ID, "TLSv1.3", "")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedClients")
  void accept_clientThatMustNotGetIn_getsNoByte(String what, Client client) {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    assertNoByte(() -> RawPeer.dial(bankPort, client.identity(), client.tls(), client.alpn()));
    assertStillOpen(bank);
  }

  @Test
  void accept_clientWithoutCertificate_getsNoByte() {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    assertNoByte(() -> RawPeer.dial(bankPort, null, "TLSv1.3", Tls.PROTOCOL));
    assertStillOpen(bank);
  }

  /** In TLS 1.3 the refused client may think the handshake went well; the next read tells. */
  private static void assertNoByte(Callable<RawPeer> dial) {
    int first = -1;
    try (RawPeer peer = dial.call()) {
      first = peer.read();
    } catch (IOException e) {
      assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    assertThat(first).isEqualTo(-1);
  }

  /** The right peer still gets in. */
  private static void assertStillOpen(NettyExchange bank) {
    try (RawPeer peer = RawPeer.dial(bank.port(), RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      assertThat(peer.readFrame()).startsWith(1);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void accept_plainText_getsNoByte() throws IOException {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bankPort)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = readAll(socket);
      // At most a TLS alert in the clear.
      assertThat(answer.length).isLessThanOrEqualTo(7);
      assertThat(answer.length == 0 || answer[0] == 21).isTrue();
    }
    assertStillOpen(bank);
  }

  private static byte[] readAll(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      return new byte[0];
    } catch (IOException e) {
      throw new AssertionError("The connection was not closed", e);
    }
  }

  @Test
  void accept_manySilentConnections_oldestAreClosedAtOnceAndAPeerGetsIn() throws IOException {
    // No handshake times out while this test runs.
    Duration forLong = Duration.ofMinutes(10);
    NettyExchange bank =
        bank(RETAILER_ID, new ExchangeTimeouts(forLong, forLong, forLong, forLong, forLong));
    List<Socket> silent = new ArrayList<>();
    try {
      // All of the first 20 are known to the bank once four of them had to go.
      for (int expected : new int[] {4, 24}) {
        for (int i = 0; i < 20; i++) {
          silent.add(new Socket(InetAddress.getLoopbackAddress(), bankPort));
        }
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> silent.stream().filter(NettyExchangeTest::isClosedByPeer).count(),
                closed -> closed == expected);
      }
      assertThat(silent.subList(0, 20)).allMatch(NettyExchangeTest::isClosedByPeer);
      assertStillOpen(bank);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static boolean isClosedByPeer(Socket socket) {
    try {
      socket.setSoTimeout(1);
      // Farewell alerts in the clear may stand before the end.
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static byte[] framed(int length, int... bytes) {
    ByteBuffer frame = ByteBuffer.allocate(4 + bytes.length).putInt(length);
    for (int b : bytes) {
      frame.put((byte) b);
    }
    return frame.array();
  }

  static Stream<Arguments> hostileBytes() {
    return Stream.of(
        Arguments.of("length 0", framed(0)),
        Arguments.of("negative length", framed(-1, 1, 2)),
        Arguments.of("length over 2 MiB", framed((2 << 20) + 1, 2)),
        Arguments.of("length of 2^31 - 1", framed(Integer.MAX_VALUE, 2)),
        Arguments.of("unknown kind", framed(1, 77)),
        Arguments.of("chunk without a message", framed(2, 3, 0)),
        Arguments.of("text", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
        Arguments.of("serialised Java object", framed(6, 0xac, 0xed, 0, 5, 0x73, 0x72)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileBytes")
  void frame_hostileFromThePeer_endsWithAProtocolException(String what, byte[] bytes)
      throws Exception {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    try (RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      peer.letIn();
      peer.write(bytes);
      assertThat(connectFailures(bank).get(BANK)).isInstanceOf(ProtocolException.class);
      assertThat(peer.readFrame()[0]).as("an abort tells the peer").isEqualTo((byte) 5);
    }
  }

  @Test
  void frame_truncatedThenClosed_isALostLink() throws Exception {
    NettyExchange bank = bank(RETAILER_ID, NettyNetwork.PATIENT);
    try (RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      peer.letIn();
      peer.write(framed(1000, 2, 0, 0));
    }
    assertThat(connectFailures(bank).get(BANK))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("Lost the link to party retailer");
  }

  @Test
  void idle_silentPeer_isGivenUp() throws Exception {
    NettyExchange bank =
        bank(
            RETAILER_ID,
            new ExchangeTimeouts(
                Duration.ofSeconds(20),
                Duration.ofSeconds(3),
                Duration.ofMillis(600),
                Duration.ofSeconds(20),
                Duration.ofMillis(500)));
    try (RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      peer.letIn();
      assertThat(peer.readFrame()).as("a ping").containsExactly(7);
      assertThat(connectFailures(bank).get(BANK))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessageContaining("Nothing heard from party retailer");
    }
  }

  private static Session session(Exchange exchange) {
    Map<PartyId, String> roles = Map.of(BANK, "label-holder", RETAILER, "feature-holder");
    return Session.open(exchange, SessionTerms.of("test", roles, new TreeMap<>()), Progress.NONE);
  }

  /** Both parties dial through relays. */
  private void throughRelays(
      Relay toRetailer,
      Relay toBank,
      Parties.Code<Boolean> ofBank,
      Parties.Code<Boolean> ofRetailer) {
    throughRelays(NettyNetwork.PATIENT, toRetailer, toBank, ofBank, ofRetailer);
  }

  private void throughRelays(
      ExchangeTimeouts timeouts,
      Relay toRetailer,
      Relay toBank,
      Parties.Code<Boolean> ofBank,
      Parties.Code<Boolean> ofRetailer) {
    NettyExchange bank =
        exchange(BANK, bankPort, BANK_ID, RETAILER, toRetailer.port(), RETAILER_ID, timeouts);
    NettyExchange retailer =
        exchange(RETAILER, retailerPort, RETAILER_ID, BANK, toBank.port(), BANK_ID, timeouts);
    Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
    calls.put(BANK, () -> run(bank, ofBank));
    calls.put(RETAILER, () -> run(retailer, ofRetailer));
    Parties.together(calls);
  }

  private static boolean run(Exchange exchange, Parties.Code<Boolean> code) throws Exception {
    try (Session session = session(exchange)) {
      boolean result = code.run(session);
      session.finish();
      // A last cut may have taken this party's word with it.
      session.leave();
      return result;
    } finally {
      exchange.close();
    }
  }

  @Test
  void sockets_wholeSession_carryTls13RecordsOnly() throws IOException {
    String marker = "a marker that no socket may show";
    try (Relay toRetailer = new Relay(retailerPort);
        Relay toBank = new Relay(bankPort)) {
      throughRelays(
          toRetailer,
          toBank,
          session -> {
            Channel step = session.beginStep("talk", new TreeMap<>());
            step.send(RETAILER, new Text(marker));
            step.send(RETAILER, new Blob(new byte[100_000]));
            return true;
          },
          session -> {
            Channel step = session.beginStep("talk", new TreeMap<>());
            step.receive(BANK, Text.class);
            return step.receive(BANK, Blob.class).bytes().length > 0;
          });
      List<byte[]> captured = new ArrayList<>(toRetailer.captured());
      captured.addAll(toBank.captured());
      assertThat(captured).hasSizeGreaterThanOrEqualTo(4);
      assertThat(captured.stream().mapToInt(bytes -> bytes.length).sum()).isGreaterThan(100_000);
      for (byte[] stream : captured) {
        TlsRecords.assertTls13Only(stream);
        assertThat(new String(stream, StandardCharsets.ISO_8859_1)).doesNotContain(marker);
      }
    }
  }

  @Test
  void send_intoABlackHole_givesUpAfterTheTimeout() throws IOException {
    ExchangeTimeouts hasty =
        new ExchangeTimeouts(
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(2),
            Duration.ofMillis(500));
    try (Relay toRetailer = new Relay(retailerPort)) {
      NettyExchange bank =
          exchange(BANK, bankPort, BANK_ID, RETAILER, toRetailer.port(), RETAILER_ID, hasty);
      NettyExchange retailer = retailer(RETAILER_ID, hasty);
      Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
      calls.put(
          BANK,
          () ->
              catchThrowable(
                  () -> {
                    Session session = session(bank);
                    Channel step = session.beginStep("talk", new TreeMap<>());
                    step.receive(RETAILER, Blob.class);
                    toRetailer.stall();
                    step.send(RETAILER, new Blob(new byte[32 << 20]));
                  }));
      calls.put(
          RETAILER,
          () ->
              catchThrowable(
                  () -> {
                    Channel step = session(retailer).beginStep("talk", new TreeMap<>());
                    // The black hole opens once both are in the step.
                    step.send(BANK, new Blob(new byte[1]));
                    step.receive(BANK, Blob.class);
                  }));
      Map<PartyId, Throwable> failures = Parties.together(calls);
      assertThat(failures.get(BANK))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessage("Party retailer has not read for 2 s");
      assertThat(failures.get(RETAILER))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessageContaining("No message 0 of step 1-talk from bank to retailer within 2 s");
    }
  }

  @Test
  void link_cutForGood_isUnavailableAtBothAfterTheReconnectTimeout() throws IOException {
    try (Relay toRetailer = new Relay(retailerPort);
        Relay toBank = new Relay(bankPort)) {
      CompletableFuture<Boolean> talking = new CompletableFuture<>();
      assertThatThrownBy(
              () ->
                  throughRelays(
                      toRetailer,
                      toBank,
                      session -> {
                        Channel step = session.beginStep("talk", new TreeMap<>());
                        talking.complete(true);
                        return step.receive(RETAILER, Text.class).text().isEmpty();
                      },
                      session -> {
                        Channel step = session.beginStep("talk", new TreeMap<>());
                        talking.join();
                        toRetailer.shut();
                        return step.receive(BANK, Text.class).text().isEmpty();
                      }))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessageContaining("Lost the link")
          .hasMessageContaining("it did not come back within 500 ms");
    }
  }

  /** Both links are cut again and again while messages of all sizes cross both ways. */
  @Test
  void link_cutManyTimes_everyMessageArrivesOnceAndInOrder() throws Exception {
    int rounds = 40;
    try (Relay toRetailer = new Relay(retailerPort);
        Relay toBank = new Relay(bankPort)) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      AtomicInteger cuts = new AtomicInteger();
      Thread vandal =
          new Thread(
              () -> {
                Random random = new Random(20261126);
                while (!done.isDone()) {
                  try {
                    (random.nextBoolean() ? toRetailer : toBank).cut();
                    cuts.incrementAndGet();
                    done.get(50 + random.nextInt(400), TimeUnit.MILLISECONDS);
                  } catch (TimeoutException | IOException e) {
                    // On with it.
                  } catch (InterruptedException | ExecutionException e) {
                    throw new AssertionError(e);
                  }
                }
              });
      vandal.setDaemon(true);
      CompletableFuture<Boolean> talking = new CompletableFuture<>();
      try {
        throughRelays(
            ExchangeTimeouts.DEFAULT,
            toRetailer,
            toBank,
            session -> {
              Channel step = session.beginStep("talk", new TreeMap<>());
              talking.join();
              vandal.start();
              boolean inOrder = talk(step, RETAILER, rounds);
              done.complete(true);
              return inOrder;
            },
            session -> {
              Channel step = session.beginStep("talk", new TreeMap<>());
              talking.complete(true);
              return talk(step, BANK, rounds);
            });
      } finally {
        done.complete(true);
      }
      assertThat(cuts.get()).isGreaterThan(1);
    }
  }

  private static boolean talk(Channel step, PartyId peer, int rounds) {
    for (int i = 0; i < rounds; i++) {
      step.send(peer, new Blob(blob(i)));
      step.send(peer, new Text("message " + i));
      assertThat(step.receive(peer, Blob.class).bytes()).isEqualTo(blob(i));
      assertThat(step.receive(peer, Text.class).text()).isEqualTo("message " + i);
    }
    return true;
  }

  private static byte[] blob(int number) {
    byte[] bytes = new byte[(number * 7919) % 100_000 * (number % 10 == 0 ? 30 : 1)];
    new Random(number).nextBytes(bytes);
    return bytes;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a party does with those who come by WebSocket, and with gateways that do not let it. */
@Tag("waiting")
class WebSocketTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final Route WEB_SOCKET = new Route(null, true);
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "GET /heddle/1 HTTP/1.1",
          "Host: bank",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version: 13",
          "",
          "");

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private static ExchangeTimeouts timeouts(long connectMillis, long handshakeMillis) {
    Duration long1 = Duration.ofSeconds(60);
    return new ExchangeTimeouts(
        Duration.ofMillis(connectMillis),
        Duration.ofMillis(handshakeMillis),
        long1,
        long1,
        Duration.ofSeconds(30));
  }

  private NettyExchange bank(Route route, ExchangeTimeouts timeouts) {
    NettyExchange exchange =
        NettyExchange.builder(BANK, Parties.codec(TestMessage.TYPES))
            .identity(BANK_ID.key(), List.of(BANK_ID.certificate()))
            .listen(NettyNetwork.HOST, bankPort)
            .webSocket(true)
            .peer(RETAILER, NettyNetwork.HOST, retailerPort, RETAILER_ID.fingerprint(), route)
            .timeouts(timeouts)
            .open();
    opened.add(exchange);
    return exchange;
  }

  private NettyExchange retailer(Route route, boolean webSocket) {
    NettyExchange exchange =
        NettyExchange.builder(RETAILER, Parties.codec(TestMessage.TYPES))
            .identity(RETAILER_ID.key(), List.of(RETAILER_ID.certificate()))
            .listen(NettyNetwork.HOST, retailerPort)
            .webSocket(webSocket)
            .peer(BANK, NettyNetwork.HOST, bankPort, BANK_ID.fingerprint(), route)
            .timeouts(timeouts(60_000, 20_000))
            .open();
    opened.add(exchange);
    return exchange;
  }

  private static void assertConnect(NettyExchange... exchanges) {
    Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
    for (NettyExchange exchange : exchanges) {
      calls.put(
          exchange.self(),
          () -> {
            exchange.connect(Progress.NONE);
            return true;
          });
    }
    assertThat(Parties.together(calls)).containsOnlyKeys(BANK, RETAILER);
  }

  @Test
  void connect_onePartyByWebSocketTheOtherByTcp_opens() {
    assertConnect(bank(Route.DIRECT, timeouts(60_000, 20_000)), retailer(WEB_SOCKET, false));
  }

  @Test
  void connect_byWebSocketThroughAProxy_opens() throws IOException {
    TestProxy proxy = new TestProxy(Proxy.Kind.HTTP);
    opened.add(proxy);
    Route route = new Route(proxy.address(null, null), true);

    assertConnect(bank(Route.DIRECT, timeouts(60_000, 20_000)), retailer(route, false));
    assertThat(proxy.asked()).contains(NettyNetwork.HOST + ":" + bankPort);
  }

  /** What crosses is HTTP and frames; nothing of it but their heads is readable. */
  @Test
  void connect_byWebSocket_startsWithTheUpgrade() throws IOException {
    try (Relay relay = new Relay(bankPort)) {
      NettyExchange bank = bank(Route.DIRECT, timeouts(60_000, 20_000));
      NettyExchange retailer =
          NettyExchange.builder(RETAILER, Parties.codec(TestMessage.TYPES))
              .identity(RETAILER_ID.key(), List.of(RETAILER_ID.certificate()))
              .listen(NettyNetwork.HOST, retailerPort)
              .peer(BANK, NettyNetwork.HOST, relay.port(), BANK_ID.fingerprint(), WEB_SOCKET)
              .timeouts(timeouts(60_000, 20_000))
              .open();
      opened.add(retailer);
      assertConnect(bank, retailer);
      assertThat(relay.captured().stream().map(bytes -> new String(bytes, ISO_8859_1)))
          .anyMatch(text -> text.startsWith("GET /heddle/1 HTTP/1.1\r\n"))
          .anyMatch(text -> text.startsWith("HTTP/1.1 101 "));
    }
  }

  /** A frame as a client sends it, masked with zeros. */
  private static byte[] frame(int first, int second, int length, byte... more) {
    ByteBuffer frame = ByteBuffer.allocate(14 + more.length);
    frame.put((byte) first);
    if (length < 126) {
      frame.put((byte) (second | length));
    } else if (length < 1 << 16) {
      frame.put((byte) (second | 126)).putShort((short) length);
    } else {
      frame.put((byte) (second | 127)).putLong(length);
    }
    frame.putInt(0).put(more);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        Arguments.of("another path", UPGRADE.replace("/heddle/1", "/heddle/2")),
        Arguments.of("a longer path", UPGRADE.replace("/heddle/1", "/heddle/1/2")),
        Arguments.of("no upgrade", "GET /heddle/1 HTTP/1.1\r\nHost: bank\r\n\r\n"),
        Arguments.of("no version of HTTP", "GET\r\n\r\n"),
        Arguments.of("a mail command", "GARBAGE secret words\r\n\r\n"),
        Arguments.of("a line without end", "GET /" + "x".repeat(1 << 18)),
        Arguments.of("a header without end", "GET /heddle/1 HTTP/1.1\r\nX: " + "x".repeat(1 << 18)),
        Arguments.of(
            "headers without end", "GET /heddle/1 HTTP/1.1\r\n" + "X: x\r\n".repeat(1 << 16)),
        Arguments.of("half a request", "GET /heddle/1 HT"),
        Arguments.of("one byte", "G"),
        Arguments.of("nothing", ""),
        Arguments.of("an upgrade and nothing", UPGRADE));
  }

  private static void assertClosed(Socket socket) throws IOException {
    try {
      socket.setSoTimeout(30_000);
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException e) {
      // Reset, which is as good.
    }
  }

  private void assertStillOpen() throws IOException, GeneralSecurityException {
    try (RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      assertThat(peer.readFrame()).startsWith(1);
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // It was thrown out before it had said all.
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void accept_noUpgradeOfHeddle_isClosedWithinTheHandshakeTimeout(String what, String text)
      throws Exception {
    NettyExchange bank = bank(Route.DIRECT, timeouts(60_000, 2000));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bankPort)) {
      write(socket, text.getBytes(ISO_8859_1));
      assertClosed(socket);
    }
    assertThat(bank.self()).isEqualTo(BANK);
    assertStillOpen();
  }

  static Stream<Arguments> frames() {
    byte[] hello = {22, 3, 1, 0};
    return Stream.of(
        Arguments.of("not masked", new byte[] {(byte) 0x82, 4, 22, 3, 1, 0}),
        Arguments.of("text", frame(0x81, 0x80, 4, hello)),
        Arguments.of("longer than a record", frame(0x82, 0x80, WebSockets.MAX_FRAME_BYTES + 1)),
        Arguments.of("of 2 GiB", frame(0x82, 0x80, Integer.MAX_VALUE)),
        Arguments.of("of an extension", frame(0xc2, 0x80, 4, hello)),
        Arguments.of("of an unknown kind", frame(0x8b, 0x80, 4, hello)),
        Arguments.of("continuing nothing", frame(0x80, 0x80, 4, hello)),
        Arguments.of("a long ping", frame(0x89, 0x80, 1000)),
        Arguments.of("a farewell", frame(0x88, 0x80, 0)),
        Arguments.of("no TLS", frame(0x82, 0x80, 6, new byte[] {'G', 'E', 'T', ' ', '/', ' '})));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("frames")
  void accept_frameThatIsNotAllowed_isClosed(String what, byte[] frame) throws Exception {
    // No time-out ends it.
    NettyExchange bank = bank(Route.DIRECT, timeouts(60_000, 600_000));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bankPort)) {
      write(socket, UPGRADE.getBytes(ISO_8859_1));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        answer.append((char) socket.getInputStream().read());
      }
      assertThat(answer).startsWith("HTTP/1.1 101 ");
      write(socket, frame);
      assertClosed(socket);
    }
    assertThat(bank.self()).isEqualTo(BANK);
    assertStillOpen();
  }

  static Stream<Arguments> gateways() {
    return Stream.of(
        Arguments.of("HTTP/1.1 502 secret words\r\nContent-Length: 0\r\n\r\n", "answered with 502"),
        Arguments.of("HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n", "answered with 200"),
        Arguments.of("HTTP/1.1 101 Fine\r\nUpgrade: tea\r\n\r\n", "answered with 101"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("gateways")
  void dial_gatewayThatGrantsNoUpgrade_isTriedAgainAndNamed(String answer, String words)
      throws IOException {
    try (ServerSocket gateway =
        new ServerSocket(retailerPort, 9, InetAddress.getLoopbackAddress())) {
      Thread serves =
          new Thread(
              () -> {
                while (true) {
                  try (Socket socket = gateway.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                  } catch (IOException e) {
                    if (gateway.isClosed()) {
                      return;
                    }
                  }
                }
              });
      serves.setDaemon(true);
      serves.start();
      assertThatThrownBy(() -> bank(WEB_SOCKET, timeouts(2000, 20_000)).connect(Progress.NONE))
          .isInstanceOf(PeerUnavailableException.class)
          .hasMessage("Party retailer did not appear within 2 s: the WebSocket is " + words);
    }
  }
}

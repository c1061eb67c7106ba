// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.Envelope;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageKey;
import io.heddle.channel.Mutator;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers and a hostile peer cost a party and its good peer: little memory, little time. */
class HostileSocketsTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity INSURER_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final int HOSTILE_FRAMES = 1000;
  private static final int SLOW_CONNECTIONS = 100;
  private static final long MAX_GROWTH = 64L << 20;
  private static final long MAX_DELAY_NANOS = 1_000_000_000L;

  private final int bankPort = NettyNetwork.freePort();
  private final int insurerPort = NettyNetwork.freePort();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private volatile boolean over;
  private volatile boolean sentAll;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private NettyExchange open(NettyExchangeBuilder builder) {
    NettyExchange exchange =
        builder.limits(new ExchangeLimits(1 << 16, 1 << 20)).timeouts(NettyNetwork.TIMEOUTS).open();
    opened.add(exchange);
    return exchange;
  }

  private NettyExchangeBuilder bank() {
    return NettyExchange.builder(BANK, Parties.codec(TestMessage.TYPES))
        .identity(BANK_ID.key(), List.of(BANK_ID.certificate()))
        .listen(NettyNetwork.HOST, bankPort)
        .peer(INSURER, NettyNetwork.HOST, insurerPort, INSURER_ID.fingerprint());
  }

  private NettyExchangeBuilder insurer() {
    return NettyExchange.builder(INSURER, Parties.codec(TestMessage.TYPES))
        .identity(INSURER_ID.key(), List.of(INSURER_ID.certificate()))
        .listen(NettyNetwork.HOST, insurerPort)
        .peer(BANK, NettyNetwork.HOST, bankPort, BANK_ID.fingerprint());
  }

  /** Bytes in use: what is left of the heap after a collection, and what the allocator holds. */
  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return runtime.totalMemory() - runtime.freeMemory() + metric.usedDirectMemory();
  }

  /** How long the slowest of many round trips took, and what all of it left in memory. */
  private record Cost(long slowest, long growth) {
    static Cost merge(Map<PartyId, Cost> costs) {
      return new Cost(
          costs.values().stream().mapToLong(Cost::slowest).max().orElseThrow(),
          costs.values().stream().mapToLong(Cost::growth).max().orElseThrow());
    }

    void check() {
      assertThat(slowest).as("slowest round trip in ns").isPositive().isLessThan(MAX_DELAY_NANOS);
      assertThat(growth).as("growth in bytes").isLessThan(MAX_GROWTH);
    }
  }

  @FunctionalInterface
  private interface Hostility {
    void run() throws Exception;
  }

  /** Runs while the others talk, and says when it is over; what it leaves in memory. */
  private Cost during(Hostility hostility) throws Exception {
    try {
      long before = used();
      hostility.run();
      return new Cost(0, used() - before);
    } finally {
      over = true;
    }
  }

  private static Channel step(Exchange exchange) {
    Map<PartyId, String> roles = Map.of(BANK, "party", INSURER, "party");
    return Session.open(exchange, SessionTerms.of("test", roles, new TreeMap<>()), Progress.NONE)
        .beginStep("talk", new TreeMap<>());
  }

  private static Cost answer(Channel step) {
    String text = "";
    while (!text.equals("over")) {
      text = step.receive(INSURER, Text.class).text();
      step.send(INSURER, new Text(text));
    }
    return new Cost(0, 0);
  }

  private Cost ask(Channel step) {
    long slowest = 0;
    for (int i = 0; !over; i++) {
      long start = System.nanoTime();
      step.send(BANK, new Text("message " + i));
      assertThat(step.receive(BANK, Text.class).text()).isEqualTo("message " + i);
      slowest = Math.max(slowest, System.nanoTime() - start);
    }
    step.send(BANK, new Text("over"));
    return new Cost(slowest, 0);
  }

  @Test
  void accept_slowConnectionsAndHostileBytesOfStrangers_delayNobody() {
    NettyExchange bank = open(bank());
    NettyExchange insurer = open(insurer());
    Map<PartyId, Callable<Channel>> opening = new TreeMap<>();
    opening.put(BANK, () -> step(bank));
    opening.put(INSURER, () -> step(insurer));
    Map<PartyId, Channel> steps = Parties.together(opening);
    Map<PartyId, Callable<Cost>> calls = new TreeMap<>();
    calls.put(BANK, () -> answer(channel(steps, BANK)));
    calls.put(INSURER, () -> ask(channel(steps, INSURER)));
    calls.put(RETAILER, () -> during(this::strangers));
    Cost.merge(Parties.together(calls)).check();
  }

  private static Channel channel(Map<PartyId, Channel> steps, PartyId party) {
    return Objects.requireNonNull(steps.get(party));
  }

  /** Half of the slow ones say nothing, half a byte of a handshake now and then. */
  private void strangers() throws IOException {
    byte[] hello = new byte[400];
    ByteBuffer.wrap(hello).put((byte) 22).putShort((short) 0x0301).putShort((short) 395);
    byte[] large = hello.clone();
    ByteBuffer.wrap(large).put((byte) 23).putShort((short) 0x0303).putShort((short) -1);
    byte[] text = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    List<byte[]> seeds = List.of(hello, large, text, new byte[] {(byte) 0xac, (byte) 0xed, 0, 5});
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < SLOW_CONNECTIONS; i++) {
      slow.add(connected());
    }
    for (int i = 0; i < HOSTILE_FRAMES; i++) {
      try (Socket socket = connected()) {
        socket.getOutputStream().write(new Mutator(i).mutant(seeds, seeds));
      } catch (IOException e) {
        // It was thrown out before it had said all.
      }
      if (i % 2 == 0) {
        drip(slow.get(i / 2 % SLOW_CONNECTIONS), hello[i / 2 / SLOW_CONNECTIONS]);
      }
    }
  }

  private Socket connected() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), bankPort);
    opened.add(socket);
    return socket;
  }

  private static void drip(Socket socket, byte next) {
    try {
      if (socket.getLocalPort() % 2 == 0) {
        socket.getOutputStream().write(next);
      }
    } catch (IOException e) {
      // The bank has closed it to make room.
    }
  }

  /**
   * The hostile one is a peer, so what it does ends the bank's sessions. What comes outside them
   * the bank still takes: the good peer's message has room once the one before was received.
   */
  @Test
  void frame_thousandHostileFromAPeer_takeLittleAndDelayNobody() {
    NettyExchange bank =
        open(
            bank()
                .peer(
                    RETAILER,
                    NettyNetwork.HOST,
                    NettyNetwork.freePort(),
                    RETAILER_ID.fingerprint()));
    List<byte[]> seen = new CopyOnWriteArrayList<>();
    FrameObserver tap =
        (peer, frame) -> {
          if (seen.size() < 20) {
            byte[] bytes = new byte[Math.min(frame.remaining(), 400)];
            frame.duplicate().get(bytes);
            seen.add(bytes);
          }
        };
    NettyExchange insurer = open(insurer().observer(tap));
    insurer.connect(Progress.NONE);
    sendFilling(insurer, 0);
    Map<PartyId, Callable<Cost>> calls = new TreeMap<>();
    calls.put(BANK, () -> receiveAll(bank));
    calls.put(INSURER, () -> sendAll(insurer));
    calls.put(RETAILER, () -> during(() -> hostilePeer(seen)));
    Cost.merge(Parties.together(calls)).check();
  }

  private static MessageKey opening(int number) {
    return new MessageKey(MessageKey.OPENING, MessageKey.CONTROL, 1, INSURER, BANK, number);
  }

  /** Takes the whole window: the next one has to wait until the bank has received it. */
  private static void sendFilling(Exchange insurer, int number) {
    insurer.send(Envelope.of(opening(number), 1, new byte[1 << 16]));
  }

  private Cost sendAll(Exchange insurer) {
    long slowest = 0;
    int number = 1;
    while (!over) {
      long start = System.nanoTime();
      sendFilling(insurer, number++);
      slowest = Math.max(slowest, System.nanoTime() - start);
    }
    sentAll = true;
    assertThat(number).as("messages").isGreaterThan(20);
    return new Cost(slowest, 0);
  }

  private Cost receiveAll(Exchange bank) {
    int number = 0;
    while (!sentAll) {
      try {
        assertThat(bank.receive(opening(number)).body()).hasSize(1 << 16);
        number++;
      } catch (ProtocolException e) {
        // All of the bank's work has ended by the hostile peer; this looks again.
        LockSupport.parkNanos(500_000);
      }
    }
    return new Cost(0, 0);
  }

  /** Twenty frames to a connection; the first that is not allowed is its last. */
  private void hostilePeer(List<byte[]> seen) throws Exception {
    Random random = new Random(5);
    for (int i = 0; i < HOSTILE_FRAMES / 20; i++) {
      RawPeer peer = RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.PROTOCOL);
      opened.add(peer);
      peer.letIn();
      try {
        for (int k = 0; k < 20; k++) {
          byte[] frame = new Mutator(20L * i + k).mutant(seen, seen);
          peer.write(ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array());
        }
        if (i % 5 == 0) {
          // Announced and half there.
          byte[] half = new byte[1 << 20];
          random.nextBytes(half);
          peer.write(ByteBuffer.allocate(4 + half.length).putInt(2 << 20).put(half).array());
        }
      } catch (IOException e) {
        // It was thrown out before it had said all.
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.INSURER;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Envelope;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageKey;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A peer that reads 1 KiB a second costs its sender no memory but what the window allows, keeps its
 * link, and delays nobody else (requirement R6).
 */
class SlowReaderFaultTest {
  private static final String SESSION = "5e".repeat(32);
  private static final long MEBIBYTE = 1 << 20;
  private static final Duration LASTS =
      Duration.ofSeconds("all".equals(System.getProperty("heddle.test.faults")) ? 60 : 10);

  /** A record of TLS takes 16 s at that speed: bytes show that the peer lives, not records. */
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofSeconds(5));

  private static MessageKey key(PartyId from, PartyId to, int number) {
    return new MessageKey(SESSION, "1-talk", 1, from, to, number);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() + PlatformDependent.usedDirectMemory();
  }

  @Test
  void send_toAPeerThatReads1KibibyteASecond_takesNoMemoryAndDelaysNobodyElse() throws Exception {
    List<PartyId> parties = List.of(BANK, INSURER, RETAILER);
    byte[] body = new byte[20 << 20];
    try (FaultNetwork network = new FaultNetwork(parties, TIMEOUTS, new Talk(0, 0), null);
        NettyExchange bank = network.open(BANK, ExchangeStart.first());
        NettyExchange insurer = network.open(INSURER, ExchangeStart.first());
        NettyExchange retailer = network.open(RETAILER, ExchangeStart.first())) {
      Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
      for (NettyExchange exchange : List.of(bank, insurer, retailer)) {
        exchange.open(SESSION);
        calls.put(
            exchange.self(),
            () -> {
              exchange.connect(Progress.NONE);
              return true;
            });
      }
      Parties.together(calls);
      FaultRelay slow = network.way(BANK, RETAILER);
      int connections = slow.accepted();
      slow.limit(1 << 10);
      long before = used();
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                for (int number = 0; number < 6; number++) {
                  // A body of its own for each, as a role has it.
                  bank.send(Envelope.of(key(BANK, RETAILER, number), 60_002, body.clone()));
                }
              });
      long end = System.nanoTime() + LASTS.toNanos();
      long longest = 0;
      long most = 0;
      int number = 0;
      while (System.nanoTime() < end) {
        long begun = System.nanoTime();
        bank.send(Envelope.of(key(BANK, INSURER, number), 60_002, new byte[1000]));
        insurer.receive(key(BANK, INSURER, number));
        insurer.send(Envelope.of(key(INSURER, BANK, number), 60_002, new byte[1000]));
        bank.receive(key(INSURER, BANK, number));
        longest = Math.max(longest, System.nanoTime() - begun);
        if (number % 100 == 0) {
          most = Math.max(most, used());
        }
        number++;
        TimeUnit.MILLISECONDS.sleep(5);
      }
      System.out.printf(
          "slow reader: %d s at 1 KiB/s, %d new connections, memory grew by %d MiB, %d round trips with"
              + " another peer, the longest %d ms%n",
          LASTS.toSeconds(),
          slow.accepted() - connections,
          (most - before) / MEBIBYTE,
          number,
          TimeUnit.NANOSECONDS.toMillis(longest));
      assertThat(sender).isNotDone();
      assertThat(slow.accepted()).as("the link is never given up").isEqualTo(connections);
      assertThat(most - before).isLessThan(64 * MEBIBYTE + ExchangeLimits.DEFAULT.windowBytes());
      assertThat(TimeUnit.NANOSECONDS.toMillis(longest)).isLessThan(1000);
      network.ways().forEach(FaultRelay::cut);
      bank.abort(SESSION, AbortCode.FAILED, "");
      assertThat(sender.handle((nothing, failure) -> failure.getCause()).get(30, TimeUnit.SECONDS))
          .isInstanceOf(VflException.class);
    }
  }
}

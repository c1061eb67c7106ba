// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundStepsTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final Run RUN = new Run("00".repeat(32), 0);
  private static final String SESSION = "a1".repeat(32);

  /** Does something when a lock is taken for the n-th time, and threads when it is asked to. */
  private static final class Interrupting implements Waiting {
    private final List<Runnable> threads = new ArrayList<>();
    private int left = -1;
    private Runnable work = () -> {};

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    @SuppressWarnings("serial")
    public Lock newLock() {
      return new ReentrantLock() {
        @Override
        public void lock() {
          if (--left == 0) {
            work.run();
          }
          super.lock();
        }
      };
    }

    @Override
    public void start(String name, Runnable thread) {
      threads.add(thread);
    }
  }

  /** A link that can be lost. */
  private static final class Wire implements Link {
    private final List<ByteBuffer> written = new ArrayList<>();
    private boolean open = true;

    @Override
    public void write(ByteBuffer frame, boolean wait) {
      if (!open) {
        throw new PeerUnavailableException("Lost");
      }
      written.add(frame.duplicate());
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public void cut() {
      close();
    }
  }

  private final Interrupting waits = new Interrupting();
  private final LoneExchange exchange =
      new LoneExchange(BANK, RETAILER, ExchangeLimits.DEFAULT, ExchangeStart.first(RUN), waits);

  private Wire dial() {
    Wire wire = new Wire();
    FrameHandler link = exchange.outbound(RETAILER, wire);
    link.frame(Frames.welcome(new Run("5c".repeat(32), 0), ExchangeLimits.DEFAULT));
    return wire;
  }

  /** Between any two steps of a send the link may be lost and another one be there. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void send_otherLinkAtAnyStep_hasTheMessage(int lock) {
    Wire before = dial();
    List<Wire> after = new ArrayList<>();
    exchange.open(SESSION);
    waits.work =
        () -> {
          before.close();
          after.add(dial());
        };
    waits.left = lock;
    MessageKey key = new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, 0);
    exchange.send(Envelope.of(key, 60_001, new byte[] {0, 0, 0, 0}));
    waits.left = -1;
    waits.threads.forEach(Runnable::run);
    List<ByteBuffer> written = after.isEmpty() ? before.written : after.get(0).written;
    assertThat(written.stream().map(frame -> frame.get(0)))
        .containsSubsequence(Frames.HAIL, Frames.MESSAGE, Frames.CHUNK);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboundTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final Run RUN = new Run("00".repeat(32), 0);
  private static final String SESSION = "a1".repeat(32);
  private static final ExchangeLimits LIMITS = new ExchangeLimits(1 << 16, 1 << 20);

  private final LoneExchange bank = new LoneExchange(BANK, RETAILER, LIMITS);

  OutboundTest() {
    bank.open(SESSION);
  }

  /** What is written to one link. */
  private static class Written implements Link {
    final List<ByteBuffer> frames = new CopyOnWriteArrayList<>();
    private volatile boolean open = true;

    @Override
    public void write(ByteBuffer frame, boolean wait) {
      frames.add(frame);
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {}

    @Override
    public void cut() {
      open = false;
    }

    long messages() {
      return frames.stream().filter(frame -> frame.get(frame.position()) == 2).count();
    }
  }

  private FrameHandler dial(Link link) {
    FrameHandler handler = bank.outbound(RETAILER, link);
    handler.frame(Frames.welcome(RUN, LIMITS));
    return handler;
  }

  private FrameHandler accept() {
    FrameHandler link = bank.inbound(RETAILER, bank.wire());
    link.start();
    link.frame(Frames.hail(RUN));
    return link;
  }

  private static Envelope half(int number) {
    byte[] body = Parties.codec(TestMessage.TYPES).encode(new Blob(new byte[40_000]));
    return Envelope.of(new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, number), 60_002, body);
  }

  @Test
  void send_roomAndAnotherLinkAtOnce_goesOverThatLink() throws InterruptedException {
    FrameHandler first = dial(new Written());
    bank.send(half(0));
    Thread sender = new Thread(() -> bank.send(half(1)));
    sender.start();
    await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);
    Written second = new Written();
    bank.mailbox()
        .update(
            () -> {
              first.frame(Frames.credit(1));
              dial(second);
            });
    sender.join(10_000);
    assertThat(second.messages()).isOne();
  }

  /** Where the peer dials, it may have noticed a loss that this party has not. */
  @Test
  void use_newLinkWhileTheOldIsThere_cutsTheOldAndSendsAgain() {
    Written first = new Written();
    dial(first);
    bank.send(half(0));
    Written second = new Written();
    FrameHandler handler = bank.outbound(RETAILER, second);
    handler.start();
    assertThat(first.isOpen()).isTrue();

    handler.frame(Frames.welcome(RUN, LIMITS));

    assertThat(first.isOpen()).isFalse();
    assertThat(second.frames.get(0).get(0)).as("hails once, first").isEqualTo(Frames.HAIL);
    await().until(() -> second.messages() == 1);
    assertThat(second.frames.stream().filter(frame -> frame.get(0) == Frames.HAIL)).hasSize(1);
  }

  /** A goodbye says that nothing comes behind it. */
  @Test
  void close_whileANewLinkSendsAgain_saysGoodbyeBehindIt() {
    dial(new Written());
    bank.send(half(0));
    Written slow =
        new Written() {
          @Override
          public void write(ByteBuffer frame, boolean wait) {
            if (wait) {
              pause(200);
            }
            super.write(frame, wait);
          }
        };
    dial(slow);
    bank.close();
    List<Byte> kinds = slow.frames.stream().map(frame -> frame.get(0)).toList();
    assertThat(kinds).contains((byte) 2).endsWith(Frames.BYE);
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void settle_goodbyeOvertakesTheLastCredit_waitsForIt() {
    FrameHandler out = dial(new Written());
    FrameHandler in = accept();
    bank.send(half(0));
    in.frame(Frames.bare(Frames.BYE));
    Thread credit =
        new Thread(
            () -> {
              out.frame(Frames.credit(1));
              out.frame(Frames.bare(Frames.BYE));
            });
    credit.start();
    assertThat(bank.settles(SESSION, Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void settle_goodbyeBehindAllCredit_endsAtOnce() {
    FrameHandler out = dial(new Written());
    FrameHandler in = accept();
    bank.send(half(0));
    in.frame(Frames.bare(Frames.BYE));
    out.frame(Frames.bare(Frames.BYE));
    assertThatThrownBy(() -> bank.settle(SESSION))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("has closed its exchange");
  }

  @Test
  void settle_lostWhileThePeerLeaves_endsAtOnce() {
    FrameHandler out = dial(new Written());
    FrameHandler in = accept();
    bank.send(half(0));
    in.frame(Frames.bare(Frames.BYE));
    out.lost(new PeerUnavailableException("gone"));
    assertThatThrownBy(() -> bank.settle(SESSION))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("has closed its exchange");
  }

  @Test
  void sendIfItComes_peerHasLeft_isNoFailure() {
    FrameHandler out = dial(new Written());
    out.frame(Frames.bare(Frames.BYE));
    bank.sendIfItComes(half(0));
    assertThat(bank.settles(SESSION, Duration.ofSeconds(20))).isTrue();
  }
}

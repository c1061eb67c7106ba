// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conversations of a peer in which frames are changed, repeated, left out and made up, link after
 * link, and such as Jazzer makes. A tenth of {@code heddle.test.mutants} is how many of the former.
 */
class FrameFuzzTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final String SESSION = "a1".repeat(32);
  private static final Run RUN = new Run("00".repeat(32), 0);
  private static final ExchangeLimits LIMITS = new ExchangeLimits(1 << 16, 1 << 17);
  private static final int SCHEDULES =
      Objects.requireNonNullElse(Integer.getInteger("heddle.test.mutants"), 20_000) / 10;

  private static MessageKey key(PartyId from, PartyId to, int number) {
    return new MessageKey(SESSION, "1-talk", 1, from, to, number);
  }

  private static Envelope message(Random random, PartyId from, PartyId to, int number) {
    byte[] bytes = new byte[random.nextInt(random.nextInt(8) == 0 ? 40_000 : 300)];
    random.nextBytes(bytes);
    byte[] body = Parties.codec(TestMessage.TYPES).encode(new Blob(bytes));
    return Envelope.of(key(from, to, number), 60_002, body);
  }

  private static byte[] bytes(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.duplicate().get(bytes);
    return bytes;
  }

  private static byte[] head(Envelope message, long sequence) {
    return bytes(
        Frames.head(
            new Frames.Head(
                message.key(),
                sequence,
                message.typeId(),
                message.body().length,
                message.digest())));
  }

  /** The frames of one link, hail first: messages in one to three chunks, pings between. */
  private static List<byte[]> conversation(List<Envelope> messages, int from, Random random) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(bytes(Frames.hail(RUN)));
    for (int i = from; i < messages.size(); i++) {
      byte[] body = messages.get(i).body();
      frames.add(head(messages.get(i), i + 1));
      int at = 0;
      while (at < body.length) {
        int count = Math.min(body.length - at, 1 + random.nextInt(body.length));
        frames.add(bytes(Frames.chunk(body, at, count)));
        at += count;
        if (random.nextInt(6) == 0) {
          frames.add(bytes(Frames.bare(Frames.PING)));
        }
      }
    }
    return frames;
  }

  /** What no peer of ours would send where it comes. */
  private static List<byte[]> strays(Envelope message) {
    return List.of(
        bytes(Frames.welcome(RUN, LIMITS)),
        bytes(Frames.hail(RUN)),
        bytes(Frames.hail(new Run("3a".repeat(32), 5))),
        bytes(Frames.credit(1)),
        bytes(Frames.credit(Long.MAX_VALUE)),
        bytes(Frames.abort(new Frames.Abort(SESSION, 1, "a detail"))),
        bytes(Frames.abort(new Frames.Abort("b2".repeat(32), 99, ""))),
        bytes(Frames.abort(new Frames.Abort(MessageKey.OPENING, 5, ""))),
        bytes(Frames.bare(Frames.BYE)),
        bytes(Frames.bare(Frames.PING)),
        bytes(Frames.chunk(new byte[300], 0, 300)),
        head(message, 1),
        head(message, 2));
  }

  /** Each frame as it is, mostly; changed, twice, not at all, or behind a stray one. */
  private static List<byte[]> spoiled(List<byte[]> frames, List<byte[]> strays, long seed) {
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<byte[]> schedule = new ArrayList<>();
    int rarity = 20 << random.nextInt(6);
    for (byte[] frame : frames) {
      switch (random.nextInt(rarity)) {
        case 0 -> schedule.add(mutator.mutant(List.of(frame), frames));
        case 1 -> {
          schedule.add(frame);
          schedule.add(frame);
        }
        case 2 -> {}
        case 3 -> {
          schedule.add(strays.get(random.nextInt(strays.size())));
          schedule.add(frame);
        }
        case 4 -> {
          schedule.add(frame);
          schedule.add(mutator.mutant(strays, frames));
        }
        default -> schedule.add(frame);
      }
    }
    return schedule;
  }

  /** How a schedule went. */
  private static final class Tally {
    int frames;
    int violations;
    int stored;
  }

  @Test
  void inbound_spoiledConversations_refusedAndNothingOfThemStored() {
    Tally tally = new Tally();
    for (int seed = 0; seed < SCHEDULES; seed++) {
      try {
        inbound(seed, tally);
      } catch (Throwable e) {
        fail("Schedule with seed " + seed, e);
      }
    }
    report("in", tally);
    assertThat(tally.violations).isBetween(SCHEDULES / 10, 2 * SCHEDULES);
    assertThat(tally.stored).isGreaterThan(SCHEDULES);
  }

  private static void report(String way, Tally tally) {
    if (Integer.getInteger("heddle.test.mutants") != null) {
      System.out.printf(
          "frames %s: %d schedules, %d frames, %d violations, %d messages stored%n",
          way, SCHEDULES, tally.frames, tally.violations, tally.stored);
    }
  }

  private static void inbound(long seed, Tally tally) {
    Random random = new Random(seed);
    LoneExchange bank = new LoneExchange(BANK, RETAILER, LIMITS);
    bank.open(SESSION);
    List<Envelope> messages = new ArrayList<>();
    Set<ByteBuffer> sent = new HashSet<>();
    for (int number = 0; number < 12; number++) {
      messages.add(message(random, RETAILER, BANK, number));
      sent.add(ByteBuffer.wrap(messages.get(number).body()));
    }
    int links = 1 + random.nextInt(3);
    for (int i = 0; i < links; i++) {
      FrameHandler link = bank.inbound(RETAILER, bank.wire());
      link.start();
      int from = i == 0 ? 0 : random.nextInt(3);
      List<byte[]> frames = conversation(messages, from, random);
      List<byte[]> schedule = spoiled(frames, strays(messages.get(0)), seed * 10 + i);
      talk(bank, link, schedule, sent, random, tally);
      link.lost(new PeerUnavailableException("Lost the link to party retailer"));
    }
    tally.stored += bank.mailbox().size();
    bank.close(SESSION);
    assertThat(bank.mailbox().size()).isZero();
  }

  private static void talk(
      LoneExchange bank,
      FrameHandler link,
      List<byte[]> schedule,
      Set<ByteBuffer> sent,
      Random random,
      Tally tally) {
    boolean violated = false;
    for (byte[] frame : schedule) {
      List<Envelope> before = bank.mailbox().waiting();
      int written = bank.written.size();
      tally.frames++;
      try {
        link.frame(ByteBuffer.wrap(frame));
      } catch (ProtocolException e) {
        assertThat(violated).as("nothing is read after a violation").isFalse();
        violated = true;
        tally.violations++;
        assertThat(bank.mailbox().waiting().equals(before)).isTrue();
        continue;
      }
      List<Envelope> after = bank.mailbox().waiting();
      if (violated) {
        assertThat(after.equals(before)).as("none taken after a violation").isTrue();
        assertThat(bank.written).as("written after a violation").hasSize(written);
      }
      if (!after.equals(before)) {
        requireBounded(after, sent);
      }
      if (!after.isEmpty() && random.nextInt(4) == 0) {
        receive(bank, after.get(random.nextInt(after.size())).key());
      }
    }
  }

  private static void requireBounded(List<Envelope> held, Set<ByteBuffer> sent) {
    long cost = 0;
    for (Envelope envelope : held) {
      cost += ExchangeLimits.cost(envelope.body().length);
      assertThat(sent.contains(ByteBuffer.wrap(envelope.body())))
          .as("a body that was sent")
          .isTrue();
    }
    if (held.size() > 1) {
      assertThat(cost).isLessThanOrEqualTo(LIMITS.windowBytes());
    }
  }

  private static void receive(LoneExchange bank, MessageKey key) {
    try {
      bank.receive(key);
    } catch (ProtocolException | PeerUnavailableException e) {
      // The session, or all, had ended by a frame before.
    }
  }

  @Test
  void outbound_spoiledConversations_refusedAndNothingIsLost() {
    Tally tally = new Tally();
    for (int seed = 0; seed < SCHEDULES; seed++) {
      try {
        outbound(seed, tally);
      } catch (Throwable e) {
        fail("Schedule with seed " + seed, e);
      }
    }
    report("out", tally);
    assertThat(tally.violations).isBetween(SCHEDULES / 10, 2 * SCHEDULES);
  }

  private static void outbound(long seed, Tally tally) {
    Random random = new Random(seed);
    LoneExchange bank = new LoneExchange(BANK, RETAILER, LIMITS);
    bank.open(SESSION);
    FrameHandler link = bank.outbound(RETAILER, bank.wire());
    if (seed % 2 == 0) {
      // As where the peer has dialled.
      link.start();
    }
    List<byte[]> frames = new ArrayList<>();
    frames.add(bytes(Frames.welcome(RUN, LIMITS)));
    for (int sequence = 1; sequence <= 20; sequence++) {
      frames.add(bytes(Frames.credit(sequence)));
      if (random.nextInt(6) == 0) {
        frames.add(bytes(Frames.bare(Frames.PING)));
      }
    }
    Envelope stray = message(random, RETAILER, BANK, 0);
    boolean violated = false;
    boolean ended = false;
    int number = 0;
    for (byte[] frame : spoiled(frames, strays(stray), seed)) {
      int written = bank.written.size();
      tally.frames++;
      try {
        link.frame(ByteBuffer.wrap(frame));
        if (violated) {
          assertThat(bank.written).as("written after a violation").hasSize(written);
        }
      } catch (ProtocolException e) {
        assertThat(violated).as("nothing is read after a violation").isFalse();
        violated = true;
        tally.violations++;
      }
      if (link.isOpen() && !ended) {
        ended = !send(bank, key(BANK, RETAILER, number++), random.nextInt(300));
      }
    }
    assertThat(violated && link.isOpen() && !ended).as("sends on after a violation").isFalse();
    assertThat(bank.mailbox().size()).isZero();
  }

  /** Whether the exchange still sends. */
  private static boolean send(LoneExchange bank, MessageKey key, int size) {
    try {
      bank.send(Envelope.of(key, 60_002, new byte[size]));
      return true;
    } catch (ProtocolException | PeerUnavailableException e) {
      return false;
    }
  }

  static Stream<byte[]> frames() {
    Envelope message = message(new Random(1), RETAILER, BANK, 0);
    return strays(message).stream();
  }

  @MethodSource("frames")
  @FuzzTest(maxDuration = "1m")
  void read_anyFrame_refusedOrWrittenTheSame(byte[] input) {
    ByteBuffer again;
    try {
      again = written(ByteBuffer.wrap(input.clone()));
    } catch (ProtocolException e) {
      return;
    }
    if (again != null) {
      assertThat(bytes(again)).isEqualTo(input);
    }
  }

  /** What a frame says, written anew; null for a kind that has no reader. */
  private static @Nullable ByteBuffer written(ByteBuffer frame) {
    return switch (Frames.kind(frame)) {
      case Frames.WELCOME -> {
        Frames.Welcome welcome = Frames.readWelcome(Frames.control(frame));
        ByteBuffer same = Frames.welcome(welcome.run(), LIMITS);
        int at = same.limit() - Long.BYTES - Integer.BYTES;
        yield same.putLong(at, welcome.windowBytes())
            .putInt(at + Long.BYTES, welcome.maxMessageBytes());
      }
      case Frames.HAIL -> Frames.hail(Frames.readHail(Frames.control(frame)));
      case Frames.MESSAGE -> Frames.head(Frames.readHead(Frames.control(frame)));
      case Frames.CREDIT -> Frames.credit(Frames.readCredit(Frames.control(frame)));
      case Frames.ABORT -> Frames.abort(Frames.readAbort(Frames.control(frame)));
      default -> null;
    };
  }

  /** Which of the two links, then each frame behind its length in two bytes. */
  static Stream<byte[]> links() {
    Random random = new Random(2);
    Envelope message = message(random, RETAILER, BANK, 0);
    List<byte[]> taken = conversation(List.of(message), 0, random);
    List<byte[]> sent =
        List.of(
            bytes(Frames.welcome(RUN, LIMITS)),
            bytes(Frames.credit(1)),
            bytes(Frames.bare(Frames.PING)),
            bytes(Frames.bare(Frames.BYE)));
    return Stream.of(joined(0, taken), joined(0, strays(message)), joined(1, sent));
  }

  private static byte[] joined(int way, List<byte[]> frames) {
    ByteBuffer joined =
        ByteBuffer.allocate(1 + frames.stream().mapToInt(frame -> 2 + frame.length).sum());
    joined.put((byte) way);
    frames.forEach(frame -> joined.putShort((short) frame.length).put(frame));
    return joined.array();
  }

  @MethodSource("links")
  @FuzzTest(maxDuration = "1m")
  void link_anyFrames_takesOnlyWholeMessagesAndNoneAfterAViolation(byte[] input) {
    ByteBuffer left = ByteBuffer.wrap(input);
    LoneExchange bank = new LoneExchange(BANK, RETAILER, LIMITS);
    bank.open(SESSION);
    boolean accepts = !left.hasRemaining() || (left.get() & 1) == 0;
    FrameHandler link =
        accepts ? bank.inbound(RETAILER, bank.wire()) : bank.outbound(RETAILER, bank.wire());
    link.start();
    boolean violated = false;
    boolean hasSent = accepts;
    while (left.remaining() >= 2) {
      byte[] frame = new byte[Math.min(Short.toUnsignedInt(left.getShort()), left.remaining())];
      left.get(frame);
      int held = bank.mailbox().size();
      try {
        link.frame(ByteBuffer.wrap(frame));
        assertThat(violated && bank.mailbox().size() > held).as("taken after it").isFalse();
        if (!hasSent && link.isOpen()) {
          send(bank, key(BANK, RETAILER, 0), 100);
          hasSent = true;
        }
      } catch (ProtocolException e) {
        assertThat(violated).as("nothing is read after a violation").isFalse();
        assertThat(bank.mailbox().size()).isLessThanOrEqualTo(held);
        violated = true;
      }
    }
    List<Envelope> taken = bank.mailbox().waiting();
    for (Envelope message : taken) {
      assertThat(Sha256.of(message.body())).isEqualTo(message.digest());
      assertThat(message.key().from()).isEqualTo(RETAILER);
    }
    assertThat(taken.size() > 0 && !accepts).as("messages on the link for own ones").isFalse();
  }
}

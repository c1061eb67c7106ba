// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InboundTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final Run RUN = new Run("00".repeat(32), 0);
  private static final Run OTHER_RUN = new Run("5c".repeat(32), 0);
  private static final Run AGAIN = new Run("00".repeat(32), 1);
  private static final String SESSION = "a1".repeat(32);
  private static final String OLD_SESSION = "b2".repeat(32);
  private static final ExchangeLimits LIMITS = new ExchangeLimits(1 << 16, 1 << 20);

  private final LoneExchange bank = new LoneExchange(BANK, RETAILER, LIMITS);
  private final FrameHandler inbound = letIn(bank);
  private long sequence;

  InboundTest() {
    bank.open(SESSION);
    bank.written.clear();
  }

  private static FrameHandler letIn(LoneExchange exchange) {
    FrameHandler link = exchange.inbound(RETAILER, exchange.wire());
    link.start();
    link.frame(Frames.hail(RUN));
    return link;
  }

  private static MessageKey key(int number) {
    return new MessageKey(SESSION, "1-talk", 1, RETAILER, BANK, number);
  }

  private static Envelope blob(MessageKey key, int size) {
    byte[] body = Parties.codec(TestMessage.TYPES).encode(new Blob(new byte[size]));
    return Envelope.of(key, 60_002, body);
  }

  private static List<ByteBuffer> frames(long sequence, Envelope envelope) {
    List<ByteBuffer> frames = new ArrayList<>();
    byte[] body = envelope.body();
    frames.add(
        Frames.head(
            new Frames.Head(
                envelope.key(), sequence, envelope.typeId(), body.length, envelope.digest())));
    if (body.length > 0) {
      frames.add(Frames.chunk(body, 0, body.length));
    }
    return frames;
  }

  private void deliver(Envelope envelope) {
    frames(++sequence, envelope).forEach(inbound::frame);
  }

  @Test
  void frame_wholeMessage_isThereOnceAndGivesItsRoomBack() {
    Envelope sent = blob(key(0), 100);
    deliver(sent);
    assertThat(bank.written).isEmpty();
    Envelope received = bank.receive(key(0));
    assertThat(received.body()).isEqualTo(sent.body());
    assertThat(bank.written).containsExactly(Frames.credit(1));
    assertThat(bank.mailbox().size()).isZero();
  }

  @Test
  void frame_sameMessageFiveTimes_isThereOnce() {
    Envelope sent = blob(key(0), 100);
    for (int i = 0; i < 5; i++) {
      deliver(sent);
    }
    assertThat(bank.mailbox().size()).isOne();
    assertThat(bank.written).as("acknowledged by their credit").hasSize(4);
    bank.receive(key(0));
    deliver(sent);
    assertThat(bank.mailbox().size()).as("also after it was received").isZero();
  }

  @Test
  void frame_otherBytesUnderOneKey_endSession() {
    deliver(blob(key(0), 100));
    assertThatThrownBy(() -> deliver(blob(key(0), 101)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Different bytes under one key");
    assertThatThrownBy(() -> bank.receive(key(0))).isInstanceOf(ProtocolException.class);
  }

  @Test
  void frame_reordered_eachUnderItsKey() {
    for (int number : new int[] {3, 0, 2, 1}) {
      deliver(blob(key(number), number));
    }
    for (int number = 0; number < 4; number++) {
      assertThat(bank.receive(key(number)).body()).hasSize(4 + number);
    }
  }

  @Test
  void frame_thousandSchedulesOfRepeatsInAnyOrder_eachMessageOnce() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      LoneExchange reader = new LoneExchange(BANK, RETAILER, ExchangeLimits.DEFAULT);
      FrameHandler link = letIn(reader);
      reader.open(SESSION);
      List<Envelope> schedule = new ArrayList<>();
      for (int number = 0; number < 10; number++) {
        schedule.addAll(Collections.nCopies(1 + random.nextInt(5), blob(key(number), number)));
      }
      Collections.shuffle(schedule, random);
      for (int i = 0; i < schedule.size(); i++) {
        frames(i + 1, schedule.get(i)).forEach(link::frame);
      }
      for (int number = 0; number < 10; number++) {
        assertThat(reader.receive(key(number)).body()).as("seed " + seed).hasSize(4 + number);
      }
      assertThat(reader.mailbox().size()).as("seed " + seed).isZero();
    }
  }

  @Test
  void frame_replayOfAClosedSession_refused() {
    deliver(blob(key(0), 100));
    bank.close(SESSION);
    assertThat(bank.mailbox().size()).isZero();
    assertThatThrownBy(() -> deliver(blob(key(1), 100)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("session that is not open");
  }

  @Test
  void frame_oneMessageLargerThanTheWindow_isTakenWhenNothingElseWaits() {
    deliver(blob(key(0), (1 << 20) - 4));
    assertThat(bank.receive(key(0)).body()).hasSize(1 << 20);
  }

  @Test
  void frame_moreThanTheWindow_refusedBeforeItsBody() {
    deliver(blob(key(0), 60_000));
    assertThatThrownBy(() -> inbound.frame(frames(2, blob(key(1), 10_000)).get(0)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Party retailer sends more than its window");
  }

  @Test
  void frame_announcedButNotSent_takesNoMemory() {
    LoneExchange wide = new LoneExchange(BANK, RETAILER, new ExchangeLimits(1 << 16, 1 << 30));
    FrameHandler link = letIn(wide);
    Runtime runtime = Runtime.getRuntime();
    long before = runtime.totalMemory() - runtime.freeMemory();
    wide.open(SESSION);
    link.frame(Frames.head(new Frames.Head(key(0), 1, 60_002, 1 << 30, new byte[32])));
    long after = runtime.totalMemory() - runtime.freeMemory();
    assertThat(after - before).isLessThan(64L << 20);
  }

  private static ByteBuffer head(UnaryOperator<byte[]> change) {
    return ByteBuffer.wrap(change.apply(frames(1, blob(key(0), 10)).get(0).array()));
  }

  private static ByteBuffer headOf(long sequence) {
    return Frames.head(new Frames.Head(key(0), sequence, 60_002, 4, new byte[32]));
  }

  private static ByteBuffer head(MessageKey key, int type, int length) {
    return Frames.head(new Frames.Head(key, 1, type, length, new byte[32]));
  }

  private static ByteBuffer raw(int... bytes) {
    byte[] frame = new byte[bytes.length];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (byte) bytes[i];
    }
    return ByteBuffer.wrap(frame);
  }

  static Stream<Arguments> hostileFrames() {
    MessageKey foreign = new MessageKey(OLD_SESSION, "1-talk", 1, RETAILER, BANK, 0);
    return Stream.of(
        Arguments.of("empty", ByteBuffer.allocate(0)),
        Arguments.of("kind 0", raw(0)),
        Arguments.of("unknown kind", raw(99, 1, 2, 3)),
        Arguments.of("negative kind", raw(-1)),
        Arguments.of("welcome from the dialler", Frames.welcome(RUN, LIMITS)),
        Arguments.of("second hail", Frames.hail(RUN)),
        Arguments.of("hail cut short", raw(Frames.HAIL, 1, 2)),
        Arguments.of("message 0", headOf(0)),
        Arguments.of("message -1", headOf(-1)),
        Arguments.of("message 2 before 1", headOf(2)),
        Arguments.of("message 2^63 - 1", headOf(Long.MAX_VALUE)),
        Arguments.of("credit from the dialler", Frames.credit(1)),
        Arguments.of("head without anything", raw(Frames.MESSAGE)),
        Arguments.of("head cut short", head(bytes -> Arrays.copyOf(bytes, bytes.length - 1))),
        Arguments.of("head cut in its key", head(bytes -> Arrays.copyOf(bytes, 40))),
        Arguments.of("head too long", head(bytes -> Arrays.copyOf(bytes, bytes.length + 1))),
        Arguments.of("head beyond all bounds", head(bytes -> Arrays.copyOf(bytes, 5000))),
        Arguments.of("step name of huge length", head(bytes -> set(bytes, 33, 0x7fffffff))),
        Arguments.of("step name of negative length", head(bytes -> set(bytes, 33, -1))),
        Arguments.of("attempt 0", head(bytes -> set(bytes, 33 + 4 + 6, 0))),
        Arguments.of("step name not UTF-8", head(bytes -> set(bytes, 37, 0xffffffff))),
        Arguments.of("length negative", head(key(0), 60_002, -1)),
        Arguments.of("length over the largest", head(key(0), 60_002, (1 << 20) + 1)),
        Arguments.of("length of 2^31 - 1", head(key(0), 60_002, Integer.MAX_VALUE)),
        Arguments.of("unknown type", head(key(0), 60_003, 4)),
        Arguments.of("type 0", head(key(0), 0, 4)),
        Arguments.of("negative type", head(key(0), -5, 4)),
        Arguments.of("session message in a step", head(key(0), 10, 4)),
        Arguments.of("hello in a step", head(key(0), 1, 4)),
        Arguments.of(
            "step message between steps",
            head(new MessageKey(SESSION, MessageKey.CONTROL, 1, RETAILER, BANK, 0), 60_002, 4)),
        Arguments.of(
            "step message before the session",
            head(new MessageKey(MessageKey.OPENING, "1-talk", 1, RETAILER, BANK, 0), 60_002, 4)),
        Arguments.of("session not open", head(foreign, 60_002, 4)),
        Arguments.of(
            "another sender",
            head(new MessageKey(SESSION, "1-talk", 1, INSURER, BANK, 0), 60_002, 4)),
        Arguments.of(
            "another reader",
            head(new MessageKey(SESSION, "1-talk", 1, RETAILER, INSURER, 0), 60_002, 4)),
        Arguments.of("chunk without a head", raw(Frames.CHUNK, 1)),
        Arguments.of("abort cut short", raw(Frames.ABORT, 1, 2, 3)),
        Arguments.of("abort with a long detail", longAbort()),
        Arguments.of(
            "abort with an escape in its detail",
            Frames.abort(new Frames.Abort(SESSION, 2, "\u001b]0;x"))));
  }

  @ParameterizedTest
  @CsvSource({"1, 1048576, true", "1, 1048577, false", "10, 1048576, true", "10, 1048577, false"})
  void frame_headOutsideAStep_isTakenUpToOneMebibyte(int type, int length, boolean taken) {
    LoneExchange wide = new LoneExchange(BANK, RETAILER, ExchangeLimits.DEFAULT);
    FrameHandler link = letIn(wide);
    wide.open(SESSION);
    String session = type < 10 ? MessageKey.OPENING : SESSION;
    ByteBuffer frame =
        head(new MessageKey(session, MessageKey.CONTROL, 1, RETAILER, BANK, 0), type, length);
    if (taken) {
      assertThatCode(() -> link.frame(frame)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> link.frame(frame))
          .isInstanceOf(ProtocolException.class)
          .hasMessageStartingWith("Invalid length 1048577 of message 0 of step session")
          .hasMessageEndingWith("must be 0 to 1048576");
    }
  }

  @Test
  void send_moreThanOneMebibyteOutsideAStep_isTheCallersFault() {
    FrameHandler outbound = bank.outbound(RETAILER, bank.wire());
    outbound.frame(Frames.welcome(RUN, ExchangeLimits.DEFAULT));
    MessageKey key = new MessageKey(SESSION, MessageKey.CONTROL, 1, BANK, RETAILER, 0);
    assertThatThrownBy(() -> bank.send(Envelope.of(key, 10, new byte[(1 << 20) + 1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes at most 1048576");
  }

  @Test
  void send_moreThanAPeerThatGrantsLessThanThisParty_isThePeersFault() {
    FrameHandler outbound = bank.outbound(RETAILER, bank.wire());
    outbound.frame(Frames.welcome(RUN, new ExchangeLimits(1 << 16, 256)));
    MessageKey key = new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, 0);
    assertThatThrownBy(() -> bank.send(Envelope.of(key, 60_002, new byte[257])))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Message of 257 bytes: party retailer takes at most 256");
  }

  @Test
  void defaultLimits_messageWithEightBytesForEachOfTenMillionRows_fits() {
    assertThat(ExchangeLimits.DEFAULT.maxMessageBytes()).isGreaterThan(8 * 10_000_000 + 1000);
  }

  private static ByteBuffer longAbort() {
    return Frames.abort(new Frames.Abort(SESSION, 1, "x".repeat(300)));
  }

  private static byte[] set(byte[] bytes, int at, int value) {
    ByteBuffer.wrap(bytes).putInt(at, value);
    return bytes;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileFrames")
  void frame_hostile_endsAllThatWaitsAndTellsThePeer(String what, ByteBuffer frame) {
    assertThatThrownBy(() -> inbound.frame(frame)).isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> bank.receive(key(0))).isInstanceOf(ProtocolException.class);
    assertThat(bank.written).isNotEmpty().allMatch(sent -> sent.get(0) == Frames.ABORT);
  }

  @Test
  void frame_afterOneThatIsNotAllowed_notTakenAndNotAnswered() {
    assertThatThrownBy(() -> inbound.frame(raw(99))).isInstanceOf(ProtocolException.class);
    bank.written.clear();
    deliver(blob(key(0), 10));
    inbound.frame(raw(99));
    assertThat(bank.mailbox().size()).isZero();
    assertThat(bank.written).isEmpty();
  }

  static Stream<Arguments> hostileBodies() {
    Envelope good = blob(key(0), 10);
    byte[] body = good.body();
    byte[] flipped = body.clone();
    flipped[5] ^= 1;
    return Stream.of(
        Arguments.of("one bit flipped", List.of(Frames.chunk(flipped, 0, body.length))),
        Arguments.of("chunk too long", List.of(Frames.chunk(new byte[100], 0, 100))),
        Arguments.of("empty chunk", List.of(raw(Frames.CHUNK))),
        Arguments.of(
            "second head within", List.of(Frames.chunk(body, 0, 3), frames(2, good).get(0))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileBodies")
  void frame_hostileBody_nothingIsStored(String what, List<ByteBuffer> chunks) {
    inbound.frame(frames(1, blob(key(0), 10)).get(0));
    assertThatThrownBy(() -> chunks.forEach(inbound::frame)).isInstanceOf(ProtocolException.class);
    assertThat(bank.mailbox().size()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void admit_eachTypeInEachPlace_onlyWhereItBelongs(Place place) {
    MessageKey key =
        switch (place) {
          case OPENING ->
              new MessageKey(MessageKey.OPENING, MessageKey.CONTROL, 1, RETAILER, BANK, 0);
          case CONTROL -> new MessageKey(SESSION, MessageKey.CONTROL, 1, RETAILER, BANK, 0);
          case STEP -> key(0);
        };
    assertThat(key.place()).isEqualTo(place);
    for (MessageType<?> type : bank.codec().types()) {
      boolean belongs =
          switch (type.id()) {
            case 1, 2 -> place == Place.OPENING;
            case 10, 11 -> place == Place.CONTROL;
            default -> place == Place.STEP;
          };
      if (belongs) {
        assertThatCode(() -> bank.mailbox().admit(key, type.id())).doesNotThrowAnyException();
      } else {
        assertThatThrownBy(() -> bank.mailbox().admit(key, type.id()))
            .isInstanceOf(ProtocolException.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void admit_sessionNotOpen_onlyTheOpening(Place place) {
    bank.close(SESSION);
    if (place != Place.OPENING) {
      String step = place == Place.CONTROL ? MessageKey.CONTROL : "1-talk";
      int type = place == Place.CONTROL ? 10 : 60_002;
      assertThatThrownBy(
              () -> bank.mailbox().admit(new MessageKey(SESSION, step, 1, RETAILER, BANK, 0), type))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("not open");
    }
  }

  @Test
  void dialledLink_framesBeforeTheWelcome_refused() {
    FrameHandler outbound = bank.outbound(RETAILER, bank.wire());
    assertThatThrownBy(() -> outbound.frame(Frames.credit(1)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("before the welcome");
  }

  @Test
  void dialledLink_creditThatWasNeverSpent_refused() {
    FrameHandler outbound = bank.outbound(RETAILER, bank.wire());
    outbound.frame(Frames.welcome(RUN, LIMITS));
    assertThatThrownBy(() -> outbound.frame(Frames.credit(1)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Invalid credit");
  }

  @Test
  void dialledLink_secondWelcome_refused() {
    FrameHandler outbound = bank.outbound(RETAILER, bank.wire());
    outbound.frame(Frames.welcome(RUN, LIMITS));
    assertThatThrownBy(() -> outbound.frame(Frames.welcome(RUN, LIMITS)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Second welcome");
  }

  @Test
  void accepted_messageBeforeTheHail_refused() {
    FrameHandler link = bank.inbound(RETAILER, bank.wire());
    link.start();
    assertThat(link.isOpen()).isFalse();
    assertThatThrownBy(() -> link.frame(headOf(1)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("before the hail");
  }

  @Test
  void accepted_secondRunOfAPeerThatIsStillThere_isTurnedAwayAndTheFirstGoesOn() {
    FrameHandler second = bank.inbound(RETAILER, bank.wire());
    second.start();
    second.frame(Frames.hail(OTHER_RUN));
    assertThat(second.isOpen()).isFalse();
    Envelope sent = blob(key(0), 100);
    deliver(sent);
    assertThat(bank.receive(key(0)).body()).isEqualTo(sent.body());
  }

  @Test
  void accepted_anotherRunAfterTheFirstWasLost_endsAll() {
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    FrameHandler second = bank.inbound(RETAILER, bank.wire());
    second.start();
    second.frame(Frames.hail(OTHER_RUN));
    assertThatThrownBy(() -> bank.receive(key(0)))
        .isInstanceOf(PeerAbortedException.class)
        .hasMessageContaining("Party retailer was started anew");
  }

  /** A link of the peer's exchange after the peer was started again. */
  private FrameHandler startedAgain() {
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    FrameHandler next = bank.inbound(RETAILER, bank.wire());
    next.start();
    next.frame(Frames.hail(AGAIN));
    bank.written.clear();
    return next;
  }

  @Test
  void startedAgain_messageThatNobodyHasReceived_isThereOnceAndCreditedByItsNewNumber() {
    deliver(blob(key(0), 100));
    Envelope waiting = blob(key(1), 200);
    frames(2, waiting).forEach(inbound::frame);
    bank.receive(key(0));
    FrameHandler next = startedAgain();
    frames(1, waiting).forEach(next::frame);
    assertThat(bank.written).as("before it is received").isEmpty();
    assertThat(bank.receive(key(1)).body()).isEqualTo(waiting.body());
    assertThat(bank.written).containsExactly(Frames.credit(1));
    assertThat(bank.mailbox().size()).isZero();
  }

  @Test
  void startedAgain_messageThatIsReceivedBeforeItComesAgain_isCreditedThen() {
    Envelope waiting = blob(key(0), 100);
    deliver(waiting);
    FrameHandler next = startedAgain();
    bank.receive(key(0));
    assertThat(bank.written).as("the new start knows no number of it").isEmpty();
    frames(1, waiting).forEach(next::frame);
    assertThat(bank.written).containsExactly(Frames.credit(1));
    assertThat(bank.mailbox().size()).isZero();
  }

  @Test
  void startedAgain_takenButNotReleased_isNotCreditedBeforeItIs() {
    Envelope sent = blob(key(0), 100);
    deliver(sent);
    bank.take(key(0));
    FrameHandler next = startedAgain();
    frames(1, sent).forEach(next::frame);
    assertThat(bank.written).isEmpty();
    bank.release(key(0));
    assertThat(bank.written).containsExactly(Frames.credit(1));
  }

  @Test
  void startedAgain_otherBytesUnderAKeyThatWasReceived_endSession() {
    deliver(blob(key(0), 100));
    bank.receive(key(0));
    FrameHandler next = startedAgain();
    assertThatThrownBy(() -> frames(1, blob(key(0), 101)).forEach(next::frame))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Different bytes under one key");
  }

  @Test
  void startedAgain_wholeWindowOfHeldMessages_theNewStartHasItsOwnRoom() {
    for (int number = 0; number < 3; number++) {
      frames(number + 1, blob(key(number), 20_000)).forEach(inbound::frame);
    }
    FrameHandler next = startedAgain();
    for (int number = 0; number < 3; number++) {
      frames(number + 1, blob(key(number), 20_000)).forEach(next::frame);
    }
    assertThatThrownBy(() -> frames(4, blob(key(3), 20_000)).forEach(next::frame))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("more than its window");
  }

  @Test
  void startedAgain_linkOfTheEarlierStart_isTurnedAway() {
    FrameHandler next = startedAgain();
    FrameHandler stale = bank.inbound(RETAILER, bank.wire());
    stale.start();
    stale.frame(Frames.hail(RUN));
    assertThat(stale.isOpen()).isFalse();
    frames(1, blob(key(0), 100)).forEach(next::frame);
    assertThat(bank.receive(key(0)).body()).hasSize(104);
  }

  @Test
  void startedAgain_peersNewStart_getsWhatHasNoCreditByNewNumbers() {
    FrameHandler first = bank.outbound(RETAILER, bank.wire());
    first.frame(Frames.welcome(RUN, LIMITS));
    for (int number = 0; number < 3; number++) {
      bank.send(blob(outKey(number), 10 + number));
    }
    first.frame(Frames.credit(1));
    first.lost(new PeerUnavailableException("Lost the link to party retailer"));
    bank.written.clear();
    bank.outbound(RETAILER, bank.wire()).frame(Frames.welcome(AGAIN, LIMITS));
    bank.send(blob(outKey(3), 13));
    List<ByteBuffer> expected = new ArrayList<>(List.of(Frames.hail(bank.run())));
    for (int number = 1; number < 4; number++) {
      expected.addAll(frames(number, blob(outKey(number), 10 + number)));
    }
    assertThat(bank.written).containsExactlyElementsOf(expected);
  }

  private static MessageKey outKey(int number) {
    return new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, number);
  }

  @Test
  void startedAgain_thisParty_dropsWhatItHadReceivedAndRefusesOtherBytes() {
    Envelope before = blob(key(0), 100);
    LoneExchange again =
        new LoneExchange(
            BANK,
            RETAILER,
            LIMITS,
            new ExchangeStart(
                OTHER_RUN,
                new TreeMap<>(),
                SESSION,
                key -> key.equals(before.key()) ? before.digest() : null));
    FrameHandler link = letIn(again);
    again.written.clear();
    frames(1, before).forEach(link::frame);
    assertThat(again.written).containsExactly(Frames.credit(1));
    assertThat(again.mailbox().size()).isZero();
    frames(2, blob(key(1), 7)).forEach(link::frame);
    assertThat(again.receive(key(1)).body()).hasSize(11);
    assertThatThrownBy(() -> frames(3, blob(key(0), 101)).forEach(link::frame))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Different bytes under one key");
  }

  @Test
  void startedAgain_thisParty_meetsAPeerThatBeganAnew_endsAll() {
    LoneExchange again =
        new LoneExchange(
            BANK,
            RETAILER,
            LIMITS,
            new ExchangeStart(
                OTHER_RUN, new TreeMap<>(Map.of(RETAILER, OTHER_RUN)), SESSION, key -> null));
    FrameHandler link = letIn(again);
    assertThat(link.isOpen()).isFalse();
    assertThatThrownBy(() -> again.receive(key(0)))
        .isInstanceOf(PeerAbortedException.class)
        .hasMessageContaining("was started anew");
  }

  @Test
  void lost_linkThatDoesNotComeBack_endsAllAfterTheReconnectTimeout() {
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    assertThatThrownBy(() -> bank.receive(key(0)))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("Lost the link to party retailer; it did not come back within 300 ms");
  }

  /** Every point at which a link can end while three messages are on their way. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void lost_atEachFrame_whatIsSentAgainIsThereOnceAndTheRoomComesBack(int frames) {
    List<ByteBuffer> all = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      all.addAll(frames(number + 1, blob(key(number), 20_000)));
    }
    all.subList(0, frames).forEach(frame -> inbound.frame(frame.duplicate()));
    if (frames >= 2) {
      // Its credit goes with the link.
      bank.receive(key(0));
    }
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    FrameHandler next = letIn(bank);
    bank.written.clear();
    all.forEach(frame -> next.frame(frame.duplicate()));
    for (int number = frames >= 2 ? 1 : 0; number < 3; number++) {
      assertThat(bank.receive(key(number)).body()).hasSize(20_004);
    }
    assertThat(bank.mailbox().size()).isZero();
    assertThat(bank.written).contains(Frames.credit(1), Frames.credit(2), Frames.credit(3));
    // The whole window is free again: 64 KiB.
    for (int number = 3; number < 6; number++) {
      frames(number + 1, blob(key(number), 21_000)).forEach(next::frame);
    }
  }

  @Test
  void lost_linkThatANewOneHasReplaced_saysNothingMore() {
    FrameHandler next = letIn(bank);
    inbound.frame(frames(1, blob(key(0), 10)).get(0));
    inbound.frame(raw(Frames.CHUNK, 1, 2, 3));
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    frames(1, blob(key(0), 10)).forEach(next::frame);
    assertThat(bank.receive(key(0)).body()).hasSize(14);
  }

  @Test
  void repeated_otherBytesAfterALostLink_endSession() {
    deliver(blob(key(0), 100));
    inbound.lost(new PeerUnavailableException("Lost the link to party retailer"));
    FrameHandler next = letIn(bank);
    assertThatThrownBy(() -> frames(1, blob(key(0), 101)).forEach(next::frame))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Different bytes under one key");
  }

  @Test
  void close_sessionWithMessagesThatNobodyReceived_givesTheirRoomBack() {
    deliver(blob(key(0), 60_000));
    bank.close(SESSION);
    assertThat(bank.written).containsExactly(Frames.credit(1));
    bank.open(OLD_SESSION);
    deliver(blob(new MessageKey(OLD_SESSION, "1-talk", 1, RETAILER, BANK, 0), 60_000));
  }

  @Test
  void send_overALinkThatIsLost_isSentAgainInOrderOverTheNext() {
    FrameHandler first = bank.outbound(RETAILER, bank.wire());
    first.frame(Frames.welcome(RUN, LIMITS));
    for (int number = 0; number < 3; number++) {
      bank.send(blob(new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, number), number));
    }
    first.frame(Frames.credit(2));
    first.lost(new PeerUnavailableException("Lost the link to party retailer"));
    bank.written.clear();
    FrameHandler second = bank.outbound(RETAILER, bank.wire());
    second.frame(Frames.welcome(RUN, LIMITS));
    // A send may come before the thread that catches up: it does so itself.
    bank.send(blob(new MessageKey(SESSION, "1-talk", 1, BANK, RETAILER, 3), 3));
    List<Long> sequences = new ArrayList<>();
    for (ByteBuffer frame : List.copyOf(bank.written)) {
      ByteBuffer copy = frame.duplicate();
      if (Frames.kind(copy) == Frames.MESSAGE) {
        sequences.add(Frames.readHead(Frames.control(copy)).sequence());
      }
    }
    assertThat(sequences).containsExactly(1L, 3L, 4L);
    assertThat(bank.written.get(0)).isEqualTo(Frames.hail(bank.run()));
    // What the old link still says is not heard; a credit that comes twice is.
    first.frame(Frames.credit(77));
    second.frame(Frames.credit(1));
    second.frame(Frames.credit(1));
    assertThatThrownBy(() -> second.frame(Frames.credit(5)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Invalid credit");
  }

  @Test
  void welcome_withOtherRoomThanBefore_refused() {
    FrameHandler first = bank.outbound(RETAILER, bank.wire());
    first.frame(Frames.welcome(RUN, LIMITS));
    first.lost(new PeerUnavailableException("Lost the link to party retailer"));
    FrameHandler second = bank.outbound(RETAILER, bank.wire());
    assertThatThrownBy(() -> second.frame(Frames.welcome(RUN, ExchangeLimits.DEFAULT)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("grants other room");
  }

  @Test
  void abort_whileTheLinkIsAway_isToldOverTheNext() {
    FrameHandler first = bank.outbound(RETAILER, bank.wire());
    first.frame(Frames.welcome(RUN, LIMITS));
    first.lost(new PeerUnavailableException("Lost the link to party retailer"));
    bank.abort(SESSION, AbortCode.DATA, "");
    bank.written.clear();
    bank.outbound(RETAILER, bank.wire()).frame(Frames.welcome(RUN, LIMITS));
    assertThat(bank.written)
        .containsExactly(
            Frames.hail(bank.run()),
            Frames.abort(new Frames.Abort(SESSION, AbortCode.DATA.number(), "")));
  }
}

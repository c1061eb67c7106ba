// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Text;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Randomness;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.SessionMessage.Hello;
import io.heddle.session.SessionMessage.StepStart;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final SortedMap<String, String> NO_TERMS = new TreeMap<>();
  private static final SortedMap<String, String> TERMS =
      new TreeMap<>(
          Map.of("algorithm", "logistic", "paillier.key-bits", "2048", "tol", "1e-6", "z", ""));
  private static final Map<PartyId, String> ROLES =
      Map.of(BANK, "label-holder", RETAILER, "feature-holder");
  private static final SessionTerms AGREED = SessionTerms.of("train", ROLES, TERMS);

  /** How opening ends at each party; null where it went well. */
  private static Map<PartyId, Throwable> open(Map<PartyId, SessionTerms> terms) {
    SortedMap<PartyId, Exchange> exchanges =
        InMemoryExchange.network(terms.keySet(), Parties.codec(List.of()));
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    exchanges.forEach(
        (party, exchange) ->
            calls.put(
                party,
                () ->
                    catchThrowable(
                        () ->
                            Session.open(
                                    exchange,
                                    Objects.requireNonNull(terms.get(party)),
                                    Progress.NONE)
                                .finish())));
    return Parties.together(calls);
  }

  private static SessionTerms with(String key, String value) {
    SortedMap<String, String> terms = new TreeMap<>(TERMS);
    terms.put(key, value);
    return SessionTerms.of("train", ROLES, terms);
  }

  private static SessionTerms without(String key) {
    SortedMap<String, String> terms = new TreeMap<>(TERMS);
    terms.remove(key);
    return SessionTerms.of("train", ROLES, terms);
  }

  static Stream<Arguments> differences() {
    Stream<Arguments> changed =
        TERMS.keySet().stream().map(key -> Arguments.of(key, with(key, "77"), "77"));
    Stream<Arguments> missing =
        TERMS.keySet().stream().map(key -> Arguments.of(key, without(key), "no such term"));
    Stream<Arguments> rest =
        Stream.of(
            Arguments.of("extra", with("extra", "1"), "1"),
            Arguments.of("kind", SessionTerms.of("score", ROLES, TERMS), "score"),
            Arguments.of(
                "roles",
                SessionTerms.of(
                    "train", Map.of(BANK, "feature-holder", RETAILER, "label-holder"), TERMS),
                "retailer=label-holder"));
    return Stream.of(changed, missing, rest).flatMap(s -> s);
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("differences")
  void open_oneTermDiffers_bothNameTheKeyAndBothValues(
      String key, SessionTerms ofRetailer, String value) {
    Map<PartyId, Throwable> failures = open(Map.of(BANK, AGREED, RETAILER, ofRetailer));
    assertThat(failures.get(BANK))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("differ in " + key + ": bank has ")
        .hasMessageContaining(", retailer has ")
        .hasMessageContaining(value);
    assertThat(failures.get(RETAILER))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("differ in " + key + ": retailer has ")
        .hasMessageContaining(", bank has ")
        .hasMessageContaining(value);
  }

  @Test
  void open_oneOfThreeDiffers_allNameTheKey() {
    Map<PartyId, String> roles = new TreeMap<>(ROLES);
    roles.put(INSURER, "feature-holder");
    SessionTerms agreed = SessionTerms.of("train", roles, TERMS);
    SortedMap<String, String> other = new TreeMap<>(TERMS);
    other.put("tol", "1e-9");
    Map<PartyId, Throwable> failures =
        open(
            Map.of(
                BANK, agreed, INSURER, agreed, RETAILER, SessionTerms.of("train", roles, other)));
    assertThat(failures.values())
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("tol"));
  }

  @Test
  void open_belowOwnFloor_namesRuleAndFiguresAtBoth() {
    SortedMap<String, Long> floors = new TreeMap<>(Map.of("paillier.key-bits", 3072L));
    Map<PartyId, Throwable> failures =
        open(Map.of(BANK, AGREED, RETAILER, AGREED.withFloors(floors)));
    String words =
        "Session refused by a floor of retailer: paillier.key-bits must be at least 3072,"
            + " the job has 2048";
    assertThat(failures.get(RETAILER)).isInstanceOf(PrivacyException.class).hasMessage(words);
    assertThat(failures.get(BANK)).isInstanceOf(ProtocolException.class).hasMessage(words);
  }

  @Test
  void open_floorsThatHold_mayDiffer() {
    SortedMap<String, Long> low = new TreeMap<>(Map.of("paillier.key-bits", 2048L, "none", 9L));
    Map<PartyId, Throwable> failures = open(Map.of(BANK, AGREED, RETAILER, AGREED.withFloors(low)));
    assertThat(failures.get(BANK)).isNull();
    assertThat(failures.get(RETAILER)).isNull();
  }

  @Test
  void open_otherPartiesThanTheExchange_isTheCallersFault() {
    SortedMap<PartyId, Exchange> exchanges =
        InMemoryExchange.network(List.of(BANK, INSURER), Parties.codec(List.of()));
    assertThatThrownBy(
            () -> Session.open(Objects.requireNonNull(exchanges.get(BANK)), AGREED, Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[bank, retailer]")
        .hasMessageContaining("[bank, insurer]");
  }

  @Test
  void open_twiceOverOneExchange_givesFreshSessions() {
    SortedMap<PartyId, Exchange> exchanges =
        InMemoryExchange.network(ROLES.keySet(), Parties.codec(TestMessage.TYPES));
    Map<PartyId, Callable<List<String>>> calls = new TreeMap<>();
    exchanges.forEach(
        (party, exchange) ->
            calls.put(party, () -> List.of(talkAndFinish(exchange), talkAndFinish(exchange))));
    Map<PartyId, List<String>> ids = Parties.together(calls);
    List<String> ofBank = Objects.requireNonNull(ids.get(BANK));
    assertThat(ids.get(RETAILER)).isEqualTo(ofBank);
    assertThat(ofBank).doesNotHaveDuplicates();
  }

  private static String talkAndFinish(Exchange exchange) {
    try (Session session = Session.open(exchange, AGREED, Progress.NONE)) {
      Channel step = session.beginStep("talk", NO_TERMS);
      PartyId peer = session.peers().first();
      step.send(peer, new Text("hello"));
      step.receive(peer, Text.class);
      session.finish();
      return session.id();
    }
  }

  private static <R> List<R> run(Parties.Code<R> bank, Parties.Code<R> retailer) {
    return Parties.run(TestMessage.TYPES, BANK, bank, RETAILER, retailer);
  }

  @Test
  void beginStep_otherCallAtPeer_bothNameBoth() {
    assertThatThrownBy(
            () ->
                run(
                    session -> session.beginStep("fit", NO_TERMS).path(),
                    session -> session.beginStep("transform", NO_TERMS).path()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("step 1 'fit'")
        .hasMessageContaining("step 1 'transform'")
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .singleElement()
                    .isInstanceOf(ProtocolException.class)
                    .asString()
                    .contains("step 1 'fit'", "step 1 'transform'"));
  }

  @Test
  void beginStep_otherTerm_namesItAndBothValues() {
    assertThatThrownBy(
            () ->
                run(
                    session -> session.beginStep("fit", with("tol", "1").terms()).path(),
                    session -> session.beginStep("fit", with("tol", "2").terms()).path()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("The parties' terms of step 1 'fit' differ in tol: ")
        .hasMessageContaining("bank has 1")
        .hasMessageContaining("retailer has 2");
  }

  @Test
  void beginStep_peerFinishes_saysSo() {
    assertThatThrownBy(
            () -> run(session -> session.beginStep("fit", NO_TERMS).path(), session -> ""))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("finish");
  }

  @Test
  void beginStep_secondStep_hasItsOwnNumberAndCounts() {
    List<String> heard =
        run(
            session -> {
              session.beginStep("fit", NO_TERMS).send(RETAILER, new Text("one"));
              Channel second = session.beginStep("fit", NO_TERMS);
              second.send(RETAILER, new Text("two"));
              return second.path();
            },
            session -> {
              String one = session.beginStep("fit", NO_TERMS).receive(BANK, Text.class).text();
              Channel second = session.beginStep("fit", NO_TERMS);
              return one + second.receive(BANK, Text.class).text();
            });
    assertThat(heard).containsExactly("2-fit", "onetwo");
  }

  @Test
  void beginStep_afterTheSessionEnded_isTheCallersFault() {
    assertThatThrownBy(
            () ->
                run(
                    session -> {
                      session.finish();
                      return session.beginStep("fit", NO_TERMS).path();
                    },
                    session -> ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The session is finished");
  }

  private static byte[] bytes(Randomness randomness) {
    byte[] into = new byte[32];
    randomness.fill(0, into);
    return into;
  }

  @Test
  void privateRandomness_samePurpose_isRepeatableAndOwn() {
    Parties.Code<List<byte[]>> code =
        session ->
            List.of(
                bytes(session.privateRandomness("a")),
                bytes(session.privateRandomness("a")),
                bytes(session.privateRandomness("b")),
                bytes(session.privateRandomness("a", new byte[] {1})));
    List<List<byte[]>> both = run(code, code);
    List<byte[]> bank = both.get(0);
    assertThat(bank.get(0)).isEqualTo(bank.get(1)).isNotEqualTo(bank.get(2));
    assertThat(bank.get(0)).isNotEqualTo(bank.get(3)).isNotEqualTo(both.get(1).get(0));
  }

  @Test
  void open_pinnedTwice_hasTheSameIdAndRandomness() {
    List<List<String>> first = pinned("one", "nonce");
    assertThat(pinned("one", "nonce")).isEqualTo(first);
    List<List<String>> otherSecret = pinned("other", "nonce");
    List<List<String>> otherNonce = pinned("one", "other");
    for (int party = 0; party < 2; party++) {
      assertThat(otherSecret.get(party).get(0)).isEqualTo(first.get(party).get(0));
      assertThat(otherSecret.get(party).get(1)).isNotEqualTo(first.get(party).get(1));
      assertThat(otherNonce.get(party).get(0)).isNotEqualTo(first.get(party).get(0));
    }
    assertThat(first.get(0).get(0)).isEqualTo(first.get(1).get(0));
    assertThat(first.get(0).get(1)).isNotEqualTo(first.get(1).get(1));
  }

  /** Each party's session id and some of its own randomness. */
  private static List<List<String>> pinned(String secretSeed, String nonceSeed) {
    Parties.Code<List<String>> code =
        session ->
            List.of(
                session.id(), HexFormat.of().formatHex(bytes(session.privateRandomness("test"))));
    return List.copyOf(
        Parties.run(
                InMemoryExchange::network,
                List.of(),
                (exchange, terms) -> PinnedSession.open(exchange, terms, secretSeed, nonceSeed),
                Map.of(BANK, code, RETAILER, code))
            .values());
  }

  @Test
  void bindingSalt_samePurpose_isTheSameAtBothAndNewInEachSession() {
    Parties.Code<byte[]> code = session -> session.bindingSalt("psi");
    List<byte[]> first = run(code, code);
    List<byte[]> second = run(code, code);
    assertThat(first.get(0)).hasSize(32).isEqualTo(first.get(1)).isNotEqualTo(second.get(0));
  }

  @Test
  void traffic_wholeSession_countsAlikeOnBothSides() {
    List<Traffic> traffic =
        run(
            session -> {
              Channel step = session.beginStep("talk", NO_TERMS);
              step.send(RETAILER, new Text("x".repeat(500)));
              step.receive(RETAILER, Text.class);
              return session.traffic();
            },
            session -> {
              Channel step = session.beginStep("talk", NO_TERMS);
              step.receive(BANK, Text.class);
              step.send(BANK, new Text("y"));
              return session.traffic();
            });
    Traffic bank = traffic.get(0);
    Traffic retailer = traffic.get(1);
    assertThat(bank.bytesSent()).isEqualTo(retailer.bytesReceived());
    assertThat(bank.bytesReceived()).isEqualTo(retailer.bytesSent());
    assertThat(bank.bytesSent("talk")).isBetween(500L, 800L);
    assertThat(bank.lines())
        .filteredOn(line -> line.type() == Text.class)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.stepKind()).isEqualTo("talk");
              assertThat(line.messagesSent()).isOne();
              assertThat(line.messagesReceived()).isOne();
            });
    assertThat(bank.waited()).containsOnlyKeys(RETAILER);
  }

  @Test
  void toString_session_showsNoSecret() {
    List<String> texts =
        run(Session::toString, session -> session.toString() + session.id().substring(0, 8));
    assertThat(texts.get(0)).matches("session [0-9a-f]{8} of bank with \\[retailer]");
  }

  private static byte[] hello(SessionTerms terms) {
    WireWriter writer = new WireWriter();
    writer.writeInt(SessionMessages.VERSION);
    writer.writeRaw(new byte[32]);
    terms.write(writer);
    return writer.toByteArray();
  }

  private static byte[] hello(Map<String, String> roles, String key) {
    WireWriter writer = new WireWriter();
    writer.writeInt(SessionMessages.VERSION);
    writer.writeRaw(new byte[32]);
    writer.writeString("train");
    SessionTerms.writeMap(new TreeMap<>(roles), writer);
    SessionTerms.writeMap(new TreeMap<>(Map.of(key, "v")), writer);
    SessionTerms.writeMap(NO_TERMS, writer);
    return writer.toByteArray();
  }

  private static byte[] helloWithFloor(String floor) {
    WireWriter writer = new WireWriter();
    writer.writeInt(SessionMessages.VERSION);
    writer.writeRaw(new byte[32]);
    AGREED.writeAgreed(writer);
    SessionTerms.writeMap(new TreeMap<>(Map.of("some.key", floor)), writer);
    return writer.toByteArray();
  }

  @Test
  void decode_floorInItsOnlyForm_taken() {
    MessageCodec codec = new MessageCodec(SessionMessages.TYPES);
    byte[] body = helloWithFloor("-7");
    assertThat(codec.encode(codec.decode(1, body))).isEqualTo(body);
  }

  static Stream<Arguments> hostileHellos() {
    byte[] good = hello(AGREED);
    byte[] manyTerms = good.clone();
    // After version, nonce, kind and the two roles comes the number of terms.
    int at = 4 + 32 + (4 + 5) + 4 + (4 + 4 + 4 + 12) + (4 + 8 + 4 + 14);
    Arrays.fill(manyTerms, at, at + 4, (byte) 0x7f);
    return Stream.of(
        Arguments.of("empty", new byte[0]),
        Arguments.of("cut in the nonce", Arrays.copyOf(good, 20)),
        Arguments.of("cut in the terms", Arrays.copyOf(good, good.length - 1)),
        Arguments.of("too long", Arrays.copyOf(good, good.length + 1)),
        Arguments.of("two billion terms", manyTerms),
        Arguments.of("one party", hello(Map.of("bank", "x"), "a")),
        Arguments.of("bad party name", hello(Map.of("bank", "x", "Ann Smith", "y"), "a")),
        Arguments.of("bell in a key", hello(Map.of("bank", "x", "shop", "y"), "a\u0007")),
        Arguments.of("escape in a role", hello(Map.of("bank", "\u001b[2J", "shop", "y"), "a")),
        Arguments.of("C1 control in a key", hello(Map.of("bank", "x", "shop", "y"), "\u009b2J")),
        Arguments.of("floor with a leading zero", helloWithFloor("07")),
        Arguments.of("floor of minus zero", helloWithFloor("-0")),
        Arguments.of("long key", hello(Map.of("bank", "x", "shop", "y"), "k".repeat(129))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileHellos")
  void decode_hostileHello_refused(String what, byte[] body) {
    MessageCodec codec = new MessageCodec(SessionMessages.TYPES);
    assertThatThrownBy(() -> codec.decode(1, body)).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u001b[2J", "a\nb", "\u007f", "\u009b2J"})
  void terms_controlCharacters_areTheCallersFault(String text) {
    assertThatThrownBy(() -> with("job.name", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid term job.name: key and value must have no control characters");
    assertThatThrownBy(() -> with(text, "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContainPattern("\\p{Cc}");
    assertThatThrownBy(() -> SessionTerms.of("train", Map.of(BANK, text, RETAILER, "x"), TERMS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void decode_stepStartWithControlCharacters_refused() {
    MessageCodec codec = new MessageCodec(SessionMessages.TYPES);
    byte[] body = codec.encode(new StepStart(1, "fit\u001b[2J", NO_TERMS));
    assertThatThrownBy(() -> codec.decode(10, body))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("control characters");
  }

  @Test
  void decode_helloOfAnotherVersion_keepsTheVersion() {
    byte[] body = hello(AGREED);
    body[3] = 9;
    Hello hello = (Hello) new MessageCodec(SessionMessages.TYPES).decode(1, body);
    assertThat(hello.version()).isEqualTo(9);
    assertThat(hello.terms()).isNull();
  }

  @Test
  void read_whatTermsWrote_equal() {
    SessionTerms terms = AGREED.withFloors(new TreeMap<>(Map.of("paillier.key-bits", 2048L)));
    WireWriter writer = new WireWriter();
    terms.write(writer);
    assertThat(SessionTerms.read(new WireReader(writer.toByteArray()))).isEqualTo(terms);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a process may do whose certificate a party has signed, and which certificates count. */
class DataWorkerTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final TestIdentity STRANGER_ID = TestIdentity.generate();
  private static final TestIdentity EXPIRED_ID =
      TestIdentity.generate(Duration.ofDays(-2), Duration.ofDays(-1));
  private static final String SESSION = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);
  private static final String URI = Holder.SESSION_URI + SESSION;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration BEFORE = HOUR.negated();
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(3));
  private static final byte[] BODY = {1, 2, 3};

  private final List<AutoCloseable> opened = new ArrayList<>();
  private BlobStore store = BlobStore.temporary(1 << 20);
  private int port;

  @BeforeEach
  void open() {
    store.open(SESSION);
    store.open(OTHER);
    DataServer server =
        new DataServer(
            pins(BANK, BANK_ID, List.of(BANK_ID.certificate())),
            NettyNetwork.HOST,
            0,
            false,
            store,
            TIMEOUTS);
    opened.add(server);
    port = server.port();
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    store.close();
  }

  private static DataPins pins(PartyId party, TestIdentity identity, List<X509Certificate> chain) {
    return new DataPins(
        party,
        identity.key(),
        chain,
        Map.of(
            BANK,
            BANK_ID.fingerprint(),
            RETAILER,
            RETAILER_ID.fingerprint(),
            new PartyId("expired"),
            EXPIRED_ID.fingerprint()));
  }

  private DataClient client(PartyId party, TestIdentity worker, TestIdentity... signers) {
    List<X509Certificate> chain = new ArrayList<>(List.of(worker.certificate()));
    for (TestIdentity signer : signers) {
      chain.add(signer.certificate());
    }
    DataDialler dialler = new DataDialler(pins(party, worker, chain), TIMEOUTS);
    opened.add(dialler);
    return new DataClient(dialler, BANK, NettyNetwork.HOST, port, Route.DIRECT);
  }

  @Test
  void worker_ofTheParty_getsAndPutsInItsSession() {
    DataClient own = client(BANK, BANK_ID.worker(BEFORE, HOUR, URI), BANK_ID);
    DataClient peer = client(RETAILER, RETAILER_ID.worker(BEFORE, HOUR, URI), RETAILER_ID);
    byte[] digest = peer.put(SESSION, BODY, NettyNetwork::goOn);
    assertThat(own.get(SESSION, digest, 10, NettyNetwork::goOn)).isEqualTo(BODY);
    assertThatThrownBy(() -> peer.get(SESSION, digest, 10, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("does not give it to this party");
  }

  @Test
  void worker_ofTheParty_tellsNothingOfSessions() {
    DataClient own = client(BANK, BANK_ID.worker(BEFORE, HOUR, URI), BANK_ID);
    byte[] digest = own.put(SESSION, BODY, NettyNetwork::goOn);
    for (Runnable request :
        List.<Runnable>of(
            () -> own.open(SESSION, NettyNetwork::goOn),
            () -> own.close(SESSION, NettyNetwork::goOn),
            () -> own.drop(SESSION, List.of(digest), NettyNetwork::goOn))) {
      assertThatThrownBy(request::run)
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("does not give it to this party");
    }
    assertThat(store.has(SESSION, digest)).isTrue();
  }

  @Test
  void worker_inAnotherSession_isRefused() {
    DataClient own = client(BANK, BANK_ID.worker(BEFORE, HOUR, URI), BANK_ID);
    byte[] digest = client(BANK, BANK_ID).put(OTHER, BODY, NettyNetwork::goOn);
    assertThatThrownBy(() -> own.put(OTHER, new byte[] {4}, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> own.get(OTHER, digest, 10, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class);
    assertThat(store.has(OTHER, Sha256.of(new byte[] {4}))).isFalse();
  }

  static Stream<Arguments> refused() {
    TestIdentity good = BANK_ID.worker(BEFORE, HOUR, URI);
    return Stream.of(
        Arguments.of("without its signer", good, List.of()),
        Arguments.of("beside another signer", good, List.of(RETAILER_ID)),
        Arguments.of("beside a stranger", good, List.of(STRANGER_ID)),
        Arguments.of("beside two", good, List.of(BANK_ID, RETAILER_ID)),
        Arguments.of(
            "signed by a stranger", STRANGER_ID.worker(BEFORE, HOUR, URI), List.of(STRANGER_ID)),
        Arguments.of(
            "signed by a stranger, beside the bank",
            STRANGER_ID.worker(BEFORE, HOUR, URI),
            List.of(BANK_ID)),
        Arguments.of("signed by a worker", good.worker(BEFORE, HOUR, URI), List.of(good)),
        Arguments.of(
            "of a party whose certificate has expired",
            EXPIRED_ID.worker(BEFORE, HOUR, URI),
            List.of(EXPIRED_ID)),
        Arguments.of(
            "expired", BANK_ID.worker(Duration.ofHours(-2), BEFORE, URI), List.of(BANK_ID)),
        Arguments.of(
            "not yet valid", BANK_ID.worker(HOUR, Duration.ofHours(2), URI), List.of(BANK_ID)),
        Arguments.of(
            "valid for too long",
            BANK_ID.worker(BEFORE, Duration.ofHours(25), URI),
            List.of(BANK_ID)),
        Arguments.of("for no session", BANK_ID.worker(BEFORE, HOUR), List.of(BANK_ID)),
        Arguments.of(
            "for two sessions",
            BANK_ID.worker(BEFORE, HOUR, URI, Holder.SESSION_URI + OTHER),
            List.of(BANK_ID)),
        Arguments.of(
            "for something else",
            BANK_ID.worker(BEFORE, HOUR, "https://example.org/" + SESSION),
            List.of(BANK_ID)),
        Arguments.of(
            "for a session cut short",
            BANK_ID.worker(BEFORE, HOUR, URI.substring(0, URI.length() - 1)),
            List.of(BANK_ID)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void worker_thatDoesNotCount_getsNowhere(
      String what, TestIdentity worker, List<TestIdentity> signers) {
    DataClient client = client(BANK, worker, signers.toArray(TestIdentity[]::new));
    assertThatThrownBy(() -> client.put(SESSION, BODY, NettyNetwork::goOn))
        .as(what)
        .isInstanceOf(PeerIdentityException.class)
        .hasMessageContaining("certificate_unknown");
    assertThat(store.usedBytes()).isZero();
  }
}

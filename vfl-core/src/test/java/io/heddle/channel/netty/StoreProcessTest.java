// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.checkpoint.BlobStore;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.config.Address;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.VflException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionTerms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that are kept, of a party whose blobs go to processes of its own. */
@Tag("waiting")
class StoreProcessTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final MessageCodec CODEC = Parties.codec(TestMessage.TYPES);
  private static final SessionTerms TERMS =
      SessionTerms.of("stores", Map.of(BANK, "reader", RETAILER, "writer"), new TreeMap<>());
  private static final byte[] BODY = new byte[5000];
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1));

  private final Path directory;
  private final Map<PartyId, TestIdentity> identities =
      Map.of(BANK, TestIdentity.generate(), RETAILER, TestIdentity.generate());
  private final Map<PartyId, Integer> ports =
      Map.of(BANK, NettyNetwork.freePort(), RETAILER, NettyNetwork.freePort());
  private final List<Address> places =
      List.of(
          new Address(NettyNetwork.HOST, NettyNetwork.freePort()),
          new Address(NettyNetwork.HOST, NettyNetwork.freePort()));
  private final List<BlobStore> stores = new ArrayList<>();
  private final List<@Nullable DataServer> servers = new ArrayList<>();

  StoreProcessTest(@TempDir Path directory) {
    this.directory = directory;
    for (int i = 0; i < places.size(); i++) {
      stores.add(
          BlobStore.shared(directory, "exchange-" + i, Sha256.of(new byte[] {(byte) i}), 1 << 20));
      servers.add(server(i));
    }
  }

  private DataServer server(int number) {
    TestIdentity own = identity(BANK);
    Map<PartyId, String> fingerprints = new TreeMap<>();
    identities.forEach((party, identity) -> fingerprints.put(party, identity.fingerprint()));
    return new DataServer(
        new DataPins(BANK, own.key(), List.of(own.certificate()), fingerprints),
        NettyNetwork.HOST,
        places.get(number).port(),
        false,
        stores.get(number),
        TIMEOUTS);
  }

  private void stop(int number) {
    DataServer server = servers.set(number, null);
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void close() {
    for (int i = 0; i < places.size(); i++) {
      stop(i);
      stores.get(i).close();
    }
  }

  private TestIdentity identity(PartyId party) {
    return Objects.requireNonNull(identities.get(party));
  }

  /** What a party does in a session. */
  private interface Role {
    void run(Session session, Channel step, Blobs blobs);
  }

  private SessionLog log(PartyId self) {
    CheckpointStore store =
        CheckpointStore.open(
            directory.resolve(self.name()),
            Identity.of(identity(self).key(), identity(self).certificate()),
            self.name().getBytes(UTF_8));
    return SessionLog.open(store, TERMS, CODEC, new byte[0]);
  }

  private NettyExchange open(PartyId self, SessionLog log, int port) {
    PartyId peer = self.equals(BANK) ? RETAILER : BANK;
    return NettyExchange.builder(self, CODEC)
        .identity(identity(self).key(), List.of(identity(self).certificate()))
        .listen(NettyNetwork.HOST, port)
        .timeouts(TIMEOUTS)
        .start(log.start())
        .peer(
            peer,
            NettyNetwork.HOST,
            Objects.requireNonNull(ports.get(peer)),
            identity(peer).fingerprint())
        .store(log.blobs(1 << 20))
        .exchanges(BANK, places)
        .open();
  }

  private static byte[] some(PrivateRandomness randomness) {
    byte[] bytes = new byte[32];
    randomness.derive("some", new byte[] {1}).fill(0, bytes);
    return bytes;
  }

  /** One party's session, from its opening or from where it was broken off. */
  private @Nullable VflException run(PartyId self, Role role) {
    try (SessionLog log = log(self);
        NettyExchange exchange = open(self, log, Objects.requireNonNull(ports.get(self)));
        Session session = Session.open(exchange, log, Progress.NONE)) {
      // What was made ready before the peer was there is of use now.
      assertThat(some(session::privateRandomness)).isEqualTo(some(log::privateRandomness));
      try {
        role.run(
            session,
            session.beginStep("carry", new TreeMap<>()),
            Objects.requireNonNull(exchange.blobs(session.id())));
        session.finish();
        session.leave();
        return null;
      } catch (VflException e) {
        session.fail(e);
        return e;
      }
    } catch (VflException e) {
      return e;
    }
  }

  private Map<PartyId, @Nullable VflException> run(Role bank, Role retailer) {
    Map<PartyId, Callable<List<@Nullable VflException>>> calls = new TreeMap<>();
    calls.put(BANK, () -> Collections.singletonList(run(BANK, bank)));
    calls.put(RETAILER, () -> Collections.singletonList(run(RETAILER, retailer)));
    Map<PartyId, @Nullable VflException> ends = new TreeMap<>();
    Parties.together(calls).forEach((party, end) -> ends.put(party, end.get(0)));
    return ends;
  }

  private static void write(Session session, Channel step, Blobs blobs) {
    step.send(BANK, new Blob(blobs.put(BANK, BODY)));
  }

  private void read(Session session, Channel step, Blobs blobs) {
    byte[] digest = step.receive(RETAILER, Blob.class).bytes();
    assertThat(stores).anyMatch(store -> store.usedBytes() > 0);
    assertThat(blobs.get(digest, BODY.length)).isEqualTo(BODY);
  }

  private void assertNothingIsLeft() {
    assertThat(stores).allMatch(store -> store.usedBytes() == 0);
    for (int i = 0; i < places.size(); i++) {
      assertThat(directory.resolve("exchange-" + i + "/blobs")).isEmptyDirectory();
    }
  }

  @Test
  void session_finished_leavesNothingAtTheProcesses() {
    assertThat(run(this::read, StoreProcessTest::write).values()).containsOnlyNulls();
    assertNothingIsLeft();
  }

  @Test
  void session_failedForGood_leavesNothingAtTheProcesses() {
    Map<PartyId, @Nullable VflException> ends =
        run(
            (session, step, blobs) -> {
              Blob unused = step.receive(RETAILER, Blob.class);
              assertThat(stores).anyMatch(store -> store.usedBytes() > 0);
              throw new ConfigurationException("This one cannot be mended");
            },
            StoreProcessTest::write);
    assertThat(ends.get(BANK)).isInstanceOf(ConfigurationException.class);
    assertNothingIsLeft();
  }

  @Test
  void session_goneOnWith_findsWhatWasPutBefore() {
    Map<PartyId, @Nullable VflException> broken =
        run(
            (session, step, blobs) -> {
              Blob unused = step.receive(RETAILER, Blob.class);
              throw new PeerUnavailableException("As if a link were lost");
            },
            StoreProcessTest::write);
    assertThat(broken.get(BANK)).isInstanceOf(PeerUnavailableException.class);
    assertThat(stores).anyMatch(store -> store.usedBytes() > 0);

    Map<PartyId, @Nullable VflException> ends = run(this::read, StoreProcessTest::write);
    assertThat(ends.values()).containsOnlyNulls();
    assertNothingIsLeft();
  }

  @Test
  void session_processIsAwayAtTheOpening_endsAndNamesIt() {
    stop(1);
    Map<PartyId, @Nullable VflException> ends =
        run((session, step, blobs) -> {}, (session, step, blobs) -> {});
    assertThat(ends.get(BANK))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("The store of party bank at " + places.get(1))
        .hasMessageContaining("cannot be reached");
    assertThat(ends.get(RETAILER)).isNotNull();
    assertThat(directory.resolve("exchange-0/blobs")).isEmptyDirectory();
  }

  @Test
  void session_processIsAwayAtTheEnd_isFinishedAllTheSame() {
    Map<PartyId, @Nullable VflException> ends =
        run(
            (session, step, blobs) -> {
              byte[] digest = step.receive(RETAILER, Blob.class).bytes();
              assertThat(blobs.get(digest, BODY.length)).isEqualTo(BODY);
              stop(0);
              stop(1);
              step.dropBlobs(List.of(digest));
            },
            StoreProcessTest::write);
    assertThat(ends.values()).containsOnlyNulls();
    assertThat(stores).anyMatch(store -> store.usedBytes() > 0);
    assertThat(stores.get(0).forget(Duration.ZERO) + stores.get(1).forget(Duration.ZERO))
        .isEqualTo(2);
    assertNothingIsLeft();
  }

  @Test
  void open_portInUse_endsAndNamesIt() {
    try (SessionLog log = log(BANK)) {
      assertThatThrownBy(() -> open(BANK, log, places.get(0).port()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("Cannot listen on");
    }
  }
}

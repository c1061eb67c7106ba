// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.crypto.Sha256;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large messages beside the links, over real sockets. */
class DataLinkTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final TestIdentity STRANGER_ID = TestIdentity.generate();
  private static final String SESSION = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);
  private static final int MAX = BlobStore.MAX_BYTES;
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20));

  private final Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();

  DataLinkTest(@TempDir Path temporary) {
    directory = temporary.resolve("blobs");
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closing(T one) {
    opened.add(one);
    return one;
  }

  private static DataPins pins(PartyId party, TestIdentity identity) {
    return new DataPins(
        party,
        identity.key(),
        List.of(identity.certificate()),
        Map.of(BANK, BANK_ID.fingerprint(), RETAILER, RETAILER_ID.fingerprint()));
  }

  /** The bank's store with one open session. */
  private BlobStore store(long quotaBytes) {
    BlobStore store = closing(BlobStore.open(directory, Sha256.of(new byte[] {1}), quotaBytes));
    store.open(SESSION);
    return store;
  }

  private DataServer server(BlobStore store, int port) {
    return closing(
        new DataServer(pins(BANK, BANK_ID), NettyNetwork.HOST, port, false, store, TIMEOUTS));
  }

  private DataClient client(PartyId party, TestIdentity identity, int port) {
    return client(party, identity, port, TIMEOUTS);
  }

  private DataClient client(
      PartyId party, TestIdentity identity, int port, ExchangeTimeouts timeouts) {
    return new DataClient(
        closing(new DataDialler(pins(party, identity), timeouts)),
        BANK,
        NettyNetwork.HOST,
        port,
        Route.DIRECT);
  }

  private static byte[] body(int seed, int length) {
    byte[] body = new byte[length];
    new Random(seed).nextBytes(body);
    return body;
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).count();
    } catch (UncheckedIOException e) {
      // One has gone while they were counted.
      return files();
    }
  }

  /** Until nothing of an upload that broke off is left; a test that waits in vain fails. */
  private void awaitFiles(long count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (files() != count) {
      assertThat(System.nanoTime()).as("files: %d", files()).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  @Test
  void put_anyLength_ownPartyGetsIt() {
    DataServer server = server(store(64 << 20), 0);
    DataClient peer = client(RETAILER, RETAILER_ID, server.port());
    DataClient own = client(BANK, BANK_ID, server.port());
    for (int length :
        new int[] {0, 1, DataFrames.PIECE_BYTES, DataFrames.PIECE_BYTES + 1, 5 << 20}) {
      byte[] body = body(length, length);
      byte[] digest = peer.put(SESSION, body, NettyNetwork::goOn);
      assertThat(digest).isEqualTo(Sha256.of(body));
      assertThat(own.get(SESSION, digest, length, NettyNetwork::goOn)).isEqualTo(body);
      // A task that runs twice.
      assertThat(peer.put(SESSION, body, NettyNetwork::goOn)).isEqualTo(digest);
      assertThat(own.get(SESSION, digest, length, NettyNetwork::goOn)).isEqualTo(body);
    }
  }

  @Test
  void get_ofAPeer_isRefused() {
    DataServer server = server(store(1 << 20), 0);
    DataClient peer = client(RETAILER, RETAILER_ID, server.port());
    byte[] own =
        client(BANK, BANK_ID, server.port()).put(SESSION, body(1, 1000), NettyNetwork::goOn);
    byte[] theirs = peer.put(SESSION, body(2, 1000), NettyNetwork::goOn);
    for (byte[] digest : List.of(own, theirs)) {
      assertThatThrownBy(() -> peer.get(SESSION, digest, MAX, NettyNetwork::goOn))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("The store of party bank does not give it to this party");
    }
  }

  @Test
  void request_sessionNotOpenOrBlobAbsent_isRefusedAndTheLinkGoesOn() {
    DataServer server = server(store(1 << 20), 0);
    DataClient own = client(BANK, BANK_ID, server.port());
    assertThatThrownBy(() -> own.put(OTHER, body(1, 600_000), NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("does not know the session");
    assertThatThrownBy(() -> own.get(OTHER, new byte[32], MAX, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("does not know the session");
    assertThatThrownBy(() -> own.get(SESSION, new byte[32], MAX, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("has no such blob");
    byte[] digest = own.put(SESSION, body(2, 600_000), NettyNetwork::goOn);
    assertThatThrownBy(() -> own.get(SESSION, digest, 599_999, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("must be at most 599999");
    assertThat(own.get(SESSION, digest, 600_000, NettyNetwork::goOn)).isEqualTo(body(2, 600_000));
  }

  @Test
  void put_noRoom_waitsForIt() throws Exception {
    BlobStore store = store(1 << 20);
    DataServer server = server(store, 0);
    DataClient peer = client(RETAILER, RETAILER_ID, server.port());
    byte[] first = peer.put(SESSION, body(1, 700_000), NettyNetwork::goOn);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<byte[]> second =
          pool.submit(() -> peer.put(SESSION, body(2, 700_000), NettyNetwork::goOn));
      Thread.sleep(300);
      assertThat(second.isDone()).isFalse();
      store.drop(SESSION, List.of(first));
      assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(Sha256.of(body(2, 700_000)));
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void put_neverAnyRoom_endsAndNamesIt() {
    DataServer server = server(store(1000), 0);
    ExchangeTimeouts impatient =
        new ExchangeTimeouts(
            TIMEOUTS.connect(),
            TIMEOUTS.handshake(),
            TIMEOUTS.idle(),
            Duration.ofSeconds(1),
            TIMEOUTS.reconnect());
    DataClient peer = client(RETAILER, RETAILER_ID, server.port(), impatient);
    assertThatThrownBy(() -> peer.put(SESSION, body(1, 2000), NettyNetwork::goOn))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("The store of party bank has no room, after 1 s");
  }

  @Test
  void put_serverStartedAgain_goesOn() throws Exception {
    BlobStore store = store(64 << 20);
    DataServer first = server(store, 0);
    int port = first.port();
    DataClient peer = client(RETAILER, RETAILER_ID, port);
    byte[] before = peer.put(SESSION, body(1, 300_000), NettyNetwork::goOn);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      first.close();
      Future<byte[]> after =
          pool.submit(() -> peer.put(SESSION, body(2, 300_000), NettyNetwork::goOn));
      Thread.sleep(200);
      server(store, port);
      byte[] digest = after.get(20, TimeUnit.SECONDS);
      DataClient own = client(BANK, BANK_ID, port);
      assertThat(own.get(SESSION, before, MAX, NettyNetwork::goOn)).isEqualTo(body(1, 300_000));
      assertThat(own.get(SESSION, digest, MAX, NettyNetwork::goOn)).isEqualTo(body(2, 300_000));
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void put_manyAtOnceAndTheSame_allAreThere() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      List<Callable<byte[]>> tasks = new ArrayList<>();
      for (int task = 0; task < 24; task++) {
        // Every blob by two tasks.
        int seed = task % 12;
        DataClient peer = client(RETAILER, RETAILER_ID, server.port());
        tasks.add(() -> peer.put(SESSION, body(seed, 200_000 + seed), NettyNetwork::goOn));
      }
      DataClient own = client(BANK, BANK_ID, server.port());
      int seed = 0;
      for (Future<byte[]> done : pool.invokeAll(tasks)) {
        byte[] expected = body(seed % 12, 200_000 + seed % 12);
        assertThat(own.get(SESSION, done.get(), MAX, NettyNetwork::goOn)).isEqualTo(expected);
        seed++;
      }
      assertThat(files()).isEqualTo(12);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void request_fromManyThreadsOverOneWay_eachHasItsOwnAnswer() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    DataClient own = client(BANK, BANK_ID, server.port());
    ExecutorService pool = Executors.newFixedThreadPool(2 * DataClient.MAX_LINKS);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int task = 0; task < 32; task++) {
        byte[] body = body(task, 100_000 + 40_000 * task);
        boolean refused = task % 5 == 0;
        tasks.add(
            () -> {
              if (refused) {
                assertThatThrownBy(() -> own.put(OTHER, body, NettyNetwork::goOn))
                    .hasMessageContaining("does not know the session");
              } else {
                byte[] digest = own.put(SESSION, body, NettyNetwork::goOn);
                assertThat(own.get(SESSION, digest, body.length, NettyNetwork::goOn))
                    .isEqualTo(body);
              }
              return true;
            });
      }
      for (Future<Boolean> done : pool.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
      assertThat(files()).isEqualTo(25);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void put_fromManyThreadsAndServerStartedAgain_allAreThere() throws Exception {
    BlobStore store = store(256 << 20);
    DataServer first = server(store, 0);
    int port = first.port();
    DataClient peer = client(RETAILER, RETAILER_ID, port);
    ExecutorService pool = Executors.newFixedThreadPool(DataClient.MAX_LINKS);
    try {
      List<Future<byte[]>> tasks = new ArrayList<>();
      for (int task = 0; task < 24; task++) {
        byte[] body = body(task, 4_000_000);
        tasks.add(pool.submit(() -> peer.put(SESSION, body, NettyNetwork::goOn)));
      }
      // Some are under way now.
      assertThat(tasks.get(0).get(20, TimeUnit.SECONDS)).isNotNull();
      first.close();
      server(store, port);
      DataClient own = client(BANK, BANK_ID, port);
      for (int task = 0; task < tasks.size(); task++) {
        byte[] digest = tasks.get(task).get(60, TimeUnit.SECONDS);
        assertThat(own.get(SESSION, digest, MAX, NettyNetwork::goOn))
            .isEqualTo(body(task, 4_000_000));
      }
      awaitFiles(24);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void put_inPiecesOfAnyLength_isTaken() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    DataClient own = client(BANK, BANK_ID, server.port());
    byte[] body = body(1, 3_500_000);
    try (RawPeer peer = dial(server.port())) {
      send(peer, DataFrames.put(new DataFrames.Name(SESSION, Sha256.of(body)), body.length));
      int[] lengths = {1, 5, 4096, 16_379, 16_384, 100_000, DataFrames.PIECE_BYTES};
      int from = 0;
      for (int piece = 0; from < body.length; piece++) {
        int length = Math.min(lengths[piece % lengths.length], body.length - from);
        send(peer, piece(body, from, length));
        from += length;
      }
      assertThat(peer.readFrame()).isEqualTo(DataFrames.stored().array());
    }
    assertThat(own.get(SESSION, Sha256.of(body), MAX, NettyNetwork::goOn)).isEqualTo(body);
  }

  @Test
  void dial_unknownKey_getsNowhere() throws Exception {
    DataServer server = server(store(1 << 20), 0);
    assertThatThrownBy(
            () ->
                client(RETAILER, STRANGER_ID, server.port())
                    .put(SESSION, body(1, 100), NettyNetwork::goOn))
        .isInstanceOf(PeerIdentityException.class)
        .hasMessageContaining("bank")
        .hasMessageContaining("certificate_unknown");
    assertThat(files()).isZero();
  }

  @Test
  void dial_storeOfSomebodyElse_getsNotAByte() {
    BlobStore store = store(1 << 20);
    DataServer impostor =
        closing(
            new DataServer(pins(BANK, STRANGER_ID), NettyNetwork.HOST, 0, false, store, TIMEOUTS));
    assertThatThrownBy(
            () ->
                client(RETAILER, RETAILER_ID, impostor.port())
                    .put(SESSION, body(1, 100), NettyNetwork::goOn))
        .isInstanceOf(PeerIdentityException.class)
        .hasMessageContaining("The public key has the fingerprint " + STRANGER_ID.fingerprint());
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void tell_ownParty_opensDropsAndCloses() {
    BlobStore store = store(64 << 20);
    DataServer server = server(store, 0);
    DataClient own = client(BANK, BANK_ID, server.port());
    DataClient peer = client(RETAILER, RETAILER_ID, server.port());

    own.open(OTHER, NettyNetwork::goOn);
    own.open(OTHER, NettyNetwork::goOn);
    List<byte[]> digests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      digests.add(peer.put(OTHER, body(i, 10), NettyNetwork::goOn));
    }
    // Between the third and the fourth there are more that never were there than one frame names.
    for (int i = 0; i < DataFrames.MAX_DROPPED; i++) {
      digests.add(3, Sha256.of(body(i, 20)));
    }
    own.drop(OTHER, digests.subList(1, digests.size()), NettyNetwork::goOn);
    assertThat(own.find(OTHER, digests.get(0), MAX, NettyNetwork::goOn)).isEqualTo(body(0, 10));
    assertThat(digests.subList(1, digests.size())).noneMatch(digest -> store.has(OTHER, digest));
    own.close(OTHER, NettyNetwork::goOn);
    assertThat(store.isOpen(OTHER)).isFalse();
    assertThat(store.usedBytes()).isZero();
    own.close(OTHER, NettyNetwork::goOn);
  }

  @Test
  void tell_peer_isRefused() {
    BlobStore store = store(64 << 20);
    DataServer server = server(store, 0);
    DataClient peer = client(RETAILER, RETAILER_ID, server.port());
    byte[] digest = peer.put(SESSION, body(1, 10), NettyNetwork::goOn);

    for (Runnable request :
        List.<Runnable>of(
            () -> peer.open(OTHER, NettyNetwork::goOn),
            () -> peer.close(SESSION, NettyNetwork::goOn),
            () -> peer.drop(SESSION, List.of(digest), NettyNetwork::goOn))) {
      assertThatThrownBy(request::run)
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("does not give it to this party");
    }
    assertThat(store.isOpen(OTHER)).isFalse();
    assertThat(store.has(SESSION, digest)).isTrue();
  }

  /** What a peer with the right key may send that no client does. */
  private static Map<String, ByteBuffer> violations() {
    DataFrames.Name name = new DataFrames.Name(SESSION, new byte[32]);
    return Map.ofEntries(
        Map.entry("no kind", ByteBuffer.allocate(0)),
        Map.entry("unknown kind", ByteBuffer.wrap(new byte[] {99})),
        Map.entry("a link's welcome", ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 4})),
        Map.entry("an answer", DataFrames.stored()),
        Map.entry("found", DataFrames.found(10)),
        Map.entry("refused", DataFrames.refused(DataFrames.Refusal.ROOM)),
        Map.entry("a piece of no blob", piece(new byte[10], 0, 10)),
        Map.entry("a negative length", DataFrames.put(name, -1)),
        Map.entry("a length beyond all", DataFrames.put(name, Integer.MAX_VALUE)),
        Map.entry("a name cut short", ByteBuffer.wrap(new byte[] {DataFrames.GET, 1, 2})),
        Map.entry("a session cut short", ByteBuffer.wrap(new byte[] {DataFrames.OPEN, 1, 2})),
        Map.entry("half a digest", half(DataFrames.drop(SESSION, List.of(new byte[32])))),
        Map.entry(
            "too many digests",
            DataFrames.drop(
                SESSION, Collections.nCopies(1 + DataFrames.MAX_DROPPED, new byte[32]))),
        Map.entry("done", DataFrames.done()),
        Map.entry("a long request", ByteBuffer.wrap(longRequest())));
  }

  private static ByteBuffer half(ByteBuffer frame) {
    return frame.limit(frame.limit() - 16);
  }

  private static ByteBuffer piece(byte[] body, int offset, int length) {
    return ByteBuffer.allocate(1 + length).put(DataFrames.PIECE).put(body, offset, length).flip();
  }

  private static byte[] longRequest() {
    byte[] frame = new byte[2000];
    frame[0] = DataFrames.GET;
    return frame;
  }

  private static RawPeer dial(int port) throws Exception {
    RawPeer peer = RawPeer.dial(port, RETAILER_ID, "TLSv1.3", Tls.DATA);
    assertThat(peer.readFrame()).isEqualTo(DataFrames.ready().array());
    return peer;
  }

  private static void send(RawPeer peer, ByteBuffer frame) throws IOException {
    byte[] bytes = new byte[4 + frame.remaining()];
    ByteBuffer.wrap(bytes).putInt(frame.remaining()).put(frame);
    peer.write(bytes);
  }

  @Test
  void link_frameThatIsNotAllowed_isClosedAndOthersGoOn() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    DataClient own = client(BANK, BANK_ID, server.port());
    for (Map.Entry<String, ByteBuffer> violation : violations().entrySet()) {
      try (RawPeer peer = dial(server.port())) {
        send(peer, violation.getValue());
        assertThat(peer.read()).as(violation.getKey()).isEqualTo(-1);
      }
      byte[] body = body(violation.getKey().hashCode(), 1000);
      assertThat(
              own.get(SESSION, own.put(SESSION, body, NettyNetwork::goOn), MAX, NettyNetwork::goOn))
          .isEqualTo(body);
    }
  }

  @Test
  void link_frameLongerThanAStoreTakes_isClosedBeforeItIsThere() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    for (int length : new int[] {DataFrames.MAX_FRAME_BYTES + 1, 2 << 20, Integer.MAX_VALUE, -1}) {
      try (RawPeer peer = dial(server.port())) {
        peer.write(ByteBuffer.allocate(4).putInt(length).array());
        assertThat(peer.read()).as("%d bytes", length).isEqualTo(-1);
      }
    }
  }

  @Test
  void link_requestOrTooMuchWithinABlob_isClosedAndNothingIsKept() throws Exception {
    DataServer server = server(store(64 << 20), 0);
    DataFrames.Name name = new DataFrames.Name(SESSION, Sha256.of(body(1, 1000)));
    List<ByteBuffer> second =
        List.of(
            DataFrames.get(name),
            DataFrames.put(name, 10),
            piece(body(1, 1000), 0, 1000),
            piece(new byte[0], 0, 0));
    for (ByteBuffer frame : second) {
      try (RawPeer peer = dial(server.port())) {
        send(peer, DataFrames.put(name, 1000));
        send(peer, piece(body(1, 1000), 0, 10));
        send(peer, frame);
        assertThat(peer.read()).isEqualTo(-1);
      }
      awaitFiles(0);
    }
  }

  @Test
  void link_anotherBlobThanAnnounced_isClosedAndNothingIsKept() throws Exception {
    BlobStore store = store(64 << 20);
    DataServer server = server(store, 0);
    try (RawPeer peer = dial(server.port())) {
      send(peer, DataFrames.put(new DataFrames.Name(SESSION, Sha256.of(body(1, 10))), 10));
      send(peer, piece(body(2, 10), 0, 10));
      assertThat(peer.read()).isEqualTo(-1);
    }
    awaitFiles(0);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void link_brokenWithinABlob_leavesNothing() throws Exception {
    BlobStore store = store(64 << 20);
    DataServer server = server(store, 0);
    byte[] body = body(1, 1_000_000);
    try (RawPeer peer = dial(server.port())) {
      send(peer, DataFrames.put(new DataFrames.Name(SESSION, Sha256.of(body)), body.length));
      send(peer, piece(body, 0, 200_000));
      awaitFiles(1);
    }
    awaitFiles(0);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void link_ofAJob_isRefused() throws Exception {
    DataServer server = server(store(1 << 20), 0);
    String told;
    try (RawPeer peer = RawPeer.dial(server.port(), RETAILER_ID, "TLSv1.3", Tls.PROTOCOL)) {
      assertThat(peer.read()).isEqualTo(-1);
      told = "closed";
    } catch (SSLException e) {
      told = String.valueOf(e.getMessage());
    }
    assertThat(told)
        .contains(
            TlsLibrary.ofThisProcess() == TlsLibrary.JDK ? "no_application_protocol" : "closed");
  }
}

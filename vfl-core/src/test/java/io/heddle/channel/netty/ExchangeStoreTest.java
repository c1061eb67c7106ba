// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Exchange;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.checkpoint.BlobStore;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data links at the port where jobs come, and who must not pass from one to the other. */
class ExchangeStoreTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();
  private static final String SESSION = "ab".repeat(32);

  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();
  private final BlobStore store = BlobStore.temporary(1 << 20);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    Map<PartyId, Callable<Boolean>> closing = new TreeMap<>();
    int number = 0;
    for (AutoCloseable one : opened) {
      closing.put(
          new PartyId("p" + number++),
          () -> {
            one.close();
            return true;
          });
    }
    // A party waits a little for its peers to close, too.
    if (!closing.isEmpty()) {
      Parties.together(closing);
    }
    store.close();
  }

  private Exchange bank(@Nullable BlobStore blobs) {
    NettyExchangeBuilder builder =
        NettyExchange.builder(BANK, Parties.codec(TestMessage.TYPES))
            .identity(BANK_ID.key(), List.of(BANK_ID.certificate()))
            .listen(NettyNetwork.HOST, bankPort)
            .timeouts(NettyNetwork.TIMEOUTS)
            .peer(RETAILER, NettyNetwork.HOST, retailerPort, RETAILER_ID.fingerprint());
    if (blobs != null) {
      builder.store(blobs);
    }
    Exchange exchange = builder.open();
    opened.add(exchange);
    return exchange;
  }

  private Exchange retailer() {
    Exchange exchange =
        NettyExchange.builder(RETAILER, Parties.codec(TestMessage.TYPES))
            .identity(RETAILER_ID.key(), List.of(RETAILER_ID.certificate()))
            .listen(NettyNetwork.HOST, retailerPort)
            .timeouts(NettyNetwork.TIMEOUTS)
            .peer(BANK, NettyNetwork.HOST, bankPort, BANK_ID.fingerprint())
            .open();
    opened.add(exchange);
    return exchange;
  }

  private DataClient client(PartyId party, TestIdentity identity) {
    DataDialler dialler =
        new DataDialler(
            new DataPins(
                party,
                identity.key(),
                List.of(identity.certificate()),
                Map.of(BANK, BANK_ID.fingerprint(), RETAILER, RETAILER_ID.fingerprint())),
            NettyNetwork.TIMEOUTS);
    opened.add(dialler);
    return new DataClient(dialler, BANK, NettyNetwork.HOST, bankPort, Route.DIRECT);
  }

  @Test
  void dataLink_atThePortOfJobs_bothGoOn() {
    store.open(SESSION);
    Exchange bank = bank(store);
    Exchange retailer = retailer();
    byte[] body = new byte[500_000];
    byte[] digest = client(RETAILER, RETAILER_ID).put(SESSION, body, NettyNetwork::goOn);
    bank.connect(Progress.NONE);
    retailer.connect(Progress.NONE);
    assertThat(client(BANK, BANK_ID).get(SESSION, digest, body.length, NettyNetwork::goOn))
        .isEqualTo(body);
  }

  /** The alert that ends a dialled link; where the socket was gone before it was read, the next. */
  private SSLException refusal(TestIdentity identity, TestIdentity... signers) throws Exception {
    for (int attempt = 0; attempt < 50; attempt++) {
      try {
        dialledAsJob(identity, signers);
        throw new AssertionError("The link was let in");
      } catch (SSLException e) {
        return e;
      } catch (SocketException e) {
        // Closed while this side was writing.
      }
    }
    throw new AssertionError("No alert in 50 handshakes");
  }

  private void dialledAsJob(TestIdentity identity, TestIdentity... signers) throws Exception {
    List<java.security.cert.X509Certificate> chain = new ArrayList<>();
    chain.add(identity.certificate());
    for (TestIdentity signer : signers) {
      chain.add(signer.certificate());
    }
    SSLSocket socket =
        (SSLSocket)
            RawPeer.context(identity.key(), chain)
                .getSocketFactory()
                .createSocket(NettyNetwork.HOST, bankPort);
    try (RawPeer peer = RawPeer.handshake(socket, "TLSv1.3", Tls.PROTOCOL)) {
      peer.read();
    }
  }

  @Test
  void jobLink_ofAWorkerOrTheOwnKey_isRefusedByTls() throws Exception {
    Exchange unused = bank(store);
    Duration hour = Duration.ofHours(1);
    TestIdentity worker = RETAILER_ID.worker(hour.negated(), hour, Holder.SESSION_URI + SESSION);
    assertThat(refusal(worker, RETAILER_ID)).hasMessageContaining("certificate_unknown");
    assertThat(refusal(BANK_ID)).hasMessageContaining("certificate_unknown");
  }

  @Test
  void dataLink_whereThereIsNoStore_isRefusedByTls() {
    Exchange unused = bank(null);
    assertThatThrownBy(() -> RawPeer.dial(bankPort, RETAILER_ID, "TLSv1.3", Tls.DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no_application_protocol");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Exchange;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.checkpoint.BlobStore;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
    return bank(TlsLibrary.ofThisProcess(), blobs);
  }

  private Exchange bank(TlsLibrary library, @Nullable BlobStore blobs) {
    NettyExchangeBuilder builder =
        NettyExchange.builder(BANK, Parties.codec(TestMessage.TYPES))
            .identity(BANK_ID.key(), List.of(BANK_ID.certificate()))
            .listen(NettyNetwork.HOST, bankPort)
            .timeouts(NettyNetwork.TIMEOUTS)
            .tls(library)
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

  /** How a dialled link ends; where the socket was gone before that was read, the next. */
  private String refusal(String protocol, TestIdentity identity, TestIdentity... signers)
      throws Exception {
    for (int attempt = 0; attempt < 50; attempt++) {
      try {
        assertThat(dialled(protocol, identity, signers))
            .as("a byte of the application")
            .isNegative();
        return "closed";
      } catch (SSLException e) {
        return String.valueOf(e.getMessage());
      } catch (SocketException e) {
        // Closed while this side was writing.
      }
    }
    throw new AssertionError("No end of 50 handshakes was read");
  }

  private int dialled(String protocol, TestIdentity identity, TestIdentity... signers)
      throws Exception {
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
    try (RawPeer peer = RawPeer.handshake(socket, "TLSv1.3", protocol)) {
      return peer.read();
    }
  }

  /** BoringSSL tells what was agreed on when all is agreed: such a link is cut off then. */
  private static String byTls(TlsLibrary library, String alert) {
    return library == TlsLibrary.JDK ? alert : "closed";
  }

  @ParameterizedTest
  @EnumSource
  void jobLink_ofAWorkerOrTheOwnKey_isRefused(TlsLibrary library) throws Exception {
    Exchange unused = bank(library, store);
    Duration hour = Duration.ofHours(1);
    TestIdentity worker = RETAILER_ID.worker(hour.negated(), hour, Holder.SESSION_URI + SESSION);
    assertThat(refusal(Tls.PROTOCOL, worker, RETAILER_ID))
        .contains(byTls(library, "certificate_unknown"));
    assertThat(refusal(Tls.PROTOCOL, BANK_ID)).contains(byTls(library, "certificate_unknown"));
  }

  @ParameterizedTest
  @EnumSource
  void dataLink_whereThereIsNoStore_isRefused(TlsLibrary library) throws Exception {
    Exchange unused = bank(library, null);
    assertThat(refusal(Tls.DATA, RETAILER_ID)).contains(byTls(library, "no_application_protocol"));
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.Address;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.identity.OwnFile;
import io.heddle.party.PartyId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A party's exchange with the parties of a job, as its configuration describes it. */
public final class TlsExchange {
  private TlsExchange() {}

  /**
   * Reads the key files, listens if a peer dials this party, and begins to dial; returns before any
   * peer is there.
   *
   * @param codec of all messages that the job may send
   * @throws ConfigurationException if the key files cannot be used or the port is in use
   */
  public static NettyExchange open(PartyConfig party, JobConfig job, MessageCodec codec) {
    return open(party, job, codec, identity(party), ExchangeStart.first(), null);
  }

  /** The key and certificate that a party's file names. */
  public static Identity identity(PartyConfig party) {
    return Identity.load(party.identity().keyStore(), party.identity().passwordFile());
  }

  /**
   * The gateway that a party's file names, with the password; null for none.
   *
   * @throws ConfigurationException if the password cannot be read or is too long
   */
  public static @Nullable Proxy proxy(PartyConfig party) {
    PartyConfig.Proxy settings = party.proxy();
    if (settings == null) {
      return null;
    }
    String password = null;
    if (settings.user() != null) {
      String key = "proxy.password-file";
      password =
          String.valueOf(
              OwnFile.readPassword(
                  key, settings.passwordFile(), "must hold the password of proxy.user"));
      int bytes = password.getBytes(UTF_8).length;
      if (bytes < 1 || bytes > 255) {
        throw new ConfigurationException(
            "Invalid password of "
                + bytes
                + " bytes in "
                + settings.passwordFile()
                + " ("
                + key
                + "): its first line must have 1 to 255");
      }
    }
    return new Proxy(
        settings.socks() ? Proxy.Kind.SOCKS5 : Proxy.Kind.HTTP,
        settings.host(),
        settings.port(),
        settings.user(),
        password);
  }

  /**
   * Listens if a peer dials this party, and begins to dial; returns before any peer is there.
   *
   * @param codec of all messages that the job may send
   * @param start whether it starts for the first time
   * @param store where peers put large messages; null to take none. The exchange does not close it
   * @throws ConfigurationException if the port is in use, or the proxy's password cannot be read
   */
  public static NettyExchange open(
      PartyConfig party,
      JobConfig job,
      MessageCodec codec,
      Identity identity,
      ExchangeStart start,
      @Nullable BlobStore store) {
    NettyExchangeBuilder builder =
        builder(party, codec, identity).start(start).timeouts(timeouts(party));
    if (store != null) {
      builder
          .store(store)
          .blobsFrom(party.blobs().fromBytes())
          .exchanges(party.party(), party.blobs().exchanges());
    }
    Proxy proxy = proxy(party);
    for (PartyId name : job.parties()) {
      PartyConfig.Peer peer = party.peers().get(name);
      if (peer != null) {
        look(builder, name, peer, proxy);
      }
    }
    return builder.open();
  }

  private static ExchangeTimeouts timeouts(PartyConfig party) {
    PartyConfig.Timeouts timeouts = party.timeouts();
    return new ExchangeTimeouts(
        timeouts.connect(),
        timeouts.handshake(),
        timeouts.idle(),
        timeouts.receive(),
        timeouts.reconnect());
  }

  /**
   * One of a party's own processes for large messages: takes what peers and the party itself put,
   * and gives it to the party alone. Listens at once, on the port that the party's file names.
   *
   * @param number its place among {@code blobs.exchanges}, from 1
   * @param store stays open when the server is closed
   * @throws ConfigurationException if there is no such place, or the port is in use
   */
  public static DataServer blobServer(
      PartyConfig party, Identity identity, int number, BlobStore store) {
    return new DataServer(
        pins(party, identity),
        party.listen().host(),
        place(party, number).port(),
        party.listen().webSocket(),
        store,
        timeouts(party));
  }

  private static DataPins pins(PartyConfig party, Identity identity) {
    Map<PartyId, String> fingerprints = new TreeMap<>();
    party.peers().forEach((name, peer) -> fingerprints.put(name, peer.fingerprint()));
    fingerprints.put(party.party(), identity.fingerprint());
    return new DataPins(
        party.party(), identity.privateKey(), identity.certificateChain(), fingerprints);
  }

  /**
   * Dials each process that a party has for large messages, as a job would.
   *
   * @param whose a peer, or this party itself
   * @return for each, in the order of the list, what stands in the way; empty where nothing does
   */
  public static List<String> tryExchanges(PartyConfig party, Identity identity, PartyId whose) {
    PartyConfig.Peer peer = party.peers().get(whose);
    List<Address> places = peer == null ? party.blobs().exchanges() : peer.exchanges();
    Route route = peer == null ? Route.DIRECT : route(peer, proxy(party));
    try (DataDialler dialler = new DataDialler(pins(party, identity), timeouts(party))) {
      return places.stream()
          .map(each -> new DataClient(dialler, whose, each.host(), each.port(), route).obstacle())
          .toList();
    }
  }

  /**
   * The store of such a process: in {@code checkpoint.dir}, under a key of the party's identity,
   * where it finds again what it had; a temporary one if the party keeps nothing.
   *
   * @throws ConfigurationException if there is no such place, or the directory cannot be used
   */
  public static BlobStore blobStore(PartyConfig party, Identity identity, int number) {
    Address unused = place(party, number);
    long quota = party.blobs().quotaBytes();
    if (!party.checkpoints().keep()) {
      return BlobStore.temporary(quota);
    }
    String name = "exchange-" + number;
    return BlobStore.shared(
        party.checkpoints().directory(),
        name,
        identity.derive("heddle exchange v1", name.getBytes(UTF_8)),
        quota);
  }

  private static Address place(PartyConfig party, int number) {
    List<Address> places = party.blobs().exchanges();
    if (number < 1 || number > places.size()) {
      throw new ConfigurationException(
          "There is no exchange "
              + number
              + " of party "
              + party.party()
              + ": blobs.exchanges ("
              + party.file()
              + ") "
              + (places.isEmpty() ? "is not set" : "has numbers 1 to " + places.size()));
    }
    return places.get(number - 1);
  }

  /**
   * Listens for one peer, or dials it, or both, to try the way between them: a peer that does the
   * same is found, a job is not disturbed.
   *
   * @throws ConfigurationException if the port is in use, or the proxy's password cannot be read
   */
  public static NettyExchange doctor(
      PartyConfig party,
      PartyId name,
      MessageCodec codec,
      Identity identity,
      ExchangeTimeouts timeouts) {
    NettyExchangeBuilder builder = builder(party, codec, identity).timeouts(timeouts);
    Proxy proxy = proxy(party);
    Map<PartyId, String> others = new TreeMap<>();
    party
        .peers()
        .forEach(
            (other, peer) -> {
              if (other.equals(name)) {
                look(builder, other, peer, proxy);
              } else {
                others.put(other, peer.fingerprint());
              }
            });
    return builder.doctor(others).open();
  }

  /** How often a party shows that it lives where nothing else goes over a link. */
  public static Duration pingInterval(Duration idle) {
    return Pipelines.pingInterval(idle);
  }

  private static NettyExchangeBuilder builder(
      PartyConfig party, MessageCodec codec, Identity identity) {
    return NettyExchange.builder(party.party(), codec)
        .identity(identity.privateKey(), identity.certificateChain())
        .listen(party.listen().host(), party.listen().port())
        .webSocket(party.listen().webSocket());
  }

  private static void look(
      NettyExchangeBuilder builder, PartyId name, PartyConfig.Peer peer, @Nullable Proxy proxy) {
    Address address = peer.address();
    builder.peer(
        name,
        address == null ? "" : address.host(),
        address == null ? 0 : address.port(),
        peer.fingerprint(),
        route(peer, proxy),
        peer.dialling());
    builder.exchanges(name, peer.exchanges());
  }

  private static Route route(PartyConfig.Peer peer, @Nullable Proxy proxy) {
    return new Route(
        peer.throughProxy() ? proxy : null, peer.transport() == PartyConfig.Transport.WEBSOCKET);
  }
}

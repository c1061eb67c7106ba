// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Blobs;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the stores of a session's parties are, for a worker of one of them. Holds the password of
 * this party's gateway, where it has one: for its own processes only.
 *
 * @param all of every party, {@code self} included
 */
public record DataWays(PartyId self, Map<PartyId, Way> all, ExchangeTimeouts timeouts) {
  private static final int MAX_TEXT_BYTES = 1024;

  /**
   * To one store.
   *
   * @param fingerprint of the key that its party shows
   */
  public record Way(String host, int port, String fingerprint, Route route) {}

  public DataWays {
    all = Map.copyOf(all);
  }

  /** For {@link #read} in a process of the same party. */
  public void write(WireWriter out) {
    out.writeString(self.name());
    for (Duration each :
        List.of(
            timeouts.connect(),
            timeouts.handshake(),
            timeouts.idle(),
            timeouts.receive(),
            timeouts.reconnect())) {
      out.writeLong(each.toMillis());
    }
    out.writeInt(all.size());
    all.forEach(
        (party, way) -> {
          out.writeString(party.name());
          out.writeString(way.host());
          out.writeInt(way.port());
          out.writeString(way.fingerprint());
          way.route().write(out);
        });
  }

  /** What {@link #write} gave. */
  public static DataWays read(WireReader in) {
    PartyId self = new PartyId(in.readString(MAX_TEXT_BYTES));
    ExchangeTimeouts timeouts =
        new ExchangeTimeouts(millis(in), millis(in), millis(in), millis(in), millis(in));
    Map<PartyId, Way> all = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      all.put(
          new PartyId(in.readString(MAX_TEXT_BYTES)),
          new Way(
              in.readString(MAX_TEXT_BYTES),
              in.readInt(),
              in.readString(MAX_TEXT_BYTES),
              Route.read(in)));
    }
    return new DataWays(self, all, timeouts);
  }

  private static Duration millis(WireReader in) {
    return Duration.ofMillis(in.readLong());
  }

  /**
   * Opens them; nothing is dialled before it is used.
   *
   * @param key of the worker
   * @param chain its certificate, then that of its party, which has signed it
   * @param alive asked before anything is tried again; throws once there is no more use in it
   */
  public Blobs.Stores open(
      Blobs blobs, PrivateKey key, List<X509Certificate> chain, Runnable alive) {
    Map<PartyId, String> fingerprints = new HashMap<>();
    all.forEach((party, way) -> fingerprints.put(party, way.fingerprint()));
    DataPins pins = new DataPins(self, key, chain, fingerprints);
    Map<PartyId, DataClient> clients = new HashMap<>();
    all.forEach(
        (party, way) ->
            clients.put(
                party, new DataClient(pins, party, way.host(), way.port(), way.route(), timeouts)));
    return new SessionStores.Away(blobs, clients, alive);
  }

  /** What a worker's certificate has as its only subject alternative name, a URI. */
  public static String workerName(String session) {
    return Holder.SESSION_URI + session;
  }

  /** Without the way past the gateway. */
  @Override
  public String toString() {
    return "DataWays[" + self + " to " + all.keySet() + "]";
  }
}

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the stores of a session's parties are, for a worker of one of them. Holds the password of
 * this party's gateway, where it has one: for its own processes only.
 *
 * @param all of every party, {@code self} included
 */
public record DataWays(PartyId self, Map<PartyId, Ways> all, ExchangeTimeouts timeouts) {
  private static final int MAX_TEXT_BYTES = 1024;

  /** To one process. */
  public record Way(String host, int port, Route route) {
    private void write(WireWriter out) {
      out.writeString(host);
      out.writeInt(port);
      route.write(out);
    }

    private static Way read(WireReader in) {
      return new Way(in.readString(MAX_TEXT_BYTES), in.readInt(), Route.read(in));
    }

    DataClient client(DataDialler dialler, PartyId party) {
      return new DataClient(dialler, party, host, port, route);
    }
  }

  /**
   * To the store of one party.
   *
   * @param fingerprint of the key that the party shows
   * @param exchanges its processes for blobs only, over which they are spread; empty for none
   * @param driver has blobs where there are no such processes; null if it takes no connections
   */
  public record Ways(String fingerprint, List<Way> exchanges, @Nullable Way driver) {
    public Ways {
      exchanges = List.copyOf(exchanges);
    }

    PartyStore open(DataDialler dialler, PartyId party) {
      return PartyStore.of(
          party,
          exchanges.stream().map(way -> way.client(dialler, party)).toList(),
          driver == null ? null : driver.client(dialler, party));
    }
  }

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
        (party, ways) -> {
          out.writeString(party.name());
          out.writeString(ways.fingerprint());
          out.writeInt(ways.exchanges().size());
          ways.exchanges().forEach(way -> way.write(out));
          out.writeBoolean(ways.driver() != null);
          if (ways.driver() != null) {
            ways.driver().write(out);
          }
        });
  }

  /** What {@link #write} gave. */
  public static DataWays read(WireReader in) {
    PartyId self = new PartyId(in.readString(MAX_TEXT_BYTES));
    ExchangeTimeouts timeouts =
        new ExchangeTimeouts(millis(in), millis(in), millis(in), millis(in), millis(in));
    Map<PartyId, Ways> all = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      PartyId party = new PartyId(in.readString(MAX_TEXT_BYTES));
      String fingerprint = in.readString(MAX_TEXT_BYTES);
      List<Way> exchanges = new ArrayList<>();
      for (int more = in.readInt(); more > 0; more--) {
        exchanges.add(Way.read(in));
      }
      all.put(party, new Ways(fingerprint, exchanges, in.readBoolean() ? Way.read(in) : null));
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
    DataDialler dialler = new DataDialler(pins(key, chain), timeouts);
    Map<PartyId, PartyStore> stores = new HashMap<>();
    all.forEach((party, ways) -> stores.put(party, ways.open(dialler, party)));
    return new SessionStores(blobs, stores, alive, dialler::close);
  }

  /** Whom a process of {@code self} takes for whom on these ways. */
  DataPins pins(PrivateKey key, List<X509Certificate> chain) {
    Map<PartyId, String> fingerprints = new HashMap<>();
    all.forEach((party, ways) -> fingerprints.put(party, ways.fingerprint()));
    return new DataPins(self, key, chain, fingerprints);
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

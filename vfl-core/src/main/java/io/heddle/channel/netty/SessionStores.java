// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Blobs;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stores of one session over data links. */
abstract class SessionStores implements Blobs.Stores {
  final Blobs blobs;
  private final Map<String, Object> shared = new ConcurrentHashMap<>();

  SessionStores(Blobs blobs) {
    this.blobs = blobs;
  }

  @Override
  @SuppressWarnings("unchecked") // one digest, one parser
  public <T> T shared(byte[] digest, int maxBytes, Function<byte[], T> parser) {
    return (T)
        shared.computeIfAbsent(
            HexFormat.of().formatHex(digest), name -> parser.apply(get(digest, maxBytes)));
  }

  @Override
  public void close() {
    shared.clear();
  }

  /** Of a process that has the party's store itself. */
  static final class AtHome extends SessionStores {
    private final DataRoom room;
    private final Function<PartyId, DataClient> peers;
    private final Runnable alive;

    /**
     * @param alive throws once the session has failed, and why
     */
    AtHome(Blobs blobs, DataRoom room, Function<PartyId, DataClient> peers, Runnable alive) {
      super(blobs);
      this.room = room;
      this.peers = peers;
      this.alive = alive;
    }

    @Override
    public byte[] put(PartyId to, byte[] body) {
      return to.equals(blobs.self())
          ? room.store().put(blobs.session(), body)
          : peers.apply(to).put(blobs.session(), body, alive);
    }

    @Override
    public byte[] get(byte[] digest, int maxBytes) {
      return room.store().get(blobs.session(), digest, maxBytes);
    }
  }

  /** Of a worker, which goes by data links to its own party, too. */
  static final class Away extends SessionStores {
    private final Map<PartyId, DataClient> clients;
    private final Runnable alive;

    Away(Blobs blobs, Map<PartyId, DataClient> clients, Runnable alive) {
      super(blobs);
      this.clients = Map.copyOf(clients);
      this.alive = alive;
    }

    @Override
    public byte[] put(PartyId to, byte[] body) {
      return client(to).put(blobs.session(), body, alive);
    }

    @Override
    public byte[] get(byte[] digest, int maxBytes) {
      return client(blobs.self()).get(blobs.session(), digest, maxBytes, alive);
    }

    private DataClient client(PartyId party) {
      @Nullable DataClient client = clients.get(party);
      if (client == null) {
        throw new ConfigurationException("This worker has no way to the store of party " + party);
      }
      return client;
    }

    @Override
    public void close() {
      super.close();
      clients.values().forEach(DataClient::close);
    }
  }
}

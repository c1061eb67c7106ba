// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Blobs;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The stores of one session's parties, as a process of one of them reaches them. */
final class SessionStores implements Blobs.Stores {
  private final Blobs blobs;
  private final Map<PartyId, PartyStore> stores;
  private final Runnable alive;
  private final Runnable closing;
  private final Map<String, Object> shared = new ConcurrentHashMap<>();

  /**
   * @param stores of every party that this process has a way to
   * @param alive throws once the session has failed, and why
   * @param closing what to do at the end
   */
  SessionStores(Blobs blobs, Map<PartyId, PartyStore> stores, Runnable alive, Runnable closing) {
    this.blobs = blobs;
    this.stores = Map.copyOf(stores);
    this.alive = alive;
    this.closing = closing;
  }

  @Override
  public byte[] put(PartyId to, byte[] body) {
    return store(to).put(blobs.session(), body, alive);
  }

  @Override
  public byte[] get(byte[] digest, int maxBytes) {
    return store(blobs.self()).get(blobs.session(), digest, maxBytes, alive);
  }

  private PartyStore store(PartyId party) {
    PartyStore store = stores.get(party);
    if (store == null) {
      throw new ConfigurationException("This process has no way to the store of party " + party);
    }
    return store;
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
    // First, as clearing waits for whoever is fetching.
    closing.run();
    shared.clear();
  }
}

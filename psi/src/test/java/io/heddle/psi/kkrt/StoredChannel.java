// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.checkpoint.BlobStore;
import io.heddle.party.PartyId;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** For tests: a step over an exchange in memory whose parties reach each other's stores at once. */
final class StoredChannel extends ForwardingChannel {
  private final Blobs blobs;
  private final Map<PartyId, BlobStore> stores;

  private StoredChannel(Channel channel, Blobs blobs, Map<PartyId, BlobStore> stores) {
    super(channel);
    this.blobs = blobs;
    this.stores = stores;
  }

  static Channel of(Channel channel, String session, Map<PartyId, BlobStore> stores) {
    stores.values().forEach(store -> store.open(session));
    Blobs blobs = new Blobs(channel.self(), session);
    blobs.bind(new Direct(channel.self(), session, stores));
    return new StoredChannel(channel, blobs, stores);
  }

  private BlobStore own() {
    return Objects.requireNonNull(stores.get(self()));
  }

  @Override
  protected Channel around(Channel narrower, String name) {
    return new StoredChannel(narrower, blobs, stores);
  }

  @Override
  public Blobs blobs(long bytes) {
    return blobs;
  }

  @Override
  public Blobs blobs() {
    return blobs;
  }

  @Override
  public void dropBlobs(Collection<byte[]> digests) {
    own().drop(blobs.session(), digests);
  }

  /** Without links. */
  private static final class Direct implements Blobs.Stores {
    private final PartyId self;
    private final String session;
    private final Map<PartyId, BlobStore> stores;
    private final Map<String, Object> shared = new ConcurrentHashMap<>();

    Direct(PartyId self, String session, Map<PartyId, BlobStore> stores) {
      this.self = self;
      this.session = session;
      this.stores = stores;
    }

    @Override
    public byte[] put(PartyId to, byte[] body) {
      return Objects.requireNonNull(stores.get(to)).put(session, body);
    }

    @Override
    public byte[] get(byte[] digest, int maxBytes) {
      return Objects.requireNonNull(stores.get(self)).get(session, digest, maxBytes);
    }

    @Override
    @SuppressWarnings("unchecked") // one digest, one parser
    public <T> T shared(byte[] digest, int maxBytes, Function<byte[], T> parser) {
      return (T)
          shared.computeIfAbsent(
              HexFormat.of().formatHex(digest), name -> parser.apply(get(digest, maxBytes)));
    }

    @Override
    public void close() {}
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session's way for large messages beside the links, at one party (docs/adr/0020). Holds no more
 * than two names, so kernels take it along: in whatever process of the party they run, it finds the
 * way that this process has. Safe for several threads.
 *
 * @param self the party
 * @param session its id
 */
public record Blobs(PartyId self, String session) implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Map<Blobs, Stores> WAYS = new ConcurrentHashMap<>();
  private static volatile @Nullable Function<Blobs, Stores> finder;

  /** The stores of the parties of one session, as one process reaches them. */
  public interface Stores extends AutoCloseable {
    /** See {@link Blobs#put}. */
    byte[] put(PartyId to, byte[] body);

    /** See {@link Blobs#get}. */
    byte[] get(byte[] digest, int maxBytes);

    /** See {@link Blobs#shared}. */
    <T> T shared(byte[] digest, int maxBytes, Function<byte[], T> parser);

    @Override
    void close();
  }

  /** From now on kernels of this process go this way; it is closed by {@link #unbind}. */
  public void bind(Stores way) {
    Stores before = WAYS.put(this, way);
    if (before != null) {
      before.close();
    }
  }

  /** Closes the way, if there is one. */
  public void unbind() {
    Stores way = WAYS.remove(this);
    if (way != null) {
      way.close();
    }
  }

  /** For a process that learns of sessions by what its kernels ask for. */
  public static void findBy(Function<Blobs, Stores> value) {
    finder = value;
  }

  private Stores way() {
    Stores known = WAYS.get(this);
    if (known != null) {
      return known;
    }
    Function<Blobs, Stores> find = finder;
    if (find == null) {
      throw new ConfigurationException(
          "This executor has no way to the stores of party "
              + self
              + ": spark.plugins must name io.heddle.spark.session.WorkerPlugin");
    }
    return find.apply(this);
  }

  /**
   * Brings a blob to a party's store; returns when it is on the disk there. The same body may be
   * put again, by another task or after a crash.
   *
   * @param to a peer, or this party itself
   * @param body at most {@link io.heddle.checkpoint.BlobStore#MAX_BYTES}; to a peer encrypted for
   *     it by other means, for its store is its own
   * @return its SHA-256, by which it is got
   * @throws io.heddle.error.PeerUnavailableException if the store is not there, or has no room, for
   *     too long
   * @throws io.heddle.error.ProtocolException if the party does not know the session
   */
  public byte[] put(PartyId to, byte[] body) {
    return way().put(to, body);
  }

  /**
   * Gets a blob from this party's own store.
   *
   * @param maxBytes how long it may be
   * @throws io.heddle.error.ProtocolException if it is not there, too long, or another one
   */
  public byte[] get(byte[] digest, int maxBytes) {
    return way().get(digest, maxBytes);
  }

  /**
   * What a blob of the own store says, parsed once in this process as long as the session lasts:
   * for a key that every task needs.
   */
  public <T> T shared(byte[] digest, int maxBytes, Function<byte[], T> parser) {
    return way().shared(digest, maxBytes, parser);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The store of one party, which may be spread over several of its processes (docs/adr/0021). Who
 * puts a blob chooses the process by the blob's name, and who looks for it begins at the same one.
 * Parties that know of other processes, or of the same in another order, find all the same; it only
 * takes them longer. Safe for several threads.
 */
final class PartyStore {
  private final PartyId owner;
  private final List<? extends Part> spread;
  private final List<Part> all;
  private final @Nullable Part kept;

  /** A process of the party that has some of its blobs. */
  interface Part {
    /**
     * Keeps a blob; returns when it is on the disk. Waits while there is no room.
     *
     * @param alive asked before it is tried again; throws once there is no more use in it
     */
    void put(String session, byte[] digest, byte[] body, Runnable alive);

    /**
     * Reads a blob.
     *
     * @param maxBytes how long it may be
     * @param alive as in {@link #put}
     * @return null if there is no such blob
     */
    byte @Nullable [] find(String session, byte[] digest, int maxBytes, Runnable alive);
  }

  private PartyStore(
      PartyId owner, List<? extends Part> exchanges, @Nullable Part driver, @Nullable Part kept) {
    this.owner = owner;
    this.kept = kept;
    all = new ArrayList<>(exchanges);
    if (driver != null) {
      all.add(driver);
    }
    spread = exchanges.isEmpty() ? all : List.copyOf(exchanges);
  }

  /**
   * As whoever puts into it sees it, and whoever of the party itself only gets.
   *
   * @param exchanges over which blobs are spread; empty for none
   * @param driver has them where there are no such processes, and is looked at last; null if it
   *     cannot be reached
   */
  static PartyStore of(PartyId owner, List<? extends Part> exchanges, @Nullable Part driver) {
    return new PartyStore(owner, exchanges, driver, null);
  }

  /**
   * As the party's own driver sees it: what it puts for its own workers, keys among it, it keeps.
   */
  static PartyStore own(PartyId self, List<? extends Part> exchanges, Part driver) {
    return new PartyStore(self, exchanges, driver, driver);
  }

  /** Keeps a blob and returns its SHA-256. */
  byte[] put(String session, byte[] body, Runnable alive) {
    byte[] digest = Sha256.of(body);
    if (all.isEmpty()) {
      throw new ProtocolException("There is no way to the store of party " + owner);
    }
    Part part = kept == null ? spread.get(place(digest)) : kept;
    part.put(session, digest, body, alive);
    return digest;
  }

  /**
   * Reads a blob.
   *
   * @throws ProtocolException if it is not there or too long
   */
  byte[] get(String session, byte[] digest, int maxBytes, Runnable alive) {
    int first = all.isEmpty() ? 0 : place(digest);
    for (int i = 0; i < all.size(); i++) {
      int next = i < spread.size() ? (first + i) % spread.size() : i;
      byte[] body = all.get(next).find(session, digest, maxBytes, alive);
      if (body != null) {
        return body;
      }
    }
    throw new ProtocolException("The store of party " + owner + " has no such blob");
  }

  private int place(byte[] digest) {
    return Integer.remainderUnsigned(ByteBuffer.wrap(digest).getInt(), spread.size());
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** For tests of a kernel alone: what one process of a party has of stores. */
public final class StoresInMemory implements Blobs.Stores {
  private final PartyId self;
  private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();

  public StoresInMemory(PartyId self) {
    this.self = self;
  }

  /** What a party's store has under a name. */
  public byte[] body(PartyId party, byte[] digest) {
    return Objects.requireNonNull(bodies.get(party + HexFormat.of().formatHex(digest))).clone();
  }

  @Override
  public byte[] put(PartyId to, byte[] body) {
    byte[] digest = Sha256.of(body);
    bodies.put(to + HexFormat.of().formatHex(digest), body.clone());
    return digest;
  }

  @Override
  public byte[] get(byte[] digest, int maxBytes) {
    return body(self, digest);
  }

  @Override
  public <T> T shared(byte[] digest, int maxBytes, Function<byte[], T> parser) {
    return parser.apply(get(digest, maxBytes));
  }

  @Override
  public void close() {}
}

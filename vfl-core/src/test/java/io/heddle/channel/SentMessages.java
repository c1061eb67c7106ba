// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * For tests: the bytes of all messages of a run with their keys and digests, by direction, in the
 * order of sending. Welcomes and credits are left out: when they come hangs on the clock.
 */
public final class SentMessages implements Parties.Network {
  private final SortedMap<String, ByteArrayOutputStream> streams = new TreeMap<>();

  @Override
  public SortedMap<PartyId, Exchange> apply(Collection<PartyId> parties, MessageCodec codec) {
    return InMemoryExchange.network(
        parties,
        codec,
        ExchangeLimits.DEFAULT,
        ExchangeTimeouts.DEFAULT,
        from ->
            (to, frame) -> {
              byte kind = frame.get(frame.position());
              if (kind == Frames.MESSAGE || kind == Frames.CHUNK) {
                byte[] bytes = new byte[frame.remaining()];
                frame.duplicate().get(bytes);
                add(from + " to " + to, bytes);
              }
            });
  }

  private synchronized void add(String direction, byte[] bytes) {
    streams.computeIfAbsent(direction, any -> new ByteArrayOutputStream()).writeBytes(bytes);
  }

  /** What was sent, such as that of {@code bank to shop}. */
  public synchronized SortedMap<String, byte[]> byDirection() {
    SortedMap<String, byte[]> bytes = new TreeMap<>();
    streams.forEach((direction, stream) -> bytes.put(direction, stream.toByteArray()));
    return bytes;
  }
}

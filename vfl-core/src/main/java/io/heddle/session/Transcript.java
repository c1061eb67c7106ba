// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Envelope;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a party has sent to, or received from, each peer, as hashes. Within a step messages are
 * numbered; between steps that run side by side there is no order, so each step has its own hash
 * and the whole is taken over the steps by name. Safe for several threads.
 */
final class Transcript {
  private final Map<PartyId, TreeMap<String, byte[]>> steps = new HashMap<>();

  synchronized void add(PartyId peer, Envelope envelope) {
    WireWriter writer = new WireWriter();
    writer.writeInt(envelope.key().number());
    writer.writeInt(envelope.key().attempt());
    writer.writeInt(envelope.typeId());
    writer.writeRaw(envelope.digest());
    steps
        .computeIfAbsent(peer, party -> new TreeMap<>())
        .merge(
            envelope.key().step(),
            Sha256.of(new byte[32], writer.toByteArray()),
            (before, first) -> Sha256.of(before, writer.toByteArray()));
  }

  synchronized byte[] digest(PartyId peer) {
    WireWriter writer = new WireWriter();
    steps
        .getOrDefault(peer, new TreeMap<>())
        .forEach(
            (step, hash) -> {
              writer.writeString(step);
              writer.writeRaw(hash);
            });
    return Sha256.of(writer.toByteArray());
  }

  synchronized void write(WireWriter out) {
    out.writeInt(steps.size());
    new TreeMap<>(steps)
        .forEach(
            (peer, hashes) -> {
              out.writeString(peer.name());
              out.writeInt(hashes.size());
              hashes.forEach(
                  (step, hash) -> {
                    out.writeString(step);
                    out.writeRaw(hash);
                  });
            });
  }

  static Transcript read(WireReader in) {
    Transcript transcript = new Transcript();
    int peers = SessionState.size(in);
    for (int i = 0; i < peers; i++) {
      TreeMap<String, byte[]> hashes = new TreeMap<>();
      transcript.steps.put(new PartyId(in.readString(SessionState.MAX_TEXT_BYTES)), hashes);
      int size = SessionState.size(in);
      for (int j = 0; j < size; j++) {
        hashes.put(in.readString(SessionState.MAX_TEXT_BYTES), in.readRaw(32));
      }
    }
    return transcript;
  }

  static boolean same(byte[] one, byte[] other) {
    return MessageDigest.isEqual(one, other);
  }
}

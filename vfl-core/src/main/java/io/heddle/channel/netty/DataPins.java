// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.party.PartyId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may speak over data links, and how this process proves who it is.
 *
 * @param self the party of this process
 * @param key its private key
 * @param chain its certificate
 * @param fingerprints of every party that counts, this one included: {@code sha256:} and 64
 *     lower-case hexadecimal digits
 */
public record DataPins(
    PartyId self, PrivateKey key, List<X509Certificate> chain, Map<PartyId, String> fingerprints) {
  public DataPins {
    chain = List.copyOf(chain);
    fingerprints = Map.copyOf(fingerprints);
  }

  Tls tls(ExchangeTimeouts timeouts) {
    Map<PartyId, Fingerprint> known = new HashMap<>();
    fingerprints.forEach((party, fingerprint) -> known.put(party, Fingerprint.parse(fingerprint)));
    Map<Fingerprint, PartyId> parties = Fingerprint.owners(known);
    return new Tls(
        TlsLibrary.ofThisProcess(), key, chain, parties, timeouts.handshake(), Tls.DATA, parties);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "DataPins[" + self + "]";
  }
}

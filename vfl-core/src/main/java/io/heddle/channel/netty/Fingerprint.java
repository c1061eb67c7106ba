// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.security.cert.Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 of a certificate's SubjectPublicKeyInfo: what a party is known by. Public.
 *
 * @param hex 64 lower-case digits
 */
record Fingerprint(String hex) {
  private static final String PREFIX = "sha256:";

  static Fingerprint of(Certificate certificate) {
    return parse(Identity.fingerprint(certificate.getPublicKey()));
  }

  /** Reads what {@link #toString} writes. */
  static Fingerprint parse(String text) {
    if (!text.matches(PREFIX + "[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "Invalid fingerprint: must be " + PREFIX + " and 64 lower-case hexadecimal digits");
    }
    return new Fingerprint(text.substring(PREFIX.length()));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }

  /**
   * Whose each of them is.
   *
   * @throws ConfigurationException if two parties have the same
   */
  static Map<Fingerprint, PartyId> owners(Map<PartyId, Fingerprint> known) {
    Map<Fingerprint, PartyId> owners = new HashMap<>();
    new TreeMap<>(known)
        .forEach(
            (party, fingerprint) -> {
              PartyId other = owners.put(fingerprint, party);
              if (other != null) {
                throw new ConfigurationException(
                    "Parties " + other + " and " + party + " have the same fingerprint");
              }
            });
    return owners;
  }
}

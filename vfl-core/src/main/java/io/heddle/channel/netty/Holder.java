// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.party.PartyId;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom a chain of certificates shows: a party, whose public key is pinned; or a process that works
 * for one, whose certificate that party has signed for one session and a day at most.
 *
 * @param session the only one that a worker may touch, 64 hex digits; null for the party itself
 */
record Holder(PartyId party, @Nullable String session) {
  /** What a worker's certificate has as its only subject alternative name, before the session. */
  static final String SESSION_URI = "heddle:session:";

  static final Duration LONGEST = Duration.ofHours(25);

  private static final int URI = 6;
  private static final String SESSION = SESSION_URI + "[0-9a-f]{64}";

  /**
   * Checks a chain.
   *
   * @param chain the holder's own certificate first
   * @param workers whether those that a party has signed count
   * @throws CertificateException if nobody is shown who counts
   */
  static Holder of(X509Certificate[] chain, Map<Fingerprint, PartyId> parties, boolean workers)
      throws CertificateException {
    PartyId party = parties.get(Fingerprint.of(chain[0]));
    if (party != null) {
      requireInTime(chain[0], "The certificate of " + party);
      return new Holder(party, null);
    }
    PartyId signer = workers && chain.length == 2 ? parties.get(Fingerprint.of(chain[1])) : null;
    if (signer == null) {
      throw unknown(Fingerprint.of(chain[0]), parties);
    }
    return new Holder(signer, worker(chain[0], chain[1], signer));
  }

  private static CertificateException unknown(
      Fingerprint fingerprint, Map<Fingerprint, PartyId> parties) {
    return new CertificateException(
        "The public key has the fingerprint "
            + fingerprint
            + (parties.size() == 1
                ? ", expected of "
                    + parties.entrySet().iterator().next().getValue()
                    + " is "
                    + parties.keySet().iterator().next()
                : ", which belongs to no party"));
  }

  private static String worker(X509Certificate leaf, X509Certificate of, PartyId signer)
      throws CertificateException {
    String whose = "The certificate of a worker of " + signer;
    requireInTime(of, "The certificate of " + signer);
    try {
      leaf.verify(of.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new CertificateException(whose + " is not signed by it", e);
    }
    requireInTime(leaf, whose);
    Duration life =
        Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    if (life.compareTo(LONGEST) > 0) {
      throw new CertificateException(
          whose
              + " is valid for "
              + life.toHours()
              + " hours: must be at most "
              + LONGEST.toHours());
    }
    return session(leaf, whose);
  }

  private static String session(X509Certificate leaf, String whose) throws CertificateException {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      if (names != null && names.size() == 1) {
        List<?> name = names.iterator().next();
        if (name.get(0).equals(URI) && name.get(1) instanceof String uri && uri.matches(SESSION)) {
          return uri.substring(SESSION_URI.length());
        }
      }
    } catch (CertificateParsingException e) {
      throw new CertificateException(whose + " names no session", e);
    }
    throw new CertificateException(whose + " names no session");
  }

  private static void requireInTime(X509Certificate certificate, String whose)
      throws CertificateException {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      throw new CertificateException(
          whose + " expired on " + certificate.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new CertificateException(
          whose + " is not valid before " + certificate.getNotBefore().toInstant(), e);
    }
  }
}

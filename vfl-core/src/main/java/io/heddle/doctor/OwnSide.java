// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.PartyConfig;
import io.heddle.doctor.Check.Subject;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a party can find out about itself without any peer. */
public final class OwnSide {
  static final long FEW_DAYS = 30;

  private OwnSide() {}

  /**
   * Tries the listen address, the key files and the certificate.
   *
   * @return this party's identity; null if it cannot be used
   */
  public static @Nullable Identity examine(PartyConfig party, Consumer<Check> told) {
    told.accept(
        party.isDialled()
            ? listen(party.listen())
            : Check.skipped(Subject.LISTEN, "no peer dials this party: peers.NAME.dial = both"));
    try {
      Identity identity = TlsExchange.identity(party);
      told.accept(
          Check.ok(
                  Subject.KEYS,
                  "both files are for their owner alone, the key is " + identity.fingerprint())
              .with("fingerprint", identity.fingerprint()));
      told.accept(certificate(identity.certificate()));
      told.accept(StoreProcesses.examine(party, identity, party.party()));
      return identity;
    } catch (ConfigurationException e) {
      String[] words = String.valueOf(e.getMessage()).split("[:;] ", 2);
      String fix = words.length == 2 ? words[1] : "make a new identity with `heddle init --force`";
      if (e.getCause() instanceof CertificateException) {
        told.accept(Check.ok(Subject.KEYS, "both files are for their owner alone"));
        told.accept(Check.failed(Subject.OWN_CERTIFICATE, words[0], fix));
      } else {
        told.accept(Check.failed(Subject.KEYS, words[0], fix));
        told.accept(Check.skipped(Subject.OWN_CERTIFICATE, "the key files cannot be used"));
      }
      told.accept(Check.skipped(Subject.EXCHANGES, "the key files cannot be used"));
      return null;
    }
  }

  private static Check listen(PartyConfig.Listen listen) {
    String place = listen.host() + ":" + listen.port();
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(listen.host(), listen.port()));
      return Check.ok(Subject.LISTEN, "can listen on " + place);
    } catch (IOException | IllegalArgumentException e) {
      return Check.failed(
          Subject.LISTEN,
          "cannot listen on " + place + ": " + e.getMessage(),
          "end the job or other process that has the port, or correct listen.host and listen.port");
    }
  }

  private static Check certificate(X509Certificate certificate) {
    long days = daysLeft(certificate);
    String found = "valid until " + certificate.getNotAfter().toInstant() + ", " + days + " days";
    Check check =
        days < FEW_DAYS
            ? Check.warning(
                Subject.OWN_CERTIFICATE,
                found,
                "make a new identity with `heddle init --force` and give the peers its fingerprint in time")
            : Check.ok(Subject.OWN_CERTIFICATE, found);
    return check.with("days", days);
  }

  static long daysLeft(X509Certificate certificate) {
    return Duration.between(Instant.now(), certificate.getNotAfter().toInstant()).toDays();
  }
}

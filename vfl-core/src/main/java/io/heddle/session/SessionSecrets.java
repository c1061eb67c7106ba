// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.ExchangeStart.Run;
import io.heddle.crypto.Randomness;
import java.security.SecureRandom;

/**
 * What a party draws once for a session, before anything leaves it. All that it sends follows from
 * this, its data and what it receives.
 *
 * @param run of its exchange; public
 * @param secret 32 bytes, from which all its private randomness comes
 * @param nonce 32 bytes, its share in the session id; public
 */
record SessionSecrets(Run run, byte[] secret, byte[] nonce) {
  static final int SECRET_BYTES = 32;
  static final int NONCE_BYTES = 32;

  static SessionSecrets draw() {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[SECRET_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(secret);
    random.nextBytes(nonce);
    return new SessionSecrets(Run.begin(), secret, nonce);
  }

  /** As {@link Session#privateRandomness}. */
  Randomness randomness(String purpose, byte[]... context) {
    return Randomness.derive(secret, purpose, context);
  }

  /** The same, for the next start of the exchange. */
  SessionSecrets again() {
    return new SessionSecrets(new Run(run.id(), run.start() + 1), secret, nonce);
  }
}

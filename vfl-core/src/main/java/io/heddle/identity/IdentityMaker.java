// SPDX-License-Identifier: Apache-2.0
package io.heddle.identity;

import io.heddle.party.PartyId;
import java.nio.file.Path;

/** Makes the key files of a party as {@code heddle init} does. */
@FunctionalInterface
public interface IdentityMaker {
  /**
   * Writes {@code identity.p12} and {@code identity.password} into the directory.
   *
   * @return the fingerprint of the new public key, {@code sha256:} and hexadecimal digits
   */
  String make(PartyId party, Path directory);
}

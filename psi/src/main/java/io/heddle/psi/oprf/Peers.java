// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import java.util.HexFormat;

/** A peer's fingerprint, {@code sha256:} and 64 digits, in other forms. */
final class Peers {
  private static final String START = "sha256:";

  private Peers() {}

  static String fileName(String fingerprint) {
    return fingerprint.substring(START.length());
  }

  static byte[] hash(String fingerprint) {
    return HexFormat.of().parseHex(fileName(fingerprint));
  }
}

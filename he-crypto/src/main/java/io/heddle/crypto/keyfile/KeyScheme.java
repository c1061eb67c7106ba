// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.keyfile;

/**
 * What kind of key a file holds, authenticated with it.
 *
 * @param scheme 1 for Paillier, 16 for Okamoto-Uchiyama
 * @param type the scheme's own distinction, 0 if it has none
 * @param keyBits of the modulus
 */
public record KeyScheme(int scheme, int type, int keyBits) {
  /** Checks that each fits its bytes. */
  public KeyScheme {
    if (scheme >>> 8 != 0 || type >>> 8 != 0 || keyBits >>> 16 != 0) {
      throw new IllegalArgumentException(
          "Invalid kind of key " + scheme + "/" + type + "/" + keyBits);
    }
  }
}

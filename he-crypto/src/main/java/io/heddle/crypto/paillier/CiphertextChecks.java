// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;

/** What a ciphertext from a peer must be before anything is computed with it. */
final class CiphertextChecks {
  private CiphertextChecks() {}

  static void check(PaillierPublicKey key, BigInteger[] ciphertexts) {
    BigInteger n = key.modulus();
    BigInteger minusOne = n.subtract(BigInteger.ONE);
    BigInteger[] reduced = new BigInteger[ciphertexts.length];
    BigInteger product = BigInteger.ONE;
    for (int i = 0; i < ciphertexts.length; i++) {
      if (ciphertexts[i].signum() == 0 || ciphertexts[i].compareTo(key.modulusSquared()) >= 0) {
        throw new ProtocolException(
            "Ciphertext " + i + " is out of range: must be above 0 and below n²");
      }
      reduced[i] = ciphertexts[i].mod(n);
      if (reduced[i].equals(BigInteger.ONE) || reduced[i].equals(minusOne)) {
        throw new ProtocolException("Ciphertext " + i + " carries no randomness");
      }
      product = product.multiply(reduced[i]).mod(n);
    }
    if (!product.gcd(n).equals(BigInteger.ONE)) {
      for (int i = 0; i < reduced.length; i++) {
        if (!reduced[i].gcd(n).equals(BigInteger.ONE)) {
          throw new ProtocolException("Ciphertext " + i + " has a factor in common with n");
        }
      }
    }
  }
}

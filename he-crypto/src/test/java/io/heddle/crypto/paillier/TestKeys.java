// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * One key of each kind for the whole test JVM, with its secret numbers open to independent sums.
 */
final class TestKeys {
  static final KeyPrimes PRIMES = KeyPrimes.generate(2048, new SecureRandom());
  static final PaillierPrivateKey KEY = new PaillierPrivateKey(PRIMES);
  static final PaillierPublicKey PUBLIC = KEY.publicKey();
  static final PaillierPublicKey OTHER =
      PaillierPrivateKey.generate(2048, new SecureRandom()).publicKey();

  static final PaillierPrivateKey DJN =
      PaillierPrivateKey.generate(PaillierKeyType.DJN, 2048, new SecureRandom());

  static final BigInteger N = PUBLIC.modulus();
  static final BigInteger N_SQUARED = N.multiply(N);
  static final BigInteger P = PRIMES.p().value();
  static final BigInteger Q = PRIMES.q().value();

  private TestKeys() {}

  static Randomness randomness(String purpose) {
    return Randomness.derive(new byte[32], purpose);
  }

  static PlaintextBlock plaintexts(long... values) {
    return PlaintextBlock.of(
        0, Arrays.stream(values).mapToObj(value -> BigInteger.valueOf(value).mod(N)).toList());
  }

  static CiphertextBlock encrypted(long... values) {
    return KEY.encrypt(plaintexts(values), randomness("test " + Arrays.toString(values)));
  }

  static BigInteger[] residues(CiphertextBlock block) {
    return PUBLIC.arithmetic().toIntegers(PUBLIC.space().residues(block));
  }

  static BigInteger residue(CiphertextBlock block, int index) {
    return residues(block)[index];
  }

  static CiphertextBlock block(BigInteger[] residues, BigInteger bound) {
    return PUBLIC.space().block(PUBLIC.arithmetic().residues(residues), bound);
  }

  /** Decrypts as in Paillier's own paper, with the full exponent lambda. */
  static BigInteger textbookDecrypt(BigInteger ciphertext) {
    BigInteger lambda = P.subtract(BigInteger.ONE).multiply(Q.subtract(BigInteger.ONE));
    BigInteger power = ciphertext.modPow(lambda, N_SQUARED).subtract(BigInteger.ONE);
    return power.divide(N).multiply(lambda.modInverse(N)).mod(N);
  }

  static BigInteger signed(BigInteger plaintext) {
    return plaintext.shiftLeft(1).compareTo(N) > 0 ? plaintext.subtract(N) : plaintext;
  }
}

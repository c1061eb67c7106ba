// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/** One key for the whole test JVM, with its secret numbers open to independent sums. */
final class TestKeys {
  static final OkamotoUchiyamaPrivateKey KEY =
      OkamotoUchiyamaPrivateKey.generate(2048, new SecureRandom());
  static final OkamotoUchiyamaPublicKey PUBLIC = KEY.publicKey();
  static final OkamotoUchiyamaPublicKey OTHER =
      OkamotoUchiyamaPrivateKey.generate(2048, new SecureRandom()).publicKey();

  static final BigInteger N = PUBLIC.n();
  static final BigInteger G = PUBLIC.g();
  static final BigInteger P = KEY.numbers().p();
  static final BigInteger Q = KEY.numbers().q();
  static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(511);

  private TestKeys() {}

  static Randomness randomness(String purpose) {
    return Randomness.derive(new byte[32], purpose);
  }

  static PlaintextBlock plaintexts(long... values) {
    return PlaintextBlock.of(0, Arrays.stream(values).mapToObj(BigInteger::valueOf).toList());
  }

  static CiphertextBlock encrypted(long... values) {
    return KEY.encrypt(plaintexts(values), randomness("test " + Arrays.toString(values)));
  }

  static BigInteger residue(CiphertextBlock block, int index) {
    return PUBLIC.space().modulus().toIntegers(PUBLIC.space().residues(block))[index];
  }

  static CiphertextBlock block(BigInteger... residues) {
    return PUBLIC.space().block(PUBLIC.space().modulus().residues(residues), LIMIT);
  }

  /** Decrypts as the paper has it. */
  static BigInteger textbookDecrypt(SecretNumbers key, BigInteger ciphertext) {
    BigInteger p = key.p();
    BigInteger above = logarithm(ciphertext, p);
    return above.multiply(logarithm(key.g(), p).modInverse(p)).mod(p);
  }

  private static BigInteger logarithm(BigInteger number, BigInteger p) {
    BigInteger power = number.modPow(p.subtract(BigInteger.ONE), p.multiply(p));
    BigInteger[] quotient = power.subtract(BigInteger.ONE).divideAndRemainder(p);
    if (quotient[1].signum() != 0) {
      throw new AssertionError("not in the subgroup");
    }
    return quotient[0];
  }
}

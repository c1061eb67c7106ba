// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Cores;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.kernel.Transfer;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.List;

/**
 * What a ciphertext from a peer must be before anything is computed with it: above 0 and below n²,
 * without a factor in common with n, and neither 1 nor -1 modulo n, which would show its plaintext.
 *
 * <p>The product of c (c² - 1) over the whole block is taken modulo n, and one greatest common
 * divisor with n tells whether all are in order; only a block that fails is searched. A ciphertext
 * that is 1 or -1 modulo just one of the primes fails as well: whoever made it knew the prime.
 */
final class CiphertextChecks {
  private final PaillierPublicKey key;
  private final Modulus modN;
  private final Transfer reduce;
  private final Residues minusOne;

  CiphertextChecks(PaillierPublicKey key) {
    this.key = key;
    modN = Modulus.of(key.modulus());
    reduce = modN.transferFrom(key.arithmetic(), BigInteger.ONE);
    minusOne = modN.residues(key.modulus().subtract(BigInteger.ONE));
  }

  CiphertextBlock read(byte[] bytes, int expectedCount) {
    int width = key.ciphertextBytes();
    key.space().requireLength(bytes, expectedCount);
    Modulus arithmetic = key.arithmetic();
    requireRange(arithmetic, bytes, expectedCount, width);
    // Their range has been looked at: no need for fromBytes to do it again.
    List<Residues> pieces =
        Cores.pieces(
            expectedCount,
            (from, to) ->
                arithmetic.fromBytesTimes(bytes, from * width, to - from, width, BigInteger.ONE));
    Residues residues = arithmetic.concat(pieces);
    check(residues);
    return key.space().block(residues, key.modulus());
  }

  private static void requireRange(Modulus arithmetic, byte[] bytes, int count, int width) {
    int beyond = arithmetic.firstBeyond(bytes, 0, count, width);
    for (int i = 0; i < count; i++) {
      boolean zero = true;
      for (int k = i * width; zero && k < (i + 1) * width; k++) {
        zero = bytes[k] == 0;
      }
      if (zero || i == beyond) {
        throw new ProtocolException(
            "Ciphertext " + i + " is out of range: must be above 0 and below n²");
      }
    }
  }

  private void check(Residues ciphertexts) {
    BigInteger n = key.modulus();
    List<Residues> products =
        Cores.pieces(
            ciphertexts.size(),
            (from, to) -> {
              Residues c = reduce.apply(ciphertexts.slice(from, to));
              Residues offsets = modN.gather(minusOne, new int[to - from]);
              return modN.product(modN.multiply(c, modN.add(modN.multiply(c, c), offsets)));
            });
    BigInteger product = modN.toIntegers(modN.product(modN.concat(products)))[0];
    if (product.gcd(n).equals(BigInteger.ONE)) {
      return;
    }
    BigInteger[] numbers = modN.toIntegers(reduce.apply(ciphertexts));
    for (int i = 0; i < numbers.length; i++) {
      if (!numbers[i].gcd(n).equals(BigInteger.ONE)) {
        throw new ProtocolException("Ciphertext " + i + " has a factor in common with n");
      }
      BigInteger withoutRandomness = numbers[i].multiply(numbers[i]).subtract(BigInteger.ONE);
      if (!withoutRandomness.gcd(n).equals(BigInteger.ONE)) {
        throw new ProtocolException("Ciphertext " + i + " carries no randomness");
      }
    }
    throw new AssertionError("A block failed whose ciphertexts all pass");
  }
}

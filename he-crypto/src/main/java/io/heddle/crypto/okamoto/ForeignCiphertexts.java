// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.Cores;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.additive.CiphertextSpace;
import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * What a ciphertext from a peer must be before anything is computed with it: above 0 and below n,
 * neither 1 nor -1 modulo n, without a factor in common with n. The last is one greatest common
 * divisor for the product of the block; only a block that fails is searched.
 */
final class ForeignCiphertexts {
  private ForeignCiphertexts() {}

  static CiphertextBlock read(CiphertextSpace space, byte[] bytes, int expectedCount) {
    int width = space.width();
    space.requireLength(bytes, expectedCount);
    Modulus modulus = space.modulus();
    requireRange(modulus, bytes, expectedCount, width);
    // Their range has been looked at: no need for fromBytes to do it again.
    List<Residues> pieces =
        Cores.pieces(
            expectedCount,
            (from, to) ->
                modulus.fromBytesTimes(bytes, from * width, to - from, width, BigInteger.ONE));
    Residues residues = modulus.concat(pieces);
    requireCoprime(modulus, residues);
    return space.block(residues, space.limit());
  }

  private static void requireRange(Modulus modulus, byte[] bytes, int count, int width) {
    byte[] one = fixed(BigInteger.ONE, width);
    byte[] minusOne = fixed(modulus.value().subtract(BigInteger.ONE), width);
    for (int i = 0; i < count; i++) {
      int from = i * width;
      int to = from + width;
      // Above -1 is not below n, and below 1 is 0.
      if (Arrays.compareUnsigned(bytes, from, to, one, 0, width) < 0
          || Arrays.compareUnsigned(bytes, from, to, minusOne, 0, width) > 0) {
        throw new ProtocolException(
            "Ciphertext " + i + " is out of range: must be above 0 and below n");
      }
      if (Arrays.equals(bytes, from, to, one, 0, width)
          || Arrays.equals(bytes, from, to, minusOne, 0, width)) {
        throw new ProtocolException("Ciphertext " + i + " carries no randomness");
      }
    }
  }

  private static byte[] fixed(BigInteger number, int width) {
    byte[] bytes = new byte[width];
    FixedWidth.put(number, bytes, 0, width);
    return bytes;
  }

  private static void requireCoprime(Modulus modulus, Residues ciphertexts) {
    BigInteger n = modulus.value();
    List<Residues> products =
        Cores.pieces(
            ciphertexts.size(), (from, to) -> modulus.product(ciphertexts.slice(from, to)));
    BigInteger product = modulus.toIntegers(modulus.product(modulus.concat(products)))[0];
    if (product.gcd(n).equals(BigInteger.ONE)) {
      return;
    }
    BigInteger[] numbers = modulus.toIntegers(ciphertexts);
    for (int i = 0; i < numbers.length; i++) {
      if (!numbers[i].gcd(n).equals(BigInteger.ONE)) {
        throw new ProtocolException("Ciphertext " + i + " has a factor in common with n");
      }
    }
    throw new AssertionError("A block failed whose ciphertexts all pass");
  }
}

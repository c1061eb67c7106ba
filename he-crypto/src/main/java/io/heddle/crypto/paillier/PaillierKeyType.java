// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;

/** How the generator h of a key's randomness is made, and with it how long random exponents are. */
public enum PaillierKeyType {
  /**
   * P = 2 p' a + 1 and Q = 2 q' b + 1 with small primes p' and q'; h = -y^(2ab) of order 2 p' q'.
   * Random exponents have as many bits as p' q': 448 at 2048, 512 at 3072. Assumes, besides
   * composite residuosity, that elements of the small subgroup cannot be told from random ones of
   * Jacobi symbol 1. (Ma, Han and Lei, "Optimized Paillier's Cryptosystem with Fast Encryption and
   * Decryption", ACSAC 2021, section 4; the sizes are those of its table for 112 and 128 bits of
   * strength. For 4096 bits 768 are taken, its size for 7680.)
   */
  OPTIMISED(1),

  /**
   * P and Q random with P = Q = 3 mod 4 and gcd(P - 1, Q - 1) = 2; h = -x². Random exponents have
   * half as many bits as N. (Damgard, Jurik and Nielsen, "A generalization of Paillier's public-key
   * system with applications to electronic voting", Int. J. Inf. Secur. 9, 2010, section 4.2.)
   */
  DJN(2);

  private final int code;

  PaillierKeyType(int code) {
    this.code = code;
  }

  /** The first byte of a key of this type. */
  int code() {
    return code;
  }

  static PaillierKeyType ofCode(int code) {
    for (PaillierKeyType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new ProtocolException("Invalid public key version " + code + ": must be 1 or 2");
  }

  /**
   * Bits of the random exponent of an encryption.
   *
   * @param keyBits 2048, 3072 or 4096
   */
  public int randomnessBits(int keyBits) {
    return switch (keyBits) {
      case 2048 -> this == DJN ? keyBits / 2 : 448;
      case 3072 -> this == DJN ? keyBits / 2 : 512;
      case 4096 -> this == DJN ? keyBits / 2 : 768;
      default ->
          throw new IllegalArgumentException(
              "Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    };
  }

  /**
   * Bits of the random exponent that hides the randomness of what went into an answer: 128 more
   * than the order of h can have, in whole bytes.
   */
  int obfuscationBits(int keyBits) {
    int order = this == DJN ? keyBits : randomnessBits(keyBits) + 1;
    return (order + 128 + 7) / 8 * 8;
  }
}

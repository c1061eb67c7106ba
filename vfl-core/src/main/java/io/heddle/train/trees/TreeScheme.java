// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.config.JobConfig;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.okamoto.OkamotoUchiyamaPrivateKey;
import io.heddle.crypto.okamoto.OkamotoUchiyamaPublicKey;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.crypto.paillier.PaillierPublicKey;

/** By what derivatives are encrypted. */
public enum TreeScheme {
  /** Paillier (Eurocrypt 1999), under an optimised key. */
  PAILLIER("trees/paillier key") {
    @Override
    int plaintextBits(int keyBits) {
      return keyBits;
    }

    @Override
    int ciphertextBytes(int keyBits) {
      return keyBits / 4;
    }

    @Override
    int keyBytes(int keyBits) {
      return 3 + 3 * keyBits / 8;
    }

    @Override
    AdditivePublicKey publicKey(byte[] bytes) {
      return PaillierPublicKey.fromBytes(bytes);
    }

    @Override
    AdditivePrivateKey privateKey(byte[] bytes) {
      return PaillierPrivateKey.fromBytes(bytes);
    }

    @Override
    AdditivePrivateKey derive(int keyBits, Randomness randomness) {
      return PaillierPrivateKey.derive(keyBits, randomness);
    }
  },

  /**
   * Okamoto-Uchiyama (Eurocrypt 1998): ciphertexts half as long, which are added in a third of the
   * time. Only with feature holders that follow the protocol: one that sends numbers of its own
   * making can find the key from which splits the label holder then chooses.
   */
  OKAMOTO_UCHIYAMA("trees/okamoto-uchiyama key") {
    @Override
    int plaintextBits(int keyBits) {
      return keyBits / 4;
    }

    @Override
    int ciphertextBytes(int keyBits) {
      return keyBits / 8;
    }

    @Override
    int keyBytes(int keyBits) {
      return 3 + keyBits / 4;
    }

    @Override
    AdditivePublicKey publicKey(byte[] bytes) {
      return OkamotoUchiyamaPublicKey.fromBytes(bytes);
    }

    @Override
    AdditivePrivateKey privateKey(byte[] bytes) {
      return OkamotoUchiyamaPrivateKey.fromBytes(bytes);
    }

    @Override
    AdditivePrivateKey derive(int keyBits, Randomness randomness) {
      return OkamotoUchiyamaPrivateKey.derive(keyBits, randomness);
    }
  };

  private final String purpose;

  TreeScheme(String purpose) {
    this.purpose = purpose;
  }

  /** The one that a job names. */
  public static TreeScheme of(JobConfig.TreesScheme named) {
    return switch (named) {
      case PAILLIER -> PAILLIER;
      case OKAMOTO_UCHIYAMA -> OKAMOTO_UCHIYAMA;
    };
  }

  /** What a key is derived for. */
  String purpose() {
    return purpose;
  }

  /** Bits of the number that plaintexts stay below. */
  abstract int plaintextBits(int keyBits);

  abstract int ciphertextBytes(int keyBits);

  /** Bytes of a public key. */
  abstract int keyBytes(int keyBits);

  /**
   * Reads the label holder's key.
   *
   * @throws io.heddle.error.ProtocolException if it cannot be one
   */
  abstract AdditivePublicKey publicKey(byte[] bytes);

  /**
   * Reads a key that another process of this party has.
   *
   * @throws io.heddle.error.EncodingException if it is none
   */
  abstract AdditivePrivateKey privateKey(byte[] bytes);

  /** The key that follows from randomness. */
  abstract AdditivePrivateKey derive(int keyBits, Randomness randomness);
}

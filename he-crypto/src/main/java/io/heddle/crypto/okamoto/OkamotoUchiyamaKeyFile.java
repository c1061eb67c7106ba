// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.okamoto;

import io.heddle.crypto.keyfile.KeyFile;
import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ConfigurationException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A private key at rest, under a password: {@link KeyFile} says how. */
public final class OkamotoUchiyamaKeyFile {
  private OkamotoUchiyamaKeyFile() {}

  /**
   * Writes a key to a new file of mode 0600.
   *
   * @throws ConfigurationException if there is a file already or it cannot be written
   */
  public static void write(
      OkamotoUchiyamaPrivateKey key, Path file, char[] password, SecureRandom random) {
    KeyScheme scheme = new KeyScheme(PublicKeyFormat.CODE, 0, key.publicKey().keyBits());
    byte[] secret = secret(key);
    try {
      KeyFile.write(file, scheme, secret, password, random);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** p, q and g. */
  static byte[] secret(OkamotoUchiyamaPrivateKey key) {
    SecretNumbers numbers = key.numbers();
    int keyBits = key.publicKey().keyBits();
    int p = SecretNumbers.bitsOfP(keyBits) / 8;
    int q = SecretNumbers.bitsOfQ(keyBits) / 8;
    byte[] secret = new byte[secretBytes(keyBits)];
    FixedWidth.put(numbers.p(), secret, 0, p);
    FixedWidth.put(numbers.q(), secret, p, q);
    FixedWidth.put(numbers.g(), secret, p + q, keyBits / 8);
    return secret;
  }

  /**
   * Reads a key and checks that its numbers belong together.
   *
   * @throws ConfigurationException if the file is missing, open to others, does not open with the
   *     password, is damaged or holds another key; names the file
   */
  public static OkamotoUchiyamaPrivateKey read(Path file, char[] password) {
    return KeyFile.read(file, password, OkamotoUchiyamaKeyFile::parse);
  }

  private static int secretBytes(int keyBits) {
    return (SecretNumbers.bitsOfP(keyBits) + SecretNumbers.bitsOfQ(keyBits) + keyBits) / 8;
  }

  static @Nullable OkamotoUchiyamaPrivateKey parse(KeyScheme scheme, byte[] secret) {
    int keyBits = scheme.keyBits();
    if (scheme.scheme() != PublicKeyFormat.CODE
        || scheme.type() != 0
        || !PublicKeyFormat.offers(keyBits)
        || secret.length != secretBytes(keyBits)) {
      return null;
    }
    int p = SecretNumbers.bitsOfP(keyBits) / 8;
    int q = SecretNumbers.bitsOfQ(keyBits) / 8;
    BigInteger g = FixedWidth.get(secret, p + q, keyBits / 8);
    SecretNumbers numbers =
        new SecretNumbers(FixedWidth.get(secret, 0, p), FixedWidth.get(secret, p, q), g);
    return numbers.areSound(keyBits) ? new OkamotoUchiyamaPrivateKey(numbers) : null;
  }

  /** The size before the secret. */
  static byte[] bytes(OkamotoUchiyamaPrivateKey key) {
    byte[] secret = secret(key);
    try {
      return ByteBuffer.allocate(Short.BYTES + secret.length)
          .putShort((short) key.publicKey().keyBits())
          .put(secret)
          .array();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** What {@link #bytes} gave; null if it is no sound key. */
  static @Nullable OkamotoUchiyamaPrivateKey parse(byte[] bytes) {
    if (bytes.length < Short.BYTES) {
      return null;
    }
    int keyBits = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort());
    byte[] secret = Arrays.copyOfRange(bytes, Short.BYTES, bytes.length);
    try {
      return parse(new KeyScheme(PublicKeyFormat.CODE, 0, keyBits), secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}

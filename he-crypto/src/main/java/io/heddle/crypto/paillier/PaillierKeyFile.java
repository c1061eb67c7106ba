// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.keyfile.KeyFile;
import io.heddle.crypto.keyfile.KeyScheme;
import io.heddle.crypto.number.FixedWidth;
import io.heddle.error.ConfigurationException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A private key of either type at rest, under a password: {@link KeyFile} says how. */
public final class PaillierKeyFile {
  private static final int SCHEME = 1;
  private static final int HEAD_BYTES = 3;

  private PaillierKeyFile() {}

  /**
   * Writes a key to a new file of mode 0600.
   *
   * @throws ConfigurationException if there is a file already or it cannot be written
   */
  public static void write(
      PaillierPrivateKey key, Path file, char[] password, SecureRandom random) {
    PrivateNumbers numbers = key.numbers();
    KeyScheme scheme = new KeyScheme(SCHEME, numbers.type().code(), key.publicKey().keyBits());
    byte[] secret = secret(numbers, scheme.keyBits());
    try {
      KeyFile.write(file, scheme, secret, password, random);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** The primes and their orders, then h. */
  static byte[] secret(PrivateNumbers numbers, int keyBits) {
    int width = keyBits / 16;
    byte[] secret = new byte[secretBytes(keyBits)];
    List<BigInteger> halves = List.of(numbers.p(), numbers.orderP(), numbers.q(), numbers.orderQ());
    for (int i = 0; i < halves.size(); i++) {
      FixedWidth.put(halves.get(i), secret, i * width, width);
    }
    FixedWidth.put(numbers.h(), secret, 4 * width, 2 * width);
    return secret;
  }

  /**
   * Reads a key and checks that its numbers belong together.
   *
   * @throws ConfigurationException if the file is missing, open to others, does not open with the
   *     password, is damaged or holds another key; names the file
   */
  public static PaillierPrivateKey read(Path file, char[] password) {
    return KeyFile.read(file, password, PaillierKeyFile::parse);
  }

  /** Four numbers of half the key's size and one of its size. */
  private static int secretBytes(int keyBits) {
    return 6 * (keyBits / 16);
  }

  static @Nullable PaillierPrivateKey parse(KeyScheme scheme, byte[] secret) {
    int keyBits = scheme.keyBits();
    PaillierKeyType type = type(scheme.type());
    if (scheme.scheme() != SCHEME
        || type == null
        || !(keyBits == 2048 || keyBits == 3072 || keyBits == 4096)
        || secret.length != secretBytes(keyBits)) {
      return null;
    }
    int width = keyBits / 16;
    PrivateNumbers numbers =
        new PrivateNumbers(
            type,
            FixedWidth.get(secret, 0, width),
            FixedWidth.get(secret, width, width),
            FixedWidth.get(secret, 2 * width, width),
            FixedWidth.get(secret, 3 * width, width),
            FixedWidth.get(secret, 4 * width, 2 * width));
    return PrivateNumbersCheck.areSound(numbers, keyBits) ? new PaillierPrivateKey(numbers) : null;
  }

  /** Type and size before the secret. */
  static byte[] bytes(PaillierPrivateKey key) {
    int keyBits = key.publicKey().keyBits();
    byte[] secret = secret(key.numbers(), keyBits);
    try {
      return ByteBuffer.allocate(HEAD_BYTES + secret.length)
          .put((byte) key.numbers().type().code())
          .putShort((short) keyBits)
          .put(secret)
          .array();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** What {@link #bytes} gave; null if it is no sound key. */
  static @Nullable PaillierPrivateKey parse(byte[] bytes) {
    if (bytes.length < HEAD_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    KeyScheme scheme =
        new KeyScheme(SCHEME, Byte.toUnsignedInt(in.get()), Short.toUnsignedInt(in.getShort()));
    byte[] secret = Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
    try {
      return parse(scheme, secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static @Nullable PaillierKeyType type(int code) {
    for (PaillierKeyType type : PaillierKeyType.values()) {
      if (type.code() == code) {
        return type;
      }
    }
    return null;
  }
}

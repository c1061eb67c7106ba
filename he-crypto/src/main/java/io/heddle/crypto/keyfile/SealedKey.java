// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.keyfile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The bytes of a private key's file: a header, then the key encrypted by AES-256-GCM with the
 * header as additional data, under a key that PBKDF2-HMAC-SHA-512 derives from a password.
 *
 * <pre>
 * 8  "HEDDLEPK"
 * 1  version of this layout, 1
 * 1  scheme, 1  type, 2  key bits
 * 1  key derivation, 1 for PBKDF2-HMAC-SHA-512
 * 4  iterations
 * 16 salt
 * 12 nonce
 * .. ciphertext and tag of 16
 * </pre>
 */
final class SealedKey {
  /** OWASP's figure for PBKDF2-HMAC-SHA-512 (Password Storage Cheat Sheet, 2023). */
  static final int ITERATIONS = 210_000;

  /** A file may ask for more, but not keep this process busy for minutes. */
  static final int MAX_ITERATIONS = 50 * ITERATIONS;

  static final int HEADER_BYTES = 8 + 1 + 1 + 1 + 2 + 1 + 4 + 16 + 12;
  static final int TAG_BYTES = 16;
  static final int MAX_BYTES = 1 << 16;

  private static final byte[] MAGIC = "HEDDLEPK".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int PBKDF2_SHA512 = 1;
  private static final int SALT_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  private SealedKey() {}

  /** Turns a password into 32 bytes. */
  @FunctionalInterface
  interface Derivation {
    byte[] derive(byte[] salt, int iterations) throws GeneralSecurityException;
  }

  static Derivation pbkdf2(char[] password) {
    return (salt, iterations) -> {
      PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, 256);
      try {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
            .generateSecret(spec)
            .getEncoded();
      } finally {
        spec.clearPassword();
      }
    };
  }

  static byte[] seal(KeyScheme scheme, byte[] secret, Derivation derivation, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    ByteBuffer sealed = ByteBuffer.allocate(HEADER_BYTES + secret.length + TAG_BYTES);
    sealed.put(MAGIC).put((byte) VERSION);
    sealed.put((byte) scheme.scheme()).put((byte) scheme.type()).putShort((short) scheme.keyBits());
    sealed.put((byte) PBKDF2_SHA512).putInt(ITERATIONS).put(salt).put(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, derivation.derive(salt, ITERATIONS), nonce);
      cipher.updateAAD(sealed.array(), 0, HEADER_BYTES);
      return sealed.put(cipher.doFinal(secret)).array();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has PBKDF2 with SHA-512 and AES-GCM", e);
    }
  }

  /**
   * Opens what {@link #seal} gave.
   *
   * @throws GeneralSecurityException for another password, a changed byte, or what is no such file
   */
  static Opened open(byte[] sealed, Derivation derivation) throws GeneralSecurityException {
    if (sealed.length <= HEADER_BYTES + TAG_BYTES || sealed.length > MAX_BYTES) {
      throw new GeneralSecurityException("A private key file cannot have this length");
    }
    ByteBuffer header = ByteBuffer.wrap(sealed);
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC) || header.get() != VERSION) {
      throw new GeneralSecurityException("Not a private key file of version " + VERSION);
    }
    KeyScheme scheme =
        new KeyScheme(
            Byte.toUnsignedInt(header.get()),
            Byte.toUnsignedInt(header.get()),
            Short.toUnsignedInt(header.getShort()));
    int derived = header.get();
    int iterations = header.getInt();
    if (derived != PBKDF2_SHA512 || iterations < ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new GeneralSecurityException("A key derivation that is too weak, too slow or unknown");
    }
    byte[] salt = new byte[SALT_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    header.get(salt).get(nonce);
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, derivation.derive(salt, iterations), nonce);
    cipher.updateAAD(sealed, 0, HEADER_BYTES);
    return new Opened(scheme, cipher.doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES));
  }

  /** Takes the derived key and wipes it. */
  private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_BYTES, nonce));
      return cipher;
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** What a file held. */
  record Opened(KeyScheme scheme, byte[] secret) {
    @Override
    public String toString() {
      return "Opened[secret]";
    }
  }
}

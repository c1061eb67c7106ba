// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM under one file's key (NIST SP 800-38D). Not safe for several threads. */
final class Gcm {
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;

  private final SecretKeySpec key;
  private final Cipher cipher;

  /** Takes a key of 32 bytes and wipes it. */
  Gcm(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
    Arrays.fill(key, (byte) 0);
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-GCM", e);
    }
  }

  /**
   * Encrypts and appends the tag.
   *
   * @param nonce must be new under this key
   * @return how many bytes went to the start of {@code out}: {@value #TAG_BYTES} more than came in
   */
  int seal(byte[] nonce, byte[] aad, byte[] plain, int length, byte[] out) {
    return seal(nonce, aad, plain, 0, length, out, 0);
  }

  /** As {@link #seal(byte[], byte[], byte[], int, byte[])}, from one place to another. */
  int seal(byte[] nonce, byte[] aad, byte[] plain, int from, int length, byte[] out, int to) {
    try {
      init(Cipher.ENCRYPT_MODE, nonce, aad);
      return cipher.doFinal(plain, from, length, out, to);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-GCM fails only for a buffer that is too short", e);
    }
  }

  /**
   * Checks the tag and decrypts.
   *
   * @return how many bytes went to the start of {@code out}, or -1 if a byte was changed
   */
  int open(byte[] nonce, byte[] aad, byte[] sealed, int length, byte[] out) {
    return open(nonce, aad, sealed, 0, length, out, 0);
  }

  /** As {@link #open(byte[], byte[], byte[], int, byte[])}, from one place to another. */
  int open(byte[] nonce, byte[] aad, byte[] sealed, int from, int length, byte[] out, int to) {
    try {
      init(Cipher.DECRYPT_MODE, nonce, aad);
      return cipher.doFinal(sealed, from, length, out, to);
    } catch (AEADBadTagException e) {
      return -1;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-GCM fails only for a buffer that is too short", e);
    }
  }

  private void init(int mode, byte[] nonce, byte[] aad) throws GeneralSecurityException {
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
    cipher.updateAAD(aad);
  }
}

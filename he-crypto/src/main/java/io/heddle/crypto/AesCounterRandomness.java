// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256 in counter mode; the counter block is the index, then 64 bits that count blocks. */
final class AesCounterRandomness implements Randomness {
  private final SecretKeySpec key;
  // To find a cipher and expand its key takes ten times as long as to fill a few hundred bytes.
  private final Queue<Cipher> idle = new ConcurrentLinkedQueue<>();

  AesCounterRandomness(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  @Override
  public void fill(long index, byte[] into) {
    try {
      Cipher held = idle.poll();
      Cipher cipher = held == null ? Cipher.getInstance("AES/CTR/NoPadding") : held;
      byte[] counter = ByteBuffer.allocate(16).putLong(index).array();
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
      Arrays.fill(into, (byte) 0);
      int written = cipher.doFinal(into, 0, into.length, into, 0);
      if (written != into.length) {
        throw new AssertionError("AES-CTR wrote " + written + " of " + into.length + " bytes");
      }
      idle.add(cipher);
    } catch (ShortBufferException e) {
      throw new AssertionError("AES-CTR does not lengthen its input", e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has AES-256 in counter mode", e);
    }
  }

  @Override
  public String toString() {
    return "Randomness[secret]";
  }
}

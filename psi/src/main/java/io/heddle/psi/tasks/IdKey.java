// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import io.heddle.channel.Blobs;
import java.io.Serializable;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names a secret of one step in this party's own store: tasks hash ids with it, and whoever sees
 * the hashes without it cannot test an id.
 *
 * @param name of the blob
 */
public record IdKey(Blobs blobs, byte[] name) implements Serializable {
  private static final String HMAC = "HmacSHA256";
  private static final int BYTES = 32;

  /**
   * Puts a secret into the own store.
   *
   * @param secret 32 bytes
   */
  public static IdKey put(Blobs blobs, byte[] secret) {
    return new IdKey(blobs, blobs.put(blobs.self(), secret));
  }

  /** For one thread. */
  public Hasher hasher() {
    SecretKeySpec key = blobs.shared(name, BYTES, secret -> new SecretKeySpec(secret, HMAC));
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return new Hasher(mac);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every JDK has HMAC-SHA256", e);
    }
  }

  /** Hashes to 32 bytes. Not safe for several threads. */
  public static final class Hasher {
    private final Mac mac;

    private Hasher(Mac mac) {
      this.mac = mac;
    }

    /** HMAC-SHA256 of a part of some bytes. */
    public byte[] hash(byte[] bytes, int from, int length) {
      mac.update(bytes, from, length);
      return mac.doFinal();
    }
  }
}

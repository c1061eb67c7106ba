// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.party.PartyId;
import io.heddle.train.shared.OwnData;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Masks that every two feature holders share, one adding what the other subtracts: the label holder
 * sees uniform numbers and, in their sum, only the sum of what they hide. Each use has its own
 * name, is asked for once, and takes the keys of one step. A lone feature holder has no masks.
 * (Bonawitz et al., CCS 2017, section 4, without drop-outs.)
 */
final class PairwiseMasks {
  private static final int LONGS_PER_INDEX = 8192;
  private static final byte[] BASE_POINT = new byte[Curve25519.POINT_BYTES];

  static {
    BASE_POINT[0] = 9;
  }

  private final PartyId self;
  private final byte[] path;
  private final SortedMap<PartyId, byte[]> secrets = new TreeMap<>();
  private final Set<String> used = new HashSet<>();

  /**
   * The secret half of this party's key, fresh for each step and other data: the masks themselves
   * do not change with what they hide.
   */
  static byte[] secretKey(PrivateRandomness randomness, Channel channel, OwnData data) {
    byte[] secret = new byte[Curve25519.POINT_BYTES];
    randomness
        .derive("logistic/mask key", channel.path().getBytes(StandardCharsets.UTF_8), data.digest())
        .fill(0, secret);
    return secret;
  }

  static byte[] publicKey(byte[] secretKey) {
    return Curve25519.multiply(secretKey, BASE_POINT);
  }

  /**
   * @param publicKeys those of the other feature holders
   * @throws io.heddle.error.ProtocolException if one is not a point of large order
   */
  PairwiseMasks(PartyId self, String path, byte[] secretKey, Map<PartyId, byte[]> publicKeys) {
    this.self = self;
    this.path = path.getBytes(StandardCharsets.UTF_8);
    publicKeys.forEach((peer, key) -> secrets.put(peer, Curve25519.multiply(secretKey, key)));
  }

  /** Masks in place, modulo 2^64. */
  void mask(String use, long[] values) {
    claim(use);
    byte[] bytes = new byte[LONGS_PER_INDEX * Long.BYTES];
    ByteBuffer masks = ByteBuffer.wrap(bytes);
    secrets.forEach(
        (peer, secret) -> {
          Randomness shared = shared(peer, secret, use);
          int sign = sign(peer);
          for (int i = 0; i < values.length; i++) {
            int offset = i % LONGS_PER_INDEX;
            if (offset == 0) {
              shared.fill(i / LONGS_PER_INDEX, bytes);
            }
            values[i] += sign * masks.getLong(offset * Long.BYTES);
          }
        });
  }

  /** Masks in place, modulo 2^128. */
  void mask(String use, BigInteger[] values) {
    claim(use);
    byte[] bytes = new byte[RingScalars.WIDTH_BYTES];
    secrets.forEach(
        (peer, secret) -> {
          Randomness shared = shared(peer, secret, use);
          for (int i = 0; i < values.length; i++) {
            shared.fill(i, bytes);
            BigInteger mask = new BigInteger(bytes);
            values[i] =
                sign(peer) > 0
                    ? RingScalars.add(values[i], mask)
                    : RingScalars.subtract(values[i], mask);
          }
        });
  }

  private void claim(String use) {
    if (!used.add(use)) {
      throw new AssertionError("The masks of " + use + " are used twice");
    }
  }

  private int sign(PartyId peer) {
    return self.compareTo(peer) < 0 ? 1 : -1;
  }

  private Randomness shared(PartyId peer, byte[] secret, String use) {
    boolean first = self.compareTo(peer) < 0;
    return Randomness.derive(
        secret,
        "logistic/pairwise mask",
        path,
        (first ? self : peer).name().getBytes(StandardCharsets.UTF_8),
        (first ? peer : self).name().getBytes(StandardCharsets.UTF_8),
        use.getBytes(StandardCharsets.UTF_8));
  }
}

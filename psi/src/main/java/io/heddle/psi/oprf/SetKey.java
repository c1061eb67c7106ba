// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.ProtocolException;
import io.heddle.psi.shared.Shuffle;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A sender's secret key for one set of ids and one peer, and how much that peer has asked.
 *
 * @param scalar 32 bytes, clamped
 * @param terms what the peer knows of it
 * @param idsDigest of the set; never sent
 * @param asked how many ids the peer has asked for until {@code terms.expiry()}, under this key and
 *     those that it took the place of
 * @param lastUse the binding of the step that asked last: repeated after a crash, it is not counted
 *     again, unless another has asked since
 */
record SetKey(byte[] scalar, KeyTerms terms, byte[] idsDigest, long asked, byte[] lastUse) {
  static final int DIGEST_BYTES = 32;
  private static final int VERSION = 1;

  static SetKey of(byte[] scalar, long expiry, int ids, int width, byte[] idsDigest, long asked) {
    byte[] commitment = Curve25519.multiply(scalar, Curve25519.basePoint());
    return new SetKey(
        scalar,
        new KeyTerms(commitment, expiry, ids, width),
        idsDigest,
        asked,
        new byte[DIGEST_BYTES]);
  }

  boolean isOf(int ids, byte[] digest) {
    return terms.ids() == ids && MessageDigest.isEqual(idsDigest, digest);
  }

  SetKey after(int queries, byte[] use) {
    return new SetKey(scalar, terms, idsDigest, asked + queries, use);
  }

  /** In which the set's tags go out, in this run and in later ones. */
  Shuffle order() {
    return new Shuffle(
        terms.ids(), Randomness.derive(scalar, "psi/oprf order", terms.id(), idsDigest));
  }

  void wipe() {
    Arrays.fill(scalar, (byte) 0);
  }

  byte[] toBytes() {
    WireWriter out = new WireWriter();
    out.writeByte(VERSION);
    out.writeRaw(scalar);
    out.writeLong(terms.expiry());
    out.writeInt(terms.ids());
    out.writeByte(terms.width());
    out.writeRaw(idsDigest);
    out.writeLong(asked);
    out.writeRaw(lastUse);
    return out.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} gave.
   *
   * @throws ProtocolException if it is not that
   */
  static SetKey read(byte[] bytes) {
    WireReader in = new WireReader(bytes);
    int version = in.readByte();
    if (version != VERSION) {
      throw new ProtocolException("Key of version " + version + ": must be " + VERSION);
    }
    byte[] scalar = in.readRaw(Curve25519.POINT_BYTES);
    long expiry = in.readLong();
    int ids = in.readInt();
    int width = in.readByte();
    byte[] idsDigest = in.readRaw(DIGEST_BYTES);
    SetKey key = of(scalar, expiry, ids, width, idsDigest, in.readLong());
    byte[] lastUse = in.readRaw(DIGEST_BYTES);
    in.end();
    return key.after(0, lastUse);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "SetKey[of " + terms.ids() + " ids]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * What a party sends to the owner of a key before the owner makes a {@link KeyProof} for it:
 * commitment parameters that only this party trusts, and a proof that they hide what the owner
 * commits to. (CGGMP21, eprint 2021/060: ring-Pedersen parameters and figure 17.)
 *
 * <p>Nothing in them is secret: what their maker must not keep is forgotten when they are made. The
 * party that made them verifies with these and no others, as a cheating owner knows the secret of
 * its own; who stores them keeps them from being exchanged. They may serve for any number of owners
 * and sessions. Making them takes a second or a few at 2048 bits and many times that at 4096. 66 kB
 * at 2048 bits.
 */
public final class KeyProofParameters {
  private static final String NAME = "key proof parameters";

  private final int keyBits;
  private final RingPedersen parameters;
  private final RingPedersenProof proof;

  KeyProofParameters(int keyBits, RingPedersen parameters, RingPedersenProof proof) {
    this.keyBits = keyBits;
    this.parameters = parameters;
    this.proof = proof;
  }

  /**
   * Makes parameters for keys of one size.
   *
   * @param keyBits 2048, 3072 or 4096
   */
  public static KeyProofParameters generate(int keyBits, SecureRandom random) {
    if (keyBits != 2048 && keyBits != 3072 && keyBits != 4096) {
      throw new IllegalArgumentException(
          "Invalid key size " + keyBits + ": must be 2048, 3072 or 4096");
    }
    RingPedersenSecret secret = RingPedersenSecret.generate(keyBits, random);
    return new KeyProofParameters(
        keyBits, secret.parameters(), RingPedersenProof.prove(secret, random));
  }

  /** The size of the keys that can be proven under these. */
  public int keyBits() {
    return keyBits;
  }

  /**
   * Checks that commitments under these hide what is in them. {@link KeyProof#prove} does so.
   *
   * @throws ProtocolException if that is not shown
   */
  void verify() {
    proof.verify(parameters, keyBits);
  }

  RingPedersen parameters() {
    return parameters;
  }

  /** Version 1, key size, N^, s, t, then the proof's commitments and responses. */
  public byte[] toBytes() {
    ProofBytes to = ProofBytes.forWriting(keyBits, bodyBytes(keyBits));
    to.put(keyBits, parameters.modulus(), parameters.s(), parameters.t());
    proof.write(to);
    return to.toBytes();
  }

  /**
   * Reads a peer's parameters.
   *
   * @throws ProtocolException if version, key size or length are not allowed
   */
  public static KeyProofParameters fromBytes(byte[] bytes) {
    ProofBytes from = ProofBytes.forReading(bytes, NAME, KeyProofParameters::bodyBytes);
    int keyBits = from.keyBits();
    BigInteger modulus = from.get(keyBits);
    RingPedersen parameters = new RingPedersen(modulus, from.get(keyBits), from.get(keyBits));
    RingPedersenProof proof = RingPedersenProof.read(from);
    from.requireEnd();
    return new KeyProofParameters(keyBits, parameters, proof);
  }

  private static int bodyBytes(int keyBits) {
    return 3 * keyBits / Byte.SIZE + RingPedersenProof.bytes(keyBits);
  }

  @Override
  public String toString() {
    return "KeyProofParameters[" + keyBits + " bits]";
  }
}

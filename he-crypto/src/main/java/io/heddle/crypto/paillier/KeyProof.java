// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.error.ProtocolException;
import java.security.SecureRandom;

/**
 * Convinces a peer that a {@link PaillierPublicKey} is well-formed, so that nothing it encrypts
 * under the key is read in another way than by decryption. Three proofs in one:
 *
 * <ul>
 *   <li>{@link PaillierBlumProof}: N is the product of two different primes, both 3 modulo 4, and N
 *       and phi(N) are coprime (CGGMP21, eprint 2021/060, figure 16);
 *   <li>{@link NoSmallFactorProof}: both primes are above 2^767 at 2048 bits, 2^1279 at 3072 and
 *       2^1791 at 4096 (figure 28; the attack without it is CVE-2023-33241);
 *   <li>{@link ResidueProof}: hs is an N-th power modulo N² (Guillou and Quisquater).
 * </ul>
 *
 * <p>The verifier learns that all this holds and, within about 2^-120, nothing else. The owner
 * learns nothing. An owner with a false key is believed with at most about 2^-128 for each hash
 * that it tries, if SHA-256 is taken for a random function and, for the size of the primes, if it
 * cannot break strong RSA for the verifier's parameters.
 *
 * <p><b>What it does not show:</b> that P - 1 and Q - 1 have the large factors p' and q', that hs
 * has the order 2 p' q', or that ciphertexts of this key use hs. The first two protect the owner
 * only. The last matters for answers: see {@link ResidueProof}.
 *
 * <p>It runs so: the verifier makes {@link KeyProofParameters} and sends them; the owner calls
 * {@link #prove}; the verifier reads the proof and calls {@link #verify} with its own parameters.
 * Proving costs about 210 powers with modulus and exponent of the key's size, 128 of them to check
 * the parameters; verifying about 145; both spread over the cores. 70 kB at 2048 bits. A proof can
 * be changed into another one for the same key, parameters and context, so it names nobody as its
 * sender.
 */
public final class KeyProof {
  private static final String NAME = "key proof";

  private final int keyBits;
  private final PaillierBlumProof blum;
  private final NoSmallFactorProof factors;
  private final ResidueProof residue;

  KeyProof(int keyBits, PaillierBlumProof blum, NoSmallFactorProof factors, ResidueProof residue) {
    this.keyBits = keyBits;
    this.blum = blum;
    this.factors = factors;
    this.residue = residue;
  }

  /**
   * Makes a proof for one verifier and one context; elsewhere it proves nothing.
   *
   * @param verifierParameters as the verifier sent them; checked before they are used
   * @param context the session, its parties and who proves to whom, the same as the verifier's
   * @param random where the masks come from
   * @throws ProtocolException if the verifier's parameters might not hide P and Q, or are for
   *     another key size
   */
  public static KeyProof prove(
      PaillierPrivateKey key,
      KeyProofParameters verifierParameters,
      byte[] context,
      SecureRandom random) {
    return prove(key.publicKey(), key.witness(), verifierParameters, context, random);
  }

  static KeyProof prove(
      PaillierPublicKey key,
      KeyWitness witness,
      KeyProofParameters verifierParameters,
      byte[] context,
      SecureRandom random) {
    if (verifierParameters.keyBits() != key.keyBits()) {
      throw new ProtocolException(
          "Invalid key proof parameters for "
              + verifierParameters.keyBits()
              + " bits: must be for "
              + key.keyBits());
    }
    verifierParameters.verify();
    RingPedersen parameters = verifierParameters.parameters();
    byte[] statement = statement(key, parameters, context);
    return new KeyProof(
        key.keyBits(),
        PaillierBlumProof.prove(witness, statement, random),
        NoSmallFactorProof.prove(witness, parameters, statement, random),
        ResidueProof.prove(witness, key.hs(), statement, random));
  }

  /**
   * Checks the proof.
   *
   * @param key the peer's key, as {@link PaillierPublicKey#fromBytes} read it
   * @param ownParameters the ones this party made for this context and kept
   * @param context the session, its parties and who proves to whom
   * @throws ProtocolException if the key is not shown to be well-formed; says what is missing
   */
  public void verify(PaillierPublicKey key, KeyProofParameters ownParameters, byte[] context) {
    if (ownParameters.keyBits() != key.keyBits()) {
      throw new IllegalArgumentException(
          "Invalid parameters for "
              + ownParameters.keyBits()
              + " bits: must be for "
              + key.keyBits());
    }
    ProofMath.require(
        keyBits == key.keyBits(), keyBits + " bits must be the key's " + key.keyBits());
    RingPedersen parameters = ownParameters.parameters();
    byte[] statement = statement(key, parameters, context);
    residue.verify(key.modulus(), key.hs(), statement);
    factors.verify(key.modulus(), parameters, statement);
    blum.verify(key.modulus(), keyBits, statement);
  }

  /** Names the key, the verifier's parameters and the context in each of the proofs. */
  private static byte[] statement(PaillierPublicKey key, RingPedersen parameters, byte[] context) {
    return new ProofTranscript("statement", context)
        .add(key.toBytes())
        .add(parameters.modulus(), parameters.s(), parameters.t())
        .digest();
  }

  /** Version 1, key size, then the three proofs, every number at a fixed width. */
  public byte[] toBytes() {
    ProofBytes to = ProofBytes.forWriting(keyBits, bodyBytes(keyBits));
    blum.write(to);
    factors.write(to);
    residue.write(to);
    return to.toBytes();
  }

  /**
   * Reads a peer's proof; {@link #verify} is what judges it.
   *
   * @throws ProtocolException if version, key size or length are not allowed
   */
  public static KeyProof fromBytes(byte[] bytes) {
    ProofBytes from = ProofBytes.forReading(bytes, NAME, KeyProof::bodyBytes);
    PaillierBlumProof blum = PaillierBlumProof.read(from);
    NoSmallFactorProof factors = NoSmallFactorProof.read(from);
    ResidueProof residue = ResidueProof.read(from);
    from.requireEnd();
    return new KeyProof(from.keyBits(), blum, factors, residue);
  }

  private static int bodyBytes(int keyBits) {
    return PaillierBlumProof.bytes(keyBits)
        + NoSmallFactorProof.bytes(keyBits)
        + ResidueProof.bytes(keyBits);
  }

  @Override
  public String toString() {
    return "KeyProof[" + keyBits + " bits]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Sha256;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Collects all that a proof is about and what its prover says first, and gives the challenge that a
 * verifier would have sent (Fiat and Shamir, Crypto 1986; "strong", i.e. over the whole statement).
 *
 * <p>SHA-256 over the parts, each behind its length, then SHA-256 over that and a counter. Not safe
 * for several threads.
 */
final class ProofTranscript {
  private static final String PROTOCOL = "heddle key proof v1";

  private final MessageDigest digest = Sha256.newDigest();

  /**
   * Starts a transcript.
   *
   * @param proof which proof it is, so that none can stand in for another
   * @param context what else the proof belongs to: session, parties, direction
   */
  ProofTranscript(String proof, byte[] context) {
    add(PROTOCOL.getBytes(StandardCharsets.UTF_8));
    add(proof.getBytes(StandardCharsets.UTF_8));
    add(context);
  }

  ProofTranscript add(byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
    return this;
  }

  ProofTranscript add(BigInteger... numbers) {
    for (BigInteger number : numbers) {
      add(number.toByteArray());
    }
    return this;
  }

  /** 32 bytes that name all parts so far; ends the transcript. */
  byte[] digest() {
    return digest.digest();
  }

  /** Random numbers that follow from all parts so far; ends the transcript. */
  Challenges challenges() {
    return new Challenges(digest.digest());
  }

  /** One number after another; the same for prover and verifier. */
  static final class Challenges {
    private final byte[] seed;
    private int blocks;

    private Challenges(byte[] seed) {
      this.seed = seed;
    }

    /** Uniform in 0 to 2^bits - 1; a multiple of eight bits. */
    BigInteger bits(int bits) {
      byte[] number = new byte[bits / Byte.SIZE];
      for (int done = 0; done < number.length; done += seed.length) {
        byte[] counter = ByteBuffer.allocate(Integer.BYTES).putInt(blocks++).array();
        byte[] block = Sha256.of(seed, counter);
        System.arraycopy(block, 0, number, done, Math.min(block.length, number.length - done));
      }
      return new BigInteger(1, number);
    }

    /** Within 2^-128 of uniform in 0 to bound - 1. */
    BigInteger below(BigInteger bound) {
      int bytes = (bound.bitLength() + ProofMath.HIDING_BITS + 7) / Byte.SIZE;
      return bits(bytes * Byte.SIZE).mod(bound);
    }

    BigInteger[] below(BigInteger bound, int count) {
      BigInteger[] numbers = new BigInteger[count];
      Arrays.setAll(numbers, i -> below(bound));
      return numbers;
    }
  }
}

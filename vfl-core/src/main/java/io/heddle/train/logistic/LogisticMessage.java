// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Message;
import java.math.BigInteger;

/**
 * Every message of a fit, in the order in which it is sent. The label holder sends the same bytes
 * to every feature holder, except answers. The records hold their arrays as they are: a role
 * neither keeps nor changes them after sending.
 */
sealed interface LogisticMessage extends Message {

  /** Label holder to all: what must be agreed before a floor can be checked. */
  record Floors(int rows, byte[] alignmentDigest, int rowsPerColumn) implements LogisticMessage {}

  /** Between every two feature holders: the public half of their mask key. */
  record MaskKey(byte[] publicKey, int columns) implements LogisticMessage {}

  /**
   * Feature holder to label holder.
   *
   * @param passLimit how often its predictor may be opened
   */
  record Declaration(int rows, byte[] alignmentDigest, int columns, int passLimit)
      implements LogisticMessage {}

  /**
   * Label holder to all: the fit begins.
   *
   * @param residualExponent residuals are below 2^this in magnitude
   */
  record Opening(byte[] fitId, byte[] publicKey, int residualExponent, int passLimit)
      implements LogisticMessage {}

  /** Label holder to all, once per chunk: encrypted residuals of consecutive rows. */
  record ResidualChunk(int number, byte[] ciphertexts) implements LogisticMessage {}

  /**
   * Label holder to all, in place of the chunks: encrypted residuals of all rows, which lie in the
   * reader's store.
   *
   * @param bytesBeside how long they are together
   * @param digests of the blobs in the order of their rows
   */
  record ResidualBlobs(long bytesBeside, byte[][] digests) implements LogisticMessage {}

  /** Feature holder to label holder: one masked sum per column. */
  record MaskedGradient(byte[] ciphertexts) implements LogisticMessage {}

  /** Label holder to that feature holder: the middle slots of what it asked, nothing more. */
  record GradientAnswer(long[] middleSlots) implements LogisticMessage {}

  /** Feature holder to label holder: its share of the new dot products of the L-BFGS basis. */
  record DotProducts(BigInteger[] values) implements LogisticMessage {}

  /**
   * Label holder to all: the direction as a combination of the basis.
   *
   * @param pairKept whether the newest pair stays in the basis
   * @param coefficients one per basis vector; none where there is nothing left to gain and the fit
   *     ends here
   */
  record Direction(boolean pairKept, double[] coefficients) implements LogisticMessage {}

  /**
   * Feature holder to label holder: the direction's share of the linear predictor, by row, in units
   * of 2^-24, and two scalars of the penalty where there is one. With several feature holders all
   * of it under masks that cancel in the sum.
   */
  record Predictor(long[] values, BigInteger[] penalty) implements LogisticMessage {}

  /** Label holder to all: how far to go along the direction, and whether the fit goes on. */
  record Step(double length, Verdict verdict) implements LogisticMessage {}

  /** What follows a step. */
  enum Verdict {
    CONTINUE(0),
    CONVERGED(1),
    PASS_LIMIT(2);

    /** Stands on the wire. */
    final int code;

    Verdict(int code) {
      this.code = code;
    }
  }
}

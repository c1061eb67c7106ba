// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.table.AlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.ScoringMessage.ScoringOpening;

/** What both sides of joint scoring do with their own columns. */
final class ScoringRows {
  private ScoringRows() {}

  static ScoringOpening opening(LogisticModelPart part, PartyTable table) {
    return new ScoringOpening(table.rows().rows(), table.alignmentDigest(), part.fitId());
  }

  static void requireSame(
      PartyId peer, ScoringOpening theirs, LogisticModelPart part, PartyTable table) {
    table.requireSame(peer, theirs.rows(), theirs.alignmentDigest());
    if (!theirs.fitId().equals(part.fitId())) {
      throw new ProtocolException(
          "The model part of "
              + peer
              + " is of fit "
              + theirs.fitId()
              + ", this of "
              + part.fitId());
    }
  }

  /** This party's part of the linear predictor in units of 2^-24, its intercept included. */
  static long[] predictor(LogisticModelPart part, AlignedRows<QuantisedBlock> rows) {
    int[] varying = PreparedColumns.varying(part);
    double[] perStep = new double[varying.length];
    double constant = part.intercept();
    for (int k = 0; k < varying.length; k++) {
      int j = varying[k];
      perStep[k] = part.coefficients()[j] * part.steps()[j];
      constant += part.coefficients()[j] * part.centres()[j];
    }
    long[] values = LinearPredictor.of(rows, perStep);
    long shift = Math.round(Math.scalb(constant, LinearPredictor.FRACTION_BITS));
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.addExact(values[i], shift);
    }
    return values;
  }
}

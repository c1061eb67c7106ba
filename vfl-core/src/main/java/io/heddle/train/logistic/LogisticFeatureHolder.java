// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticMessage.Floors;
import io.heddle.train.shared.OwnData;

/**
 * A feature holder of a vertical logistic regression. Its columns and coefficients never leave it.
 *
 * <p>It learns its own gradient of every pass, the step lengths and the coefficients of the L-BFGS
 * basis. What the label holder learns of it is said at {@link LogisticLabelHolder}: alone, its
 * linear predictor of every pass, as often as its own rules allow.
 *
 * <p>Executors get columns, coefficients, ciphertexts and the public key. Safe for one fit at a
 * time.
 */
public final class LogisticFeatureHolder {
  private final LogisticTerms terms;
  private final PrivacyRules rules;
  private final PrivateRandomness randomness;

  /**
   * @param randomness from this party's own session secret
   */
  public LogisticFeatureHolder(
      LogisticTerms terms, PrivacyRules rules, PrivateRandomness randomness) {
    this.terms = terms;
    this.rules = rules;
    this.randomness = randomness;
  }

  /**
   * Trains together with the label holder and all other peers of the channel.
   *
   * <p>Where the step was broken off it goes on after the last pass, with the same data; where it
   * has ended it gives the same result at once. Neither sends anything again.
   *
   * @param openedBefore how many linear predictors of these columns the label holder has seen in
   *     earlier fits, at least 0: they count against this party's limit, for another fit opens
   *     other ones. That of a fit is {@link FitSummary#passes}
   * @throws DataException if columns cannot be used, or none varies
   * @throws io.heddle.error.CheckpointException if the columns have changed since the step was
   *     broken off, or what was kept of it is of another version
   * @throws io.heddle.error.PrivacyException if a row floor, the leverage of rows or this party's
   *     own consent forbids the fit, or leaves too few predictors of earlier fits; nothing of the
   *     columns has been sent then
   * @throws io.heddle.error.AlignmentException if a peer holds other rows
   * @throws io.heddle.error.ProtocolException if a peer sends what the protocol does not allow
   */
  public LogisticFit fit(
      Channel step,
      PartyId labelHolder,
      PartyTable table,
      int openedBefore,
      PassListener listener,
      Progress progress) {
    if (openedBefore < 0) {
      throw new IllegalArgumentException(
          "Invalid number of opened predictors " + openedBefore + ": must be at least 0");
    }
    if (!step.peers().contains(labelHolder)) {
      throw new IllegalArgumentException("The label holder " + labelHolder + " is no peer");
    }
    FitState restored = FitState.of(step.restored());
    int rowsPerColumn =
        restored == null ? receiveFloor(step, labelHolder, table) : restored.rowsPerColumn();
    try (PreparedColumns columns =
        PreparedColumns.of(table.rows(), table.columnNames(), terms, rowsPerColumn)) {
      if (columns.count() == 0) {
        throw new DataException(
            "None of the " + table.columnNames().size() + " columns varies: nothing to train on");
      }
      PrivacyChecks.requireRows(
          step.self(), table.rows().rows(), table.rows().rows(), columns.count(), rowsPerColumn);
      PrivacyChecks.requireSpread(columns);
      columns.limitLeverage(PrivacyChecks.leverageLimit(rowsPerColumn));
      if (step.peers().size() == 1) {
        PrivacyChecks.passLimit(rules, columns.count(), true, openedBefore);
      }
      OwnData data = LogisticData.of(table, columns);
      if (restored != null) {
        restored.data().requireSame(data, table.columnNames(), "The labels or their weights have");
        if (restored.result() != null) {
          return restored.result();
        }
      }
      return new FeatureHolderFit(
              step,
              labelHolder,
              terms,
              rules,
              randomness,
              openedBefore,
              listener,
              progress,
              table,
              columns,
              data,
              rowsPerColumn)
          .run(restored == null ? null : restored.progress());
    }
  }

  /** Which rows, and how many per column the label holder allows; nothing has been sent yet. */
  private static int receiveFloor(Channel step, PartyId labelHolder, PartyTable table) {
    Floors floors = step.receive(labelHolder, Floors.class);
    table.requireSame(labelHolder, floors.rows(), floors.alignmentDigest());
    if (floors.rowsPerColumn() < PrivacyRules.LOWEST_ROWS_PER_COLUMN) {
      throw new ProtocolException(
          "The label holder allows "
              + floors.rowsPerColumn()
              + " rows per column: must be at least "
              + PrivacyRules.LOWEST_ROWS_PER_COLUMN);
    }
    return floors.rowsPerColumn();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import io.heddle.train.shared.StateFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/** Collects what a fit has to tell: losses, warnings, and the lines of the privacy ledger. */
final class FitReport {
  private static final int SAFE_ROWS_PER_COLUMN = 50;

  private final List<Double> losses = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> ledger = new ArrayList<>();
  private int passes;
  private int gradients;

  void passDone() {
    passes++;
  }

  void gradientOpened() {
    gradients++;
  }

  /** Of the label holder: before the first pass and after each. */
  void loss(double value) {
    losses.add(value);
  }

  private int passes() {
    return losses.isEmpty() ? passes : losses.size() - 1;
  }

  void constantColumns(List<String> names) {
    if (!names.isEmpty()) {
      warnings.add("Constant columns got coefficient 0: " + String.join(", ", names));
    }
  }

  void pulledRows(int count) {
    if (count > 0) {
      warnings.add(
          count + " rows that stood out in this party's columns were pulled towards the centre");
    }
  }

  void stoppedAtLimit(int pass, int maxIter, double decrease) {
    warnings.add(
        String.format(
            Locale.ROOT,
            "Stopped after %d passes (%s) before convergence: the last pass still lowered the loss"
                + " by %.1e of its value",
            pass,
            limitName(pass, maxIter),
            decrease));
  }

  void stoppedAtLimit(int pass, int maxIter) {
    warnings.add(
        "Stopped after " + pass + " passes (" + limitName(pass, maxIter) + ") before convergence");
  }

  private static String limitName(int pass, int maxIter) {
    return pass == maxIter ? "maxIter" : "a feature holder's privacy.consent.predictor";
  }

  /**
   * @param rows effective ones
   */
  void labelHolderLedger(int rows, SortedMap<PartyId, Integer> featureColumns) {
    featureColumns.forEach(
        (party, columns) -> ledger.add(gradients("Feature holder " + party, rows, columns)));
    predictors(
        featureColumns.values().stream().mapToInt(Integer::intValue).sum(),
        featureColumns.size() == 1,
        0);
    scalars(featureColumns.size() == 1);
  }

  void featureHolderLedger(
      int rows, int columns, int visibleColumns, boolean alone, int openedBefore) {
    ledger.add(gradients("This party", rows, columns));
    predictors(visibleColumns, alone, openedBefore);
    scalars(alone);
  }

  private String gradients(String who, int rows, int columns) {
    double ratio = (double) rows / columns;
    return String.format(
        Locale.ROOT,
        "%s learned %d gradients of its own over %d rows: %d columns, %.0f rows per column,"
            + " expected gain of a label attack over guessing the majority: %s",
        who,
        gradients,
        rows,
        columns,
        ratio,
        ratio >= SAFE_ROWS_PER_COLUMN ? "+3 to +5 points" : "up to +10 points");
  }

  private void predictors(int columns, boolean alone, int openedBefore) {
    long opened = (long) passes() + openedBefore;
    double explained = Math.min(1, (double) opened / columns);
    String share = String.format(Locale.ROOT, "%d/%d = %.2f", opened, columns, explained);
    String seen =
        passes()
            + " passes of this fit"
            + (openedBefore > 0 ? " and " + openedBefore + " of earlier ones" : "");
    if (alone) {
      ledger.add(
          "The label holder saw the feature holder's linear predictor of "
              + seen
              + " row by row, which explain at most R/d = "
              + share
              + " of its columns' variance");
      if (2 * opened > columns) {
        warnings.add(
            "More passes than half the feature holder's columns opened their predictor: R/d = "
                + share);
      }
    } else {
      ledger.add(
          "The label holder saw the sum of the feature holders' linear predictors of "
              + seen
              + ", R over all columns = "
              + share
              + "; the masks hide one feature holder as long as another does not collude with the"
              + " label holder");
    }
  }

  private void scalars(boolean alone) {
    ledger.add(
        "Feature holders learned the step lengths and the coefficients of the L-BFGS basis; the"
            + " label holder learned "
            + (alone ? "the feature holder's" : "the sums of the feature holders'")
            + " dot products of that basis");
  }

  /** Writes what was collected before the end; lines of the ledger come at the end only. */
  void write(WireWriter out) {
    out.writeInt(passes);
    out.writeInt(gradients);
    out.writeDoubles(losses.stream().mapToDouble(Double::doubleValue).toArray());
    StateFormat.writeTexts(out, warnings);
  }

  /** Goes on from what another one has written. */
  void read(WireReader in) {
    passes = in.readInt();
    gradients = in.readInt();
    losses.addAll(StateFormat.readNumbers(in));
    warnings.addAll(StateFormat.readTexts(in));
  }

  FitSummary summary(boolean converged) {
    return new FitSummary(passes(), gradients, converged, losses, warnings, ledger);
  }
}

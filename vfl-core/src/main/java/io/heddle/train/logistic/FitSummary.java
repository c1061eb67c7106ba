// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.List;

/**
 * How a fit went, as one party saw it.
 *
 * @param passes steps taken; each opened one gradient to every feature holder and one linear
 *     predictor to the label holder. A fit that finds no way down any more has opened one gradient
 *     beyond these
 * @param converged false where the pass limit ended the fit; the model is then that of the last
 *     pass
 * @param losses mean loss with penalty, before the first pass and after each; the label holder's
 *     only, empty elsewhere
 * @param warnings lines for the operator
 * @param ledger lines for the privacy ledger: who learned what, with figures
 */
public record FitSummary(
    int passes,
    boolean converged,
    List<Double> losses,
    List<String> warnings,
    List<String> ledger) {
  public FitSummary {
    losses = List.copyOf(losses);
    warnings = List.copyOf(warnings);
    ledger = List.copyOf(ledger);
  }
}

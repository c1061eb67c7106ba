// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import java.util.List;

/**
 * How a fit went, as one party saw it.
 *
 * @param passes steps taken; each opened one linear predictor to the label holder
 * @param gradients how many were opened to every feature holder: one in each pass, and one more
 *     where it showed that there is no way down
 * @param converged false where the pass limit ended the fit; the model is then that of the last
 *     pass
 * @param losses mean loss with penalty, before the first pass and after each; the label holder's
 *     only, empty elsewhere
 * @param warnings lines for the operator
 * @param ledger lines for the privacy ledger: who learned what, with figures
 */
public record FitSummary(
    int passes,
    int gradients,
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

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.List;

/**
 * How a fit went, as one party saw it.
 *
 * @param trees how many there are
 * @param sharedTrees in how many of them feature holders were asked
 * @param sharedNodes nodes in which they were asked, over all trees
 * @param rowsPerCiphertext how many rows' derivatives stood in one
 * @param addedRows rows of the nodes that were added up, over all nodes; a feature holder's only
 * @param additions multiplications of ciphertexts for sums by bin; a feature holder's only
 * @param sums of derivatives left of a candidate that have crossed, over all nodes and trees
 * @param complete false where a feature holder's limit ended the fit before maxIter
 * @param losses mean loss before the first tree and after each; the label holder's only
 * @param heldOutLosses likewise of the rows held out for early stopping
 * @param warnings lines for the operator
 * @param ledger lines for the privacy ledger: who learned what, with figures
 */
public record TreesSummary(
    int trees,
    int sharedTrees,
    int sharedNodes,
    int rowsPerCiphertext,
    long addedRows,
    long additions,
    long sums,
    boolean complete,
    List<Double> losses,
    List<Double> heldOutLosses,
    List<String> warnings,
    List<String> ledger) {
  public TreesSummary {
    losses = List.copyOf(losses);
    heldOutLosses = List.copyOf(heldOutLosses);
    warnings = List.copyOf(warnings);
    ledger = List.copyOf(ledger);
  }
}

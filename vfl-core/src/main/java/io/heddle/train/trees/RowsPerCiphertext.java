// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.ExchangeLimits;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.error.ConfigurationException;
import java.util.Collection;
import java.util.List;

/**
 * How many rows' derivatives the label holder puts into a ciphertext. With T of them there are as
 * many times fewer to encrypt, to send and to check; but a candidate's sums need (T - 1) s
 * squarings to come together, and a ciphertext of their own, which is re-randomised, sent, checked
 * and decrypted. So it pays with many rows and few candidates (docs/adr/0040).
 *
 * <p>What a tree takes is estimated in multiplications of ciphertexts, as each step was measured in
 * these.
 */
final class RowsPerCiphertext {
  /** Of a ciphertext, in multiplications of two. */
  private static final double SQUARING = 0.65;

  private final TreeTerms terms;
  private final int rows;
  private final List<Integer> declared;
  private final Costs costs;

  /**
   * @param rows of the training, before a tree takes some of them
   * @param declared how many candidates each feature holder's columns offer, each cut with missing
   *     values on either side
   */
  RowsPerCiphertext(TreeTerms terms, int rows, Collection<Integer> declared) {
    this.terms = terms;
    this.rows = rows;
    this.declared = List.copyOf(declared);
    costs = Costs.of(terms.scheme());
  }

  /**
   * Of one ciphertext, in multiplications.
   *
   * @param encryption by the key's owner, of one row
   * @param longEncryption of several rows
   * @param sending TLS at both ends, and the way at 1 Gbit/s
   */
  private record Costs(
      double encryption,
      double longEncryption,
      double sending,
      double check,
      double obfuscation,
      double decryption) {
    static Costs of(TreeScheme scheme) {
      return switch (scheme) {
        case PAILLIER -> new Costs(20, 20, 4, 6, 70, 93);
        case OKAMOTO_UCHIYAMA -> new Costs(103, 160, 5, 10, 374, 140);
      };
    }
  }

  /**
   * What the terms say, and if they leave it open, what is estimated to take least.
   *
   * @throws ConfigurationException if rows are to share ciphertexts, and sums of so many candidates
   *     do not fit a message then
   */
  int best() {
    int most = RowSlots.most(terms, rows);
    if (terms.rowPacking() == TreesRowPacking.OFF || most == 1) {
      return 1;
    }
    long largest =
        RowSlots.of(terms, rows, most)
            .sumsBytes(mostDeclared(), terms.scheme().ciphertextBytes(terms.keyBits()));
    boolean fits = largest <= ExchangeLimits.DEFAULT.maxMessageBytes();
    if (terms.rowPacking() == TreesRowPacking.ON) {
      if (!fits) {
        throw new ConfigurationException(
            "Invalid rowPacking on: must be auto or off, for the sums of a node may need "
                + largest
                + " bytes with a ciphertext for each candidate, and a message has at most "
                + ExchangeLimits.DEFAULT.maxMessageBytes());
      }
      return most;
    }
    int best = 1;
    for (int count = 2; fits && count <= most; count++) {
      best = cost(count) < cost(best) ? count : best;
    }
    return best;
  }

  /** How many nodes' sums are sent of two that come of one. */
  private int ofPair() {
    return terms.smallerChild() ? 1 : 2;
  }

  private int mostDeclared() {
    return declared.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** What a tree takes with so many rows in a ciphertext. Feature holders work at the same time. */
  double cost(int rowsPerCiphertext) {
    RowSlots slots = RowSlots.of(terms, rows, rowsPerCiphertext);
    double encryption = rowsPerCiphertext == 1 ? costs.encryption : costs.longEncryption;
    double ciphertext = encryption + costs.check + costs.sending * declared.size();
    double down = slots.plaintexts(terms.sampleRows(rows)) * ciphertext;
    // Most columns have no missing values, and their cuts count once.
    double nodes = (double) TreeRules.builtNodes(rows, terms) * ofPair();
    double most = nodes * mostDeclared() / 2;
    double all = nodes * declared.stream().mapToInt(Integer::intValue).sum() / 2;
    int squarings =
        rowsPerCiphertext == 1
            ? slots.packing().candidateBits()
            : (rowsPerCiphertext - 1) * slots.slotBits();
    double share = rowsPerCiphertext == 1 ? 1.0 / slots.packing().perPlaintext() : 1;
    double up =
        most * (SQUARING * squarings + 2 * rowsPerCiphertext + share * costs.obfuscation)
            + all * share * (costs.sending + costs.check + costs.decryption);
    return down + up;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import io.heddle.config.JobConfig.Psi;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.config.JobConfig.Sum;
import io.heddle.party.PartyId;
import org.jspecify.annotations.Nullable;

/** The settings under {@code psi} of a job file, and which of them go together. */
final class PsiSettings {
  private PsiSettings() {}

  static Psi read(Settings settings, PartyId receiver, int parties) {
    PsiJoin join = settings.choice("psi.join", PsiJoin.INNER);
    // Nobody but the receiver gets rows of a difference, so nobody else need learn the common ids.
    PsiResult result =
        settings.choice(
            "psi.result", join == PsiJoin.DIFFERENCE ? PsiResult.RECEIVER : PsiResult.BOTH);
    PsiProtocol protocol = settings.choice("psi.protocol", PsiProtocol.AUTO);
    if (protocol != PsiProtocol.AUTO && protocol != PsiProtocol.ECDH && parties > 2) {
      throw settings.invalid("psi.protocol", "auto or ecdh with more than two parties");
    }
    PsiDuplicates duplicates = settings.choice("psi.duplicates", PsiDuplicates.REFUSE);
    Psi psi =
        new Psi(
            protocol,
            receiver,
            result,
            join,
            duplicates,
            settings.choices("psi.normalise", IdRule.class),
            minIntersection(settings, result),
            (int) settings.integer("psi.partition-ids", Psi.USUAL_PARTITION_IDS, 1 << 12, 1 << 21),
            sum(settings, result));
    if (result == PsiResult.CARDINALITY || result == PsiResult.SUM) {
      checkCount(settings, psi, parties);
    } else if (join == PsiJoin.LEFT && result != PsiResult.BOTH) {
      throw settings.invalid(
          "psi.result",
          "both with psi.join = left: the receiver's rows are of use beside those of the others");
    } else if (join == PsiJoin.DIFFERENCE && result != PsiResult.RECEIVER) {
      throw settings.invalid(
          "psi.result",
          "receiver with psi.join = difference: only the receiver gets rows, so the others need not"
              + " learn which of theirs are common");
    } else if (duplicates == PsiDuplicates.EXPAND
        && join == PsiJoin.INNER
        && result == PsiResult.RECEIVER) {
      throw settings.invalid(
          "psi.duplicates",
          "refuse or first with psi.result = receiver: a sender that must not learn which ids are"
              + " common would have to tell how many rows it has of every id");
    }
    return psi;
  }

  private static int minIntersection(Settings settings, PsiResult result) {
    String key = "psi.min-intersection";
    int least = result == PsiResult.SUM ? Sum.LEAST_SUMMANDS : 1;
    int min = (int) settings.integer(key, least, 1, Integer.MAX_VALUE);
    if (min < least) {
      throw settings.invalid(
          key,
          Sum.LEAST_SUMMANDS
              + " or more with psi.result = sum: a sum of few values tells the sender which of its"
              + " ids are common");
    }
    return min;
  }

  private static @Nullable Sum sum(Settings settings, PsiResult result) {
    if (result == PsiResult.SUM) {
      return new Sum(
          settings.text("psi.sum.column", "the sender's column of values"),
          (int) settings.integer("psi.sum.scale", 2, 0, 9));
    }
    for (String key : Keys.JOB.under("psi.sum.")) {
      if (settings.has(key)) {
        throw settings.invalid(key, "left out where psi.result is not sum");
      }
    }
    return null;
  }

  private static void checkCount(Settings settings, Psi psi, int parties) {
    String word = Settings.word(psi.result());
    if (parties != 2) {
      throw settings.invalid(
          "psi.result",
          "both or receiver in a job of " + parties + " parties; " + word + " is for 2");
    }
    if (psi.join() != PsiJoin.INNER) {
      throw settings.invalid("psi.join", "inner with psi.result = " + word + ": nobody gets rows");
    }
    if (psi.duplicates() == PsiDuplicates.EXPAND) {
      throw settings.invalid(
          "psi.duplicates",
          "refuse or first with psi.result = " + word + ": ids are counted, not rows");
    }
    if (psi.protocol() != PsiProtocol.AUTO && psi.protocol() != PsiProtocol.ECDH) {
      throw settings.invalid("psi.protocol", "auto or ecdh with psi.result = " + word);
    }
  }
}

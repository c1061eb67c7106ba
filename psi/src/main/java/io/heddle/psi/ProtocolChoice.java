// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.ConfigurationException;
import io.heddle.psi.kkrt.KkrtSizes;
import io.heddle.psi.rr22.Rr22Sizes;

/** Which family of protocols runs: all parties choose alike, by what all of them know. */
public final class ProtocolChoice {
  /** Of two sets that differ by more, ecdh on the small one costs less. */
  private static final int MOST_TIMES = 16;

  private ProtocolChoice() {}

  /**
   * What runs.
   *
   * @param asked what all parties ask for
   * @param parties how many there are
   * @param semiHonest whether each of two takes the other as one that follows the protocol
   * @param ids of one of two parties
   * @param otherIds of the other one
   * @throws ConfigurationException if one is asked for where it must not run
   */
  public static PsiProtocol of(
      PsiProtocol asked, int parties, boolean semiHonest, int ids, int otherIds) {
    int smaller = Math.min(ids, otherIds);
    int larger = Math.max(ids, otherIds);
    if (asked == PsiProtocol.ECDH_OPRF) {
      require(asked, parties == 2, "with more than two parties");
      return asked;
    }
    if (asked == PsiProtocol.KKRT || asked == PsiProtocol.RR22) {
      int most = asked == PsiProtocol.KKRT ? KkrtSizes.MOST_IDS : Rr22Sizes.MOST_IDS;
      require(asked, parties == 2, "with more than two parties");
      require(
          asked,
          semiHonest,
          "where one of the two has peers.NAME.semi-honest = false for the other");
      require(asked, larger <= most, "for more than " + most + " ids");
      return asked;
    }
    boolean fits =
        parties == 2
            && semiHonest
            && smaller >= KkrtSizes.FEWEST_IDS
            && larger <= (long) MOST_TIMES * smaller
            && larger <= KkrtSizes.MOST_IDS;
    return asked == PsiProtocol.AUTO && fits ? PsiProtocol.KKRT : PsiProtocol.ECDH;
  }

  private static void require(PsiProtocol asked, boolean allowed, String otherwise) {
    if (!allowed) {
      throw new ConfigurationException(
          "Invalid psi.protocol = " + asked.word() + ": must be auto or ecdh " + otherwise);
    }
  }
}

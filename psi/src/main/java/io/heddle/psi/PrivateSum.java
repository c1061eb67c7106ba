// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.SumReceiver;
import io.heddle.psi.ecdh.SumSender;
import io.heddle.psi.shared.PsiTerms;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds up one party's values of the ids that two parties have in common. The receiver, who compares
 * ids, learns how many are common and not which; the sender, whose values they are, learns that
 * number and the sum. Both call the same method on one step of a session.
 *
 * <p>Against parties that follow the protocol: a sender with values of its choice, such as powers
 * of two, reads from the sum which of its ids are common. (Ion et al., eprint 2019/723;
 * docs/protocol.md, section 3.10.)
 */
public final class PrivateSum {
  private PrivateSum() {}

  /**
   * What a party learns.
   *
   * @param common how many ids are common
   * @param sum of the sender's values of these; null at the receiver
   */
  public record Result(int common, @Nullable BigDecimal sum) {}

  /**
   * Runs it; where the step has ended already, gives the same at once for the same ids and values.
   *
   * @param step opened by both parties alike
   * @param terms with {@link PsiResult#SUM}
   * @param keyBits of the sender's Paillier key, as all parties have agreed
   * @param own this party's rows, with the job's duplicates
   * @param valueOfRow at the sender the value of each row, in units of the job's last decimal
   *     digit; null at the receiver
   * @param limits with a minimum intersection of {@link JobConfig.Sum#LEAST_SUMMANDS} or more
   * @throws IllegalArgumentException if there are not two parties, the values are not the sender's,
   *     or fewer of them might be added up
   * @throws RuntimeException as {@link PrivateSetIntersection#count} does
   */
  public static Result run(
      Channel step,
      JobConfig.Psi terms,
      int keyBits,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnRows own,
      long @Nullable [] valueOfRow,
      PsiLimits limits,
      Progress progress) {
    boolean receives = step.self().equals(terms.receiver());
    JobConfig.Sum asked = terms.sum();
    if (asked == null
        || receives != (valueOfRow == null)
        || (valueOfRow != null && valueOfRow.length != own.count())) {
      throw new IllegalArgumentException(
          "Invalid terms or values: must be those of a sum, the sender's one for each row");
    }
    if (limits.minIntersection() < JobConfig.Sum.LEAST_SUMMANDS) {
      throw new IllegalArgumentException(
          "Invalid minimum intersection "
              + limits.minIntersection()
              + ": must be "
              + JobConfig.Sum.LEAST_SUMMANDS
              + " or more for a sum");
    }
    PrivateSetIntersection.requireTwo(step, terms.receiver(), limits.protocol());
    SortedIds sorted = own.sorted();
    long[] values = valueOfRow == null ? new long[0] : values(own, valueOfRow);
    SettledSum settled = SettledSum.restored(step, sorted, values);
    if (settled == null) {
      settled =
          run(step, receives, keyBits, bindingSalt, randomness, sorted, values, limits, progress);
      settled.commit(step, sorted, values);
    }
    return new Result(
        settled.common(), receives ? null : new BigDecimal(settled.sum(), asked.scale()));
  }

  /** In byte order of the ids. */
  private static long[] values(OwnRows own, long[] valueOfRow) {
    int[] all = new int[own.ids().size()];
    Arrays.setAll(all, i -> i);
    int[] row = own.rows().firstRows(own.sorted().rows(all));
    return Arrays.stream(row).mapToLong(i -> valueOfRow[i]).toArray();
  }

  private static SettledSum run(
      Channel step,
      boolean receives,
      int keyBits,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      SortedIds sorted,
      long[] values,
      PsiLimits limits,
      Progress progress) {
    PsiTerms terms = PrivateSetIntersection.terms(step, bindingSalt, limits, false);
    PartyId peer = step.peers().first();
    int theirSize = terms.exchange(step, peer, sorted.ids().size()).ids();
    terms.record().begin(PsiProtocol.ECDH, sorted.ids().size(), peer, theirSize);
    SettledSum found;
    if (receives) {
      found =
          SettledSum.counted(
              new SumReceiver(terms, keyBits, randomness, progress)
                  .run(step, peer, sorted.ids(), theirSize));
    } else {
      SumSender.Sum sum =
          new SumSender(terms, keyBits, randomness, progress)
              .run(step, peer, sorted.ids(), values, theirSize);
      found = new SettledSum(sum.common(), sum.sum());
    }
    limits.record().end(found.common());
    return found;
  }
}

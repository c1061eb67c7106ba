// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.AlignmentException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.join.Expansion;
import io.heddle.psi.join.RowCounts;
import io.heddle.psi.join.RowsById;
import io.heddle.psi.oprf.Oprf;
import io.heddle.psi.shared.SharedFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds a party's rows of a join without showing any id that is not common: which rows it gets, and
 * what an id in several rows means, is among the job's terms. All parties call it at the same time
 * with the same terms.
 *
 * <p>Beyond what {@link PrivateSetIntersection} tells, where set sizes count an id once: with
 * {@code expand} every party learns how many rows each other one has of each common id, and of no
 * other id; with {@code left} how many rows of the receiver have no common id. A difference tells
 * as much as an intersection for the receiver alone, and takes no other messages.
 */
public final class PrivateJoin {
  private static final byte[] LEFT_TAG = "heddle psi left v1".getBytes(StandardCharsets.US_ASCII);

  private PrivateJoin() {}

  /**
   * This party's rows of the join.
   *
   * @param step opened by all parties alike
   * @param terms which rows, and for whom
   * @param ownRows with the job's duplicates
   * @param oprf for the protocol for a large sender whose side the receiver keeps, which runs if
   *     all parties give it; null for none
   * @throws IllegalArgumentException if terms do not go together
   * @throws AlignmentException if the rows are more than {@link PsiLimits#LARGEST_SET}; at all
   *     parties
   * @throws io.heddle.error.ProtocolException if a peer tells of rows that it cannot have
   * @throws RuntimeException as {@link PrivateSetIntersection#align} does
   */
  public static JoinedRows run(
      Channel step,
      JobConfig.Psi terms,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnRows ownRows,
      PsiLimits limits,
      Progress progress,
      @Nullable Oprf oprf) {
    requireFitting(terms);
    RowsById own = ownRows.rows();
    PartyId receiver = terms.receiver();
    return switch (terms.result()) {
      case CARDINALITY ->
          new JoinedRows(
              PrivateSetIntersection.count(
                  step, receiver, bindingSalt, randomness, ownRows, limits, progress),
              new int[0],
              new byte[0],
              PsiProtocol.ECDH);
      case SUM ->
          throw new IllegalArgumentException("Invalid terms: a sum has values, see PrivateSum");
      case RECEIVER -> {
        Intersection found =
            PrivateSetIntersection.intersect(
                step, receiver, bindingSalt, randomness, ownRows, limits, progress, oprf);
        int[] common = found.rows();
        yield new JoinedRows(
            common.length,
            !step.self().equals(receiver)
                ? new int[0]
                : terms.join() == PsiJoin.DIFFERENCE
                    ? own.otherRows(common)
                    : own.firstRows(common),
            new byte[0],
            found.protocol());
      }
      case BOTH -> {
        Alignment aligned =
            PrivateSetIntersection.align(
                step, receiver, bindingSalt, randomness, ownRows, limits, progress, oprf);
        yield terms.join() == PsiJoin.INNER && terms.duplicates() != PsiDuplicates.EXPAND
            ? new JoinedRows(
                aligned.rows().length,
                own.firstRows(aligned.rows()),
                aligned.digest(),
                aligned.protocol())
            : settle(step.step("rows"), terms, own, aligned);
      }
    };
  }

  private static void requireFitting(JobConfig.Psi terms) {
    boolean fits =
        switch (terms.join()) {
          case INNER ->
              terms.duplicates() != PsiDuplicates.EXPAND || terms.result() == PsiResult.BOTH;
          case LEFT -> terms.result() == PsiResult.BOTH;
          case DIFFERENCE -> terms.result() == PsiResult.RECEIVER;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "Invalid terms: no join "
              + terms.join()
              + " with duplicates "
              + terms.duplicates()
              + " and result "
              + terms.result());
    }
  }

  /** Where the common ids alone do not say which rows a party gets. */
  private static JoinedRows settle(
      Channel step, JobConfig.Psi terms, RowsById own, Alignment aligned) {
    int[] common = aligned.rows();
    int[] ownCounts = own.counts(common);
    boolean receives = step.self().equals(terms.receiver());
    boolean left = terms.join() == PsiJoin.LEFT;
    int[] others = left && receives ? own.otherRows(common) : new int[0];
    RowFacts facts =
        RowFacts.restored(step, ownCounts, left && !receives ? null : (Integer) others.length);
    boolean ended = facts != null;
    if (facts == null) {
      facts = tell(step, terms, ownCounts, others.length);
    }

    int[] rows;
    byte[] digest = aligned.digest();
    if (terms.duplicates() == PsiDuplicates.EXPAND) {
      Expansion expansion = Expansion.of(facts.counts());
      rows = expansion.rowsOf(step.self(), own, common);
      digest = expansion.digest(digest);
    } else {
      rows = own.firstRows(common);
    }
    if (left) {
      int matched = rows.length;
      rows = Arrays.copyOf(rows, matched + facts.others());
      if (receives) {
        System.arraycopy(others, 0, rows, matched, others.length);
      } else {
        Arrays.fill(rows, matched, rows.length, JoinedRows.MISSING);
      }
      digest = leftDigest(digest, rows.length);
    }
    if (!ended) {
      AlignmentCheck.run(step, terms.receiver(), rows.length, digest);
      facts.commit(step);
    }
    return new JoinedRows(common.length, rows, digest, aligned.protocol());
  }

  private static RowFacts tell(Channel step, JobConfig.Psi terms, int[] ownCounts, int ownOthers) {
    SortedMap<PartyId, int[]> counts = new TreeMap<>(Map.of(step.self(), ownCounts));
    if (terms.duplicates() == PsiDuplicates.EXPAND) {
      counts = RowCounts.exchange(step, ownCounts, PsiLimits.LARGEST_SET);
      requireRoom(step, terms, Expansion.rows(counts, PsiLimits.LARGEST_SET));
    }
    int others = 0;
    if (terms.join() == PsiJoin.LEFT) {
      others = RowCounts.shareOthers(step, terms.receiver(), ownOthers, PsiLimits.LARGEST_SET);
      requireRoom(step, terms, Expansion.rows(counts, PsiLimits.LARGEST_SET) + others);
    }
    return new RowFacts(counts, others);
  }

  /** All parties know the number. */
  private static void requireRoom(Channel step, JobConfig.Psi terms, int rows) {
    if (rows > PsiLimits.LARGEST_SET) {
      SharedFailure.settle(step, terms.receiver());
      throw new AlignmentException(
          "The join has more than "
              + PsiLimits.LARGEST_SET
              + " rows, which is the most: must one id stand in so many rows of several parties?");
    }
  }

  private static byte[] leftDigest(byte[] common, int rows) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(LEFT_TAG);
    sha256.update(common);
    return sha256.digest(ByteBuffer.allocate(Integer.BYTES).putInt(rows).array());
  }
}

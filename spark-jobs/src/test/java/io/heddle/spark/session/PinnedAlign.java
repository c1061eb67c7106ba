// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.FoundRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.tasks.OwnIds;
import io.heddle.spark.session.HeddleSession.Aligned;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** For tests: aligns a table as a session does, with randomness that can be had again. */
public final class PinnedAlign {
  private PinnedAlign() {}

  /**
   * Aligns by the column {@code id}.
   *
   * @param wrap gets between the protocol and the ids
   */
  public static Aligned align(
      Channel step,
      JobConfig job,
      PrivateRandomness randomness,
      Dataset<Row> table,
      UnaryOperator<OwnIds> wrap) {
    SparkIds own = SparkIds.of(table, List.of("id"), job.psi(), Progress.NONE);
    FoundRows found =
        PrivateSetIntersection.align(
            step,
            job.psi().receiver(),
            new byte[32],
            randomness,
            wrap.apply(own),
            new PsiLimits(
                1, 1_000_000, job.psi().protocol(), true, RunRecord.NONE, job.psi().partitionIds()),
            Progress.NONE);
    return found instanceof DealtAlignment dealt
        ? own.aligned(dealt)
        : own.aligned((Alignment) found);
  }
}

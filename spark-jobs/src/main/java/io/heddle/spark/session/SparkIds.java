// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.join.RowsById;
import io.heddle.psi.table.IdCounts;
import io.heddle.psi.tasks.IdDealer;
import io.heddle.psi.tasks.IdFacts;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdPartitions;
import io.heddle.psi.tasks.IdSum;
import io.heddle.psi.tasks.IdTasks;
import io.heddle.psi.tasks.OwnIds;
import io.heddle.spark.session.HeddleSession.Aligned;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.SparkFailures;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The ids of one party's table, which stay on the executors unless the protocol needs them here.
 */
final class SparkIds implements OwnIds, IdTasks {
  private final Dataset<Row> table;
  private final IdColumns columns;
  private final PsiDuplicates duplicates;
  private final Progress progress;
  private @Nullable TableIds collected;
  private @Nullable RowsById byId;
  private @Nullable DealtTable dealt;
  private long rows;

  private SparkIds(
      Dataset<Row> table, IdColumns columns, PsiDuplicates duplicates, Progress progress) {
    this.table = table;
    this.columns = columns;
    this.duplicates = duplicates;
    this.progress = progress;
  }

  /**
   * Those of a table; nothing is read yet.
   *
   * @throws io.heddle.error.DataException if a column is missing or of a type that no id has
   */
  static SparkIds of(
      Dataset<Row> table, List<String> idCols, JobConfig.Psi psi, Progress progress) {
    TableIds.check(table, idCols);
    AlignedTable.requireNoIndex(table);
    return new SparkIds(table, new IdColumns(idCols, psi.normalise()), psi.duplicates(), progress);
  }

  @Override
  public List<byte[]> collect() {
    TableIds all = TableIds.collect(table, columns.names(), columns.rules(), duplicates);
    if (rows == 0) {
      all.ids().notes().forEach(progress::note);
    }
    rows = all.values().size();
    collected = all;
    byId = RowsById.of(all.ids().values(), duplicates);
    return byId.ids();
  }

  @Override
  public IdTasks tasks() {
    return this;
  }

  @Override
  public IdFacts facts(IdKey key) {
    JavaRDD<Row> values = table.select(columns.select(table)).toJavaRDD();
    IdCounts counts = IdCounts.NONE;
    IdSum sum = new IdSum();
    long distinct = 0;
    for (IdTally.Part part :
        SparkFailures.naming(() -> IdTally.parts(values, columns, key).collect())) {
      counts = counts.plus(part.counts());
      sum.add(part.sum());
      distinct += part.distinct();
    }
    rows = counts.rows();
    String where = String.join(" + ", columns.names());
    long repeated = rows - counts.refused() - distinct;
    counts.check(where, duplicates, repeated);
    counts.notes(where, duplicates, repeated).forEach(progress::note);
    return IdFacts.of(distinct, sum);
  }

  @Override
  public IdPartitions deal(IdDealer dealer) {
    DealtTable made = DealtTable.of(table, columns, duplicates, dealer);
    dealt = made;
    return made;
  }

  /** The table in an alignment that this process has. */
  Aligned aligned(Alignment alignment) {
    TableIds all = collected;
    RowsById own = byId;
    if (all == null || own == null) {
      throw new AssertionError("An alignment of ids that were not collected");
    }
    List<byte[]> keys = new ArrayList<>(alignment.rows().length);
    for (int id : alignment.rows()) {
      keys.add(own.ids().get(id));
    }
    boolean unique = own.ids().size() == all.values().size();
    return new Aligned(
        AlignedTable.of(
            unique ? table : FirstRows.of(table, columns.names()),
            columns.names().toArray(String[]::new),
            all.values(),
            own.firstRows(alignment.rows()),
            alignment.digest()),
        AlignedIds.of(keys),
        Math.toIntExact(rows));
  }

  /** The table in an alignment of its partitions. */
  Aligned aligned(DealtAlignment alignment) {
    if (dealt == null) {
      throw new AssertionError("An alignment of ids that were not dealt out");
    }
    DealtRows common = dealt.common(alignment);
    return new Aligned(common.table(), common.ids(), Math.toIntExact(rows));
  }
}

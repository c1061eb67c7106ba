// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.channel.Channel;
import io.heddle.error.DataException;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A step of a session in which all parties train or score on their aligned rows: a table that is
 * not aligned yet is in the step, before the roles begin.
 *
 * @param kind of the step
 * @param idCol by which rows are aligned
 */
record AlignedStep(HeddleSession session, String kind, Dataset<Row> table, String idCol) {

  /**
   * Trains.
   *
   * @param terms what all parties must agree on
   * @param prepare reads what the role needs of aligned rows
   * @param role this party's
   */
  <F> F train(
      SortedMap<String, String> terms,
      Function<AlignedTable, StageRows> prepare,
      BiFunction<Channel, StageRows, F> role) {
    AlignedTable given = AlignedTable.readFolds(table);
    session.addAlignment(terms, given);
    // Whatever can fail or take long here and now does so before the peers wait for it.
    StageRows prepared = given == null ? null : session.beforeStep(() -> prepare.apply(given));
    try {
      return session.step(
          kind,
          terms,
          step -> {
            if (prepared != null) {
              return role.apply(step, prepared);
            }
            try (StageRows rows = prepare.apply(session.align(step, table, idCol).table())) {
              return role.apply(step, rows);
            }
          });
    } finally {
      if (prepared != null) {
        prepared.close();
      }
    }
  }

  /**
   * What scoring needs to know of a model part.
   *
   * @param holdsLabels whether it is the label holder's
   * @param columnNames in its order
   */
  record Part(String fitId, boolean holdsLabels, List<String> columnNames) {}

  /** A party's role in scoring. */
  interface Scoring {
    Dataset<Row> score(Channel step, AlignedTable aligned, FeatureRows features);
  }

  /**
   * Scores.
   *
   * @throws IllegalArgumentException if the part is that of another role
   * @throws DataException if the columns are not the part's
   */
  Dataset<Row> score(Part part, String featuresCol, Scoring role) {
    if (session.holdsLabels() != part.holdsLabels()) {
      throw new IllegalArgumentException(
          "This model part is that of a "
              + (part.holdsLabels() ? "label" : "feature")
              + " holder, but party "
              + session.self()
              + " is not one in this session");
    }
    AlignedTable given = AlignedTable.readFolds(table);
    SortedMap<String, String> terms = new TreeMap<>();
    terms.put("fit", part.fitId());
    session.addAlignment(terms, given);
    return session.step(
        kind,
        terms,
        step -> {
          AlignedTable aligned = given != null ? given : session.align(step, table, idCol).table();
          try (FeatureRows features = FeatureRows.of(aligned, featuresCol)) {
            if (!features.table().columnNames().equals(part.columnNames())) {
              throw new DataException(
                  "The columns of "
                      + featuresCol
                      + " are not those of the model, in its order: "
                      + String.join(", ", part.columnNames()));
            }
            return role.score(step, aligned, features);
          }
        });
  }
}

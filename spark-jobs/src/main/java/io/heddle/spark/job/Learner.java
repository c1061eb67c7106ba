// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.PredictionModel;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** What a job trains and scores with. */
interface Learner {
  /** The column with the vectors of a party's own values. */
  String FEATURES = "heddle_features";

  /** The column with the label holder's labels. */
  String LABEL = "heddle_label";

  /** The column with the label holder's row weights, if its file names one. */
  String WEIGHT = "heddle_weight";

  /** What scored rows have: of all classes, and the class, number or count. */
  String PROBABILITY = "probability";

  String PREDICTION = "prediction";

  /** The one that the job's algorithm names. */
  static Learner of(JobConfig job, HeddleSession session) {
    return switch (job.algorithm()) {
      case LOGISTIC -> new LogisticLearner(job, session);
      case GBT -> new TreesLearner(job, session);
    };
  }

  /** The column of row weights as stages take it: empty if rows have none. */
  static String weightCol(Dataset<Row> rows) {
    return List.of(rows.columns()).contains(WEIGHT) ? WEIGHT : "";
  }

  /** The kind of the step that trains, for time and traffic. */
  String fitStep();

  /** The kind of the step that scores. */
  String scoreStep();

  /** What labels must be, and so what is predicted: a class, a number or a count. */
  LabelRule labels();

  /** Whether columns may lack values. */
  default boolean takesMissing() {
    return false;
  }

  /** The probability above which a prediction is 1; of no use but with two classes. */
  double threshold();

  /** How many classes there are; 0 where labels are none. */
  default int classes() {
    return labels() == LabelRule.TWO_CLASSES ? 2 : 0;
  }

  /**
   * What tells how good scored rows are: the probability of label 1, of each of several classes, or
   * the number or count.
   */
  default List<Column> measured(Dataset<Row> scored) {
    return switch (labels()) {
      case TWO_CLASSES -> List.of(probability(scored, 1).as(PROBABILITY));
      case CLASSES ->
          IntStream.range(0, classes())
              .mapToObj(c -> probability(scored, c).as(PROBABILITY + "_" + c))
              .toList();
      case NUMBERS, COUNTS -> List.of(AlignedTable.column(scored, PREDICTION));
    };
  }

  private static Column probability(Dataset<Row> scored, int of) {
    return functions
        .vector_to_array(AlignedTable.column(scored, PROBABILITY), "float64")
        .getItem(of);
  }

  /** What the label holder publishes of scored rows. */
  default List<Column> outcome(Dataset<Row> scored) {
    List<Column> columns = new ArrayList<>(measured(scored));
    if (classes() > 0) {
      columns.add(AlignedTable.column(scored, PREDICTION));
    }
    return columns;
  }

  /**
   * Trains with the peers.
   *
   * @param trace notes what is needed to repeat it in the clear; null for nothing
   */
  Trained fit(Dataset<Row> rows, @Nullable TraceFiles trace);

  /** Reads what a training has published. */
  Loaded load(Path part);

  /** What scoring shows, for the ledger. */
  String scoringLedger(int rows);

  /** How a fit went, as a run reports it. */
  record Figures(
      int passes,
      boolean converged,
      List<Double> losses,
      List<String> warnings,
      List<String> ledger) {}

  /** This party's part of the model, and how its fit went. */
  record Trained(PredictionModel<Vector, ?> model, Figures figures) {}

  /**
   * A part of an earlier fit.
   *
   * @param columnNames this party's columns in its order
   */
  record Loaded(PredictionModel<Vector, ?> model, List<String> columnNames) {}
}

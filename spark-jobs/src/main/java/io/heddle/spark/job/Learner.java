// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.JobConfig;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import java.nio.file.Path;
import java.util.List;
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

  /** What scored rows have: of both classes, and the class, number or count. */
  String PROBABILITY = "probability";

  String PREDICTION = "prediction";

  /** The one that the job's algorithm names. */
  static Learner of(JobConfig job, HeddleSession session) {
    return switch (job.algorithm()) {
      case LOGISTIC -> new LogisticLearner(job, session);
      case GBT -> new TreesLearner(job, session);
    };
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

  /** The probability above which a prediction is 1; of no use where no class is predicted. */
  double threshold();

  /** What the label holder publishes of scored rows; the first column is the one to measure. */
  default List<Column> outcome(Dataset<Row> scored) {
    Column prediction = AlignedTable.column(scored, PREDICTION);
    return labels() == LabelRule.TWO_CLASSES
        ? List.of(
            functions
                .vector_to_array(AlignedTable.column(scored, PROBABILITY), "float64")
                .getItem(1)
                .as(PROBABILITY),
            prediction)
        : List.of(prediction);
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

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.train.metric.SharedMetric;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates at the label holder, and tells its peers the metric, so that a {@code CrossValidator}
 * or {@code TrainValidationSplit} chooses the same Params at every party. All parties run the same
 * one on their own aligned tables, one step after the other ({@code parallelism} 1), with the same
 * grid and, for a {@code CrossValidator}, the folds of {@link
 * io.heddle.spark.table.AlignedTable#withFolds}:
 *
 * <pre>{@code
 * AlignedTable table = AlignedTable.read(intersection.transform(own)).withFolds(3, 7);
 * new CrossValidator()
 *     .setEstimator(trees)
 *     .setEstimatorParamMaps(grid)
 *     .setNumFolds(3)
 *     .setFoldCol(AlignedTable.FOLD)
 *     .setEvaluator(new SessionEvaluator().setEvaluator(new BinaryClassificationEvaluator()))
 *     .fit(table.table());
 * }</pre>
 *
 * <p>A party without labels sets no evaluator. {@code evaluate} is a numbered step of the session.
 * Peers learn each metric. Every fit counts against what a feature holder allows: a
 * cross-validation of k folds and m settings is k m + 1 fits.
 */
public class SessionEvaluator extends Evaluator {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = "evaluate";

  // No initialiser: the Params ask for it before this class's fields are set.
  private @Nullable String uid;
  private final Param<String> session;
  private final BooleanParam largerBetter;
  private transient @Nullable Evaluator evaluator;

  public SessionEvaluator() {
    this(Uid.random("evaluator"));
  }

  public SessionEvaluator(String uid) {
    super();
    this.uid = uid;
    session = LogisticParams.session(this);
    largerBetter =
        new BooleanParam(
            this,
            "largerBetter",
            "whether a larger metric is the better one; the same at all parties");
    setDefault(session, HeddleSession.DEFAULT);
    setDefault(largerBetter, true);
  }

  @Override
  public String uid() {
    if (uid == null) {
      throw new AssertionError("The superclass asked for the uid before it was set");
    }
    return uid;
  }

  public Param<String> session() {
    return session;
  }

  public BooleanParam largerBetter() {
    return largerBetter;
  }

  public SessionEvaluator setSession(String value) {
    set(session, value);
    return this;
  }

  /** At a party without labels, where the label holder's evaluator has it otherwise than true. */
  public SessionEvaluator setLargerBetter(boolean value) {
    set(largerBetter, value);
    return this;
  }

  /** What computes the metric, at the label holder; whether larger is better follows from it. */
  public SessionEvaluator setEvaluator(Evaluator value) {
    evaluator = value;
    set(largerBetter, value.isLargerBetter());
    return this;
  }

  @Override
  public boolean isLargerBetter() {
    return (boolean) getOrDefault(largerBetter);
  }

  /**
   * The label holder's metric.
   *
   * @throws IllegalArgumentException if the label holder has no evaluator, or another party has one
   * @throws io.heddle.error.DataException if the metric is no finite number
   */
  @Override
  public double evaluate(Dataset<?> dataset) {
    HeddleSession shared = HeddleSession.named(getOrDefault(session), dataset.sparkSession());
    Evaluator own = evaluator;
    if (shared.holdsLabels() != (own != null)) {
      throw new IllegalArgumentException(
          "Party "
              + shared.self()
              + (own == null
                  ? " holds the labels of this session: set an evaluator"
                  : " holds no labels in this session: set no evaluator"));
    }
    SortedMap<String, String> terms = new TreeMap<>();
    terms.put("largerBetter", Boolean.toString(isLargerBetter()));
    if (own == null) {
      return shared.step(STEP, terms, step -> SharedMetric.learn(step, shared.labelHolder()));
    }
    double metric = shared.beforeStep(() -> own.evaluate(dataset));
    return shared.step(STEP, terms, step -> SharedMetric.tell(step, metric));
  }

  @Override
  public SessionEvaluator copy(ParamMap extra) {
    SessionEvaluator copy = defaultCopy(extra);
    copy.evaluator = evaluator == null ? null : evaluator.copy(extra);
    return copy;
  }
}

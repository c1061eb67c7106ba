// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.train.logistic.FitSummary;
import io.heddle.train.logistic.LogisticModelPart;
import io.heddle.train.logistic.Scores;
import io.heddle.train.logistic.ScoringFeatureHolder;
import io.heddle.train.logistic.ScoringLabelHolder;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One party's part of a fitted {@link VerticalLogisticRegression}: its own coefficients, and
 * nothing of the others'.
 *
 * <p>{@code transform} is a numbered step of the session, as {@code fit} is: all parties call it,
 * each with its part of the same fit. It runs the joint scoring at once. The label holder gets its
 * aligned rows with {@code rawPrediction}, {@code probability} and {@code prediction}, already
 * computed: using the table again sends nothing. Rows that not all parties have are left out. A
 * feature holder gets its input unchanged. The label holder learns each row's sum of the others'
 * predictors, the feature holders learn nothing.
 */
public class VerticalLogisticRegressionModel
    extends ProbabilisticClassificationModel<Vector, VerticalLogisticRegressionModel>
    implements VerticalLogisticRegressionParams, MLWritable {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = "transform-vertical-logistic-regression";

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final LogisticParams own;
  private final boolean labelHolder;
  private final LogisticModelPart part;
  private final transient @Nullable FitSummary summary;

  VerticalLogisticRegressionModel(
      String uid, boolean labelHolder, LogisticModelPart part, @Nullable FitSummary summary) {
    this(Uid.next(uid), labelHolder, part, summary);
  }

  private VerticalLogisticRegressionModel(
      Uid.Token unused, boolean labelHolder, LogisticModelPart part, @Nullable FitSummary summary) {
    super();
    own = new LogisticParams(this);
    own.setDefaults(this::setDefault);
    this.labelHolder = labelHolder;
    this.part = part;
    this.summary = summary;
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uid.take();
    }
    return uid;
  }

  @Override
  public LogisticParams own() {
    return own;
  }

  public VerticalLogisticRegressionModel setSession(String value) {
    set(session(), value);
    return this;
  }

  public VerticalLogisticRegressionModel setIdCol(String value) {
    set(idCol(), value);
    return this;
  }

  public VerticalLogisticRegressionModel setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  /** Whether this part came from the party with the labels. */
  public boolean holdsLabels() {
    return labelHolder;
  }

  /** This party's own part. */
  public LogisticModelPart part() {
    return part;
  }

  /** This party's coefficients, in units of its columns. */
  public Vector coefficients() {
    return Vectors.dense(part.coefficients());
  }

  /** This party's share of the joint intercept. */
  public double intercept() {
    return part.intercept();
  }

  /** False for a model that was loaded. */
  public boolean hasSummary() {
    return summary != null;
  }

  /**
   * How the fit went, with the ledger of who learned what.
   *
   * @throws IllegalStateException for a model that was loaded
   */
  public FitSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("No summary: this model was loaded, not fitted");
    }
    return summary;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType result = transformSchema(dataset.schema());
    Dataset<Row> table = dataset.toDF();
    HeddleSession session = HeddleSession.named(getSession(), dataset.sparkSession());
    return new AlignedStep(session, STEP, table, getIdCol())
        .score(
            new AlignedStep.Part(part.fitId(), labelHolder, part.columnNames()),
            getFeaturesCol(),
            (step, aligned, features) -> {
              if (!labelHolder) {
                new ScoringFeatureHolder(
                        part, session.privacyRules(), session.open()::privateRandomness)
                    .score(step, session.labelHolder(), features.table(), session.progress());
                return table;
              }
              Scores scores =
                  new ScoringLabelHolder(part).score(step, features.table(), session.progress());
              return ScoredRows.of(
                  aligned,
                  ScoredRows.ofTwoClasses(
                      scores.rawPrediction(), scores.probability(), this, getThreshold()),
                  result);
            });
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Schemas.checkFeatures(schema, getFeaturesCol());
    Schemas.checkRows(schema, getIdCol());
    return labelHolder ? super.transformSchema(schema) : schema;
  }

  @Override
  public int numClasses() {
    return 2;
  }

  /** How many columns this party has. */
  @Override
  public int numFeatures() {
    return part.coefficients().length;
  }

  /**
   * Not to be had: a prediction takes all parties.
   *
   * @throws UnsupportedOperationException always; use {@link #transform}
   */
  @Override
  public Vector predictRaw(Vector features) {
    throw new UnsupportedOperationException(
        "One party cannot predict alone: call transform at every party");
  }

  @Override
  public Vector raw2probabilityInPlace(Vector raw) {
    double positive = 1 / (1 + Math.exp(-raw.apply(1)));
    return Vectors.dense(1 - positive, positive);
  }

  // scalac emits two of these with different generic results; a raw one is what javac accepts.
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public scala.Tuple3 findSummaryModel() {
    return super.findSummaryModel();
  }

  @Override
  public VerticalLogisticRegressionModel copy(ParamMap extra) {
    VerticalLogisticRegressionModel copy =
        copyValues(new VerticalLogisticRegressionModel(uid(), labelHolder, part, summary), extra);
    return copy.setParent(parent());
  }

  /** Writes this party's part; what it writes is this party's secret. */
  @Override
  public MLWriter write() {
    return new ModelPartWriter(this, ModelPartReader.SCHEMA, ModelPartReader.row(this));
  }

  public static MLReader<VerticalLogisticRegressionModel> read() {
    return new ModelPartReader();
  }

  public static VerticalLogisticRegressionModel load(String path) {
    return read().load(path);
  }

  /** Tells sizes only: coefficients are this party's secret. */
  @Override
  public String toString() {
    return "VerticalLogisticRegressionModel: uid=" + uid() + ", " + numFeatures() + " columns";
  }
}

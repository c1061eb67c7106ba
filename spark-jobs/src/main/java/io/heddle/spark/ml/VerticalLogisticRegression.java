// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticTerms;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Binary logistic regression over columns that several parties hold, each its own, for common rows.
 * Every party runs the same stage on its own table; the one that has the labels sets {@code
 * labelCol}, the others leave it unset. The result is that of MLlib's LogisticRegression on the
 * joined table with the same Params, up to fixed point.
 *
 * <p>Works in the session that Param {@code session} names. Each {@code fit} is one numbered step
 * of it: all parties call the same stages in the same order with the same Params, else the session
 * ends with a {@link io.heddle.error.ProtocolException} that names the difference. A failure within
 * a fit ends the session at all parties.
 *
 * <p>The table may be unaligned: the rows are then aligned on {@code idCol} within the step, and
 * rows that not all parties have are left out. A table that carries an alignment ({@link
 * AlignedTable}) is taken as it is, after all parties have compared its digest.
 *
 * <p>The label holder learns sums of all parties' predictors per row and pass, a feature holder its
 * own exact gradient per pass; the model's {@code summary} lists it with figures. How many
 * predictors a feature holder opens is limited over all fits of a session together. Keys, labels
 * and residuals stay in the driver; executors work on ciphertexts, own columns and their own
 * party's coefficients. Labels and weights that stand in the table are read by executors, as Spark
 * reads any table.
 */
public class VerticalLogisticRegression
    extends ProbabilisticClassifier<
        Vector, VerticalLogisticRegression, VerticalLogisticRegressionModel>
    implements VerticalLogisticRegressionParams, DefaultParamsWritable {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = "fit-vertical-logistic-regression";

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final LogisticParams own;
  private transient @Nullable FitTrace trace;

  public VerticalLogisticRegression() {
    this(Uid.random("vlogreg"));
  }

  public VerticalLogisticRegression(String uid) {
    this(Uid.next(uid));
  }

  private VerticalLogisticRegression(Uid.Token unused) {
    super();
    own = new LogisticParams(this);
    own.setDefaults(this::setDefault);
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

  public VerticalLogisticRegression setSession(String value) {
    set(session(), value);
    return this;
  }

  public VerticalLogisticRegression setIdCol(String value) {
    set(idCol(), value);
    return this;
  }

  public VerticalLogisticRegression setWeightCol(String value) {
    set(weightCol(), value);
    return this;
  }

  public VerticalLogisticRegression setRegParam(double value) {
    set(regParam(), value);
    return this;
  }

  public VerticalLogisticRegression setMaxIter(int value) {
    set(maxIter(), value);
    return this;
  }

  public VerticalLogisticRegression setTol(double value) {
    set(tol(), value);
    return this;
  }

  public VerticalLogisticRegression setFitIntercept(boolean value) {
    set(fitIntercept(), value);
    return this;
  }

  public VerticalLogisticRegression setStandardization(boolean value) {
    set(standardization(), value);
    return this;
  }

  public VerticalLogisticRegression setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  /**
   * Has the next fits report this party's own coefficients after each pass, for the comparison with
   * training in the clear by one who holds all parts. What it gets is secret.
   */
  public VerticalLogisticRegression tracedBy(FitTrace listener) {
    trace = listener;
    return this;
  }

  @Override
  public VerticalLogisticRegressionModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    return copyValues(train(dataset).setParent(this), ParamMap.empty());
  }

  @Override
  public VerticalLogisticRegressionModel train(Dataset<?> dataset) {
    Dataset<Row> table = dataset.toDF();
    HeddleSession session = HeddleSession.named(getSession(), dataset.sparkSession());
    LogisticTerms terms =
        LogisticTerms.builder()
            .regParam(getRegParam())
            .maxIter(getMaxIter())
            .tol(getTol())
            .fitIntercept(getFitIntercept())
            .standardization(getStandardization())
            .keyBits(session.keyBits())
            .build();
    LogisticFit fit =
        new AlignedStep(session, STEP, table, getIdCol())
            .train(
                terms.asTerms(),
                aligned -> prepare(session, aligned),
                (step, rows) -> fit(session, step, terms, rows));
    return new VerticalLogisticRegressionModel(
        Uid.random("vlogregmodel"), session.holdsLabels(), fit.part(), fit.summary());
  }

  private StageRows prepare(HeddleSession session, AlignedTable aligned) {
    return StageRows.of(
        session, aligned, getFeaturesCol(), getLabelCol(), getWeightCol(), LabelRule.TWO_CLASSES);
  }

  private LogisticFit fit(
      HeddleSession session, Channel step, LogisticTerms terms, StageRows rows) {
    FitTrace listener = trace != null ? trace : FitTrace.NONE;
    if (rows.labels() == null) {
      LogisticFit fit =
          new LogisticFeatureHolder(
                  terms, session.privacyRules(), session.open()::privateRandomness)
              .fit(
                  step,
                  session.labelHolder(),
                  rows.features().table(),
                  session.openedPredictors(),
                  listener,
                  session.progress());
      session.countOpenedPredictors(fit.summary().passes());
      return fit;
    }
    PrivateRandomness randomness = session.open()::privateRandomness;
    byte[] roundingSeed = LogisticLabelHolder.roundingSeed(randomness, step);
    listener.seed(roundingSeed.clone());
    PaillierPrivateKey key = LogisticLabelHolder.key(randomness, step, terms);
    return new LogisticLabelHolder(terms, session.privacyRules(), key, randomness, roundingSeed)
        .fit(
            step,
            rows.features().table(),
            rows.labels().labels(),
            rows.labels().weights(),
            listener,
            session.progress());
  }

  /**
   * {@inheritDoc}
   *
   * <p>The label holder's gets the columns that a transform adds; a feature holder's stays.
   */
  @Override
  public StructType transformSchema(StructType schema) {
    HeddleSession session = HeddleSession.named(getSession(), SparkSession.active());
    Schemas.checkTraining(schema, this, session, getFeaturesCol(), getIdCol(), getWeightCol());
    return session.holdsLabels() ? super.transformSchema(schema) : schema;
  }

  @Override
  public VerticalLogisticRegression copy(ParamMap extra) {
    VerticalLogisticRegression copy = defaultCopy(extra);
    copy.trace = trace;
    return copy;
  }

  public static MLReader<VerticalLogisticRegression> read() {
    return new DefaultParamsReader<>();
  }

  public static VerticalLogisticRegression load(String path) {
    return read().load(path);
  }
}

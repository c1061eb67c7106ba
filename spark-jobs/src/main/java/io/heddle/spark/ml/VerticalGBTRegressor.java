// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesFit;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.Regressor;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Boosted trees for numbers or counts over columns that several parties hold, each its own, for
 * common rows. All that is said at {@link VerticalGBTClassifier} of sessions, steps, tables and
 * missing values holds here too.
 *
 * <p>Labels of a node are near to each other, and feature holders learn which rows are in the nodes
 * that they are asked about: unlike for two classes, no node is kept from them because its labels
 * are alike.
 */
public class VerticalGBTRegressor
    extends Regressor<Vector, VerticalGBTRegressor, VerticalGBTRegressionModel>
    implements VerticalGBTRegressorParams,
        VerticalGBTSetters<VerticalGBTRegressor>,
        DefaultParamsWritable {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = TreesStage.FIT;

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final TreeParams.OfRegressor own;
  private transient @Nullable FitTrace trace;

  public VerticalGBTRegressor() {
    this(Uid.random("vgbtr"));
  }

  public VerticalGBTRegressor(String uid) {
    this(Uid.next(uid));
  }

  private VerticalGBTRegressor(Uid.Token unused) {
    super();
    own = new TreeParams.OfRegressor(this);
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
  public TreeParams.OfRegressor own() {
    return own;
  }

  public VerticalGBTRegressor setObjective(String value) {
    set(objective(), value);
    return this;
  }

  /**
   * Has the next fits report the seed of the rounding noise, for the comparison with training in
   * the clear by one who holds all parts. What it gets is secret.
   */
  public VerticalGBTRegressor tracedBy(FitTrace listener) {
    trace = listener;
    return this;
  }

  @Override
  public VerticalGBTRegressionModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    return copyValues(train(dataset).setParent(this), ParamMap.empty());
  }

  @Override
  public VerticalGBTRegressionModel train(Dataset<?> dataset) {
    TreeObjective objective = TreeObjective.valueOf(getObjective().toUpperCase(Locale.ROOT));
    TreesFit fit =
        TreesStage.fit(
            this,
            TreesStage.Predicted.ofScore(objective),
            UnaryOperator.identity(),
            trace,
            dataset);
    return new VerticalGBTRegressionModel(Uid.random("vgbtrmodel"), fit.part(), fit.summary());
  }

  /**
   * {@inheritDoc}
   *
   * <p>The label holder's gets the column that a transform adds; a feature holder's stays.
   */
  @Override
  public StructType transformSchema(StructType schema) {
    HeddleSession session = HeddleSession.named(getSession(), SparkSession.active());
    Schemas.checkTraining(schema, this, session, getFeaturesCol(), getIdCol(), getWeightCol());
    return session.holdsLabels()
        ? TreesStage.withLeaves(this, super.transformSchema(schema))
        : schema;
  }

  @Override
  public VerticalGBTRegressor copy(ParamMap extra) {
    VerticalGBTRegressor copy = defaultCopy(extra);
    copy.trace = trace;
    return copy;
  }

  public static MLReader<VerticalGBTRegressor> read() {
    return new DefaultParamsReader<>();
  }

  public static VerticalGBTRegressor load(String path) {
    return read().load(path);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.config.JobConfig;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesFit;
import io.heddle.train.trees.TreesLabelHolder;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Boosted trees for classes over columns that several parties hold, each its own, for common rows.
 * Every party runs the same stage on its own table; the one that has the labels sets {@code
 * labelCol}, the others leave it unset. The trees are those of second-order boosting on the joined
 * columns, with rounded derivatives and with the rules of {@link TreesLabelHolder}.
 *
 * <p>Labels are 0 and 1 or, with {@code numClasses} above 2, whole numbers below it. Each tree is
 * then of all classes together, its leaves with a value for each.
 *
 * <p>Works in the session that Param {@code session} names. Each {@code fit} is one numbered step
 * of it: all parties call the same stages in the same order with the same Params, else the session
 * ends with a {@link io.heddle.error.ProtocolException} that names the difference. A failure within
 * a fit ends the session at all parties.
 *
 * <p>The table may be unaligned: the rows are then aligned on {@code idCol} within the step, and
 * rows that not all parties have are left out. A table that carries an alignment ({@link
 * AlignedTable}) is taken as it is, after all parties have compared its digest. Missing values are
 * NaN; they have a bin of their own.
 *
 * <p>The model's {@code summary} lists with figures what each party learned. Keys, labels and
 * derivatives stay in the driver; executors work on ciphertexts and own columns.
 */
public class VerticalGBTClassifier
    extends ProbabilisticClassifier<Vector, VerticalGBTClassifier, VerticalGBTClassificationModel>
    implements VerticalGBTClassifierParams,
        VerticalGBTSetters<VerticalGBTClassifier>,
        DefaultParamsWritable {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = TreesStage.FIT;

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final TreeParams.OfClassifier own;
  private final IntParam numClasses;
  private transient @Nullable FitTrace trace;

  public VerticalGBTClassifier() {
    this(Uid.random("vgbt"));
  }

  public VerticalGBTClassifier(String uid) {
    this(Uid.next(uid));
  }

  private VerticalGBTClassifier(Uid.Token unused) {
    super();
    own = new TreeParams.OfClassifier(this);
    own.setDefaults(this::setDefault);
    numClasses =
        new IntParam(
            this,
            "numClasses",
            "how many classes there are, 2 to 64: labels are whole numbers from 0 on below it",
            ParamValidators.inRange(2, JobConfig.Gbt.MOST_CLASSES));
    setDefault(numClasses, 2);
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uid.take();
    }
    return uid;
  }

  @Override
  public TreeParams.OfClassifier own() {
    return own;
  }

  /**
   * How many classes there are, 2 to 64; 2 by default. The same at every party: it says what stands
   * in a ciphertext, which has room for fewer where there are many rows.
   */
  public IntParam numClasses() {
    return numClasses;
  }

  public int getNumClasses() {
    return (int) getOrDefault(numClasses);
  }

  public VerticalGBTClassifier setNumClasses(int value) {
    set(numClasses, value);
    return this;
  }

  public VerticalGBTClassifier setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  public VerticalGBTClassifier setClassWeight(String value) {
    set(classWeight(), value);
    return this;
  }

  /**
   * Has the next fits report the seed of the rounding noise, for the comparison with training in
   * the clear by one who holds all parts. What it gets is secret.
   */
  public VerticalGBTClassifier tracedBy(FitTrace listener) {
    trace = listener;
    return this;
  }

  @Override
  public VerticalGBTClassificationModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    return copyValues(train(dataset).setParent(this), ParamMap.empty());
  }

  @Override
  public VerticalGBTClassificationModel train(Dataset<?> dataset) {
    int classes = getNumClasses();
    TreesFit fit =
        TreesStage.fit(
            this,
            classes == 2
                ? TreesStage.Predicted.ofScore(TreeObjective.LOGISTIC)
                : TreesStage.Predicted.ofClasses(classes),
            labels -> ClassWeight.weighed(labels, getClassWeight(), classes),
            trace,
            dataset);
    return new VerticalGBTClassificationModel(Uid.random("vgbtmodel"), fit.part(), fit.summary());
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
    if (!session.holdsLabels() && isSet(classWeight())) {
      throw new IllegalArgumentException(
          "Party " + session.self() + " holds no labels in this session: leave classWeight unset");
    }
    if (!ClassWeight.isAllowed(getClassWeight(), getNumClasses())) {
      throw new IllegalArgumentException(
          "Invalid classWeight "
              + getClassWeight()
              + ": must be none or balanced with numClasses = "
              + getNumClasses());
    }
    return session.holdsLabels()
        ? TreesStage.withLeaves(this, super.transformSchema(schema))
        : schema;
  }

  @Override
  public VerticalGBTClassifier copy(ParamMap extra) {
    VerticalGBTClassifier copy = defaultCopy(extra);
    copy.trace = trace;
    return copy;
  }

  public static MLReader<VerticalGBTClassifier> read() {
    return new DefaultParamsReader<>();
  }

  public static VerticalGBTClassifier load(String path) {
    return read().load(path);
  }
}

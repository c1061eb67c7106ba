// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeObjective;
import io.heddle.train.trees.TreesModelPart;
import io.heddle.train.trees.TreesSummary;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One party's part of fitted trees ({@link VerticalGBTClassifier}): its own thresholds, at the
 * label holder the trees' shape as well, and nothing of the others'.
 *
 * <p>{@code transform} is a numbered step of the session, as {@code fit} is: all parties call it,
 * each with its part of the same fit. It runs the joint scoring at once. The label holder gets its
 * aligned rows with {@code rawPrediction}, {@code probability} and {@code prediction}, and the
 * leaves they end in where {@code leafCol} names a column, already computed: using the table again
 * sends nothing. Rows that not all parties have are left out. A feature holder gets its input
 * unchanged. The label holder learns which way rows go at the others' splits, a feature holder
 * which rows come to its own.
 */
public class VerticalGBTClassificationModel
    extends ProbabilisticClassificationModel<Vector, VerticalGBTClassificationModel>
    implements VerticalGBTClassifierParams, VerticalGBTModel {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = TreesStage.TRANSFORM;

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final TreeParams.OfClassifier own;
  private final TreesModelPart part;
  private final transient @Nullable TreesSummary summary;

  VerticalGBTClassificationModel(String uid, TreesModelPart part, @Nullable TreesSummary summary) {
    this(Uid.next(uid), part, summary);
  }

  private VerticalGBTClassificationModel(
      Uid.Token unused, TreesModelPart part, @Nullable TreesSummary summary) {
    super();
    own = new TreeParams.OfClassifier(this);
    own.setDefaults(this::setDefault);
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
  public TreeParams.OfClassifier own() {
    return own;
  }

  public VerticalGBTClassificationModel setSession(String value) {
    set(session(), value);
    return this;
  }

  public VerticalGBTClassificationModel setIdCol(String value) {
    set(idCol(), value);
    return this;
  }

  public VerticalGBTClassificationModel setLeafCol(String value) {
    set(leafCol(), value);
    return this;
  }

  public VerticalGBTClassificationModel setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  @Override
  public TreesModelPart part() {
    return part;
  }

  @Override
  public boolean hasSummary() {
    return summary != null;
  }

  @Override
  public TreesSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("No summary: this model was loaded, not fitted");
    }
    return summary;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType result = transformSchema(dataset.schema());
    return TreesStage.transform(
        this,
        dataset,
        (aligned, scores) ->
            ScoredRows.of(
                aligned,
                TreesStage.withLeaves(
                    this,
                    scores,
                    numClasses() == 2
                        ? ScoredRows.ofTwoClasses(
                            scores.rawPrediction()[0], scores.prediction()[0], this, getThreshold())
                        : ScoredRows.ofClasses(scores.rawPrediction(), scores.prediction(), this)),
                result));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    TreesStage.check(this, schema);
    return holdsLabels() ? TreesStage.withLeaves(this, super.transformSchema(schema)) : schema;
  }

  /** Also 2 at a feature holder, whose part does not tell. */
  @Override
  public int numClasses() {
    TreeEnsemble ensemble = part.ensemble();
    return ensemble == null ? 2 : Math.max(2, ensemble.outputs());
  }

  /** How many columns this party has. */
  @Override
  public int numFeatures() {
    return part.columnNames().size();
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
    if (numClasses() > 2) {
      double[] probabilities = raw.toArray().clone();
      TreeObjective.MULTI_CLASS.predict(probabilities);
      return Vectors.dense(probabilities);
    }
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
  public VerticalGBTClassificationModel copy(ParamMap extra) {
    VerticalGBTClassificationModel copy =
        copyValues(new VerticalGBTClassificationModel(uid(), part, summary), extra);
    return copy.setParent(parent());
  }

  /** Writes this party's part; what it writes is this party's secret. */
  @Override
  public MLWriter write() {
    return new ModelPartWriter(this, TreesPartReader.SCHEMA, TreesPartReader.row(part));
  }

  public static MLReader<VerticalGBTClassificationModel> read() {
    return new TreesPartReader<>(
        VerticalGBTClassificationModel.class,
        (uid, part) -> new VerticalGBTClassificationModel(uid, part, null));
  }

  public static VerticalGBTClassificationModel load(String path) {
    return read().load(path);
  }

  /** Tells sizes only: thresholds are this party's secret. */
  @Override
  public String toString() {
    return "VerticalGBTClassificationModel: uid=" + uid() + ", " + numFeatures() + " columns";
  }
}

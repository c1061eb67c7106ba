// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.trees.TreesModelPart;
import io.heddle.train.trees.TreesSummary;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One party's part of fitted trees ({@link VerticalGBTRegressor}): its own thresholds, at the label
 * holder the trees' shape as well, and nothing of the others'.
 *
 * <p>{@code transform} is what it is at {@link VerticalGBTClassificationModel}; the label holder
 * gets its aligned rows with {@code prediction}: a number, or with {@code objective} poisson the
 * mean of a count.
 */
public class VerticalGBTRegressionModel extends RegressionModel<Vector, VerticalGBTRegressionModel>
    implements VerticalGBTRegressorParams, VerticalGBTModel {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = TreesStage.TRANSFORM;

  // No initialiser: the superclass asks for it before this class's fields are set.
  private @Nullable String uid;
  private final TreeParams.OfRegressor own;
  private final TreesModelPart part;
  private final transient @Nullable TreesSummary summary;

  VerticalGBTRegressionModel(String uid, TreesModelPart part, @Nullable TreesSummary summary) {
    this(Uid.next(uid), part, summary);
  }

  private VerticalGBTRegressionModel(
      Uid.Token unused, TreesModelPart part, @Nullable TreesSummary summary) {
    super();
    own = new TreeParams.OfRegressor(this);
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
  public TreeParams.OfRegressor own() {
    return own;
  }

  public VerticalGBTRegressionModel setSession(String value) {
    set(session(), value);
    return this;
  }

  public VerticalGBTRegressionModel setIdCol(String value) {
    set(idCol(), value);
    return this;
  }

  public VerticalGBTRegressionModel setLeafCol(String value) {
    set(leafCol(), value);
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
                    List.of(
                        new ScoredRows.Added(
                            getPredictionCol(),
                            DataTypes.DoubleType,
                            row -> scores.prediction()[0][row]))),
                result));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    TreesStage.check(this, schema);
    return holdsLabels() ? TreesStage.withLeaves(this, super.transformSchema(schema)) : schema;
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
  public double predict(Vector features) {
    throw new UnsupportedOperationException(
        "One party cannot predict alone: call transform at every party");
  }

  @Override
  public VerticalGBTRegressionModel copy(ParamMap extra) {
    VerticalGBTRegressionModel copy =
        copyValues(new VerticalGBTRegressionModel(uid(), part, summary), extra);
    return copy.setParent(parent());
  }

  /** Writes this party's part; what it writes is this party's secret. */
  @Override
  public MLWriter write() {
    return new ModelPartWriter(this, TreesPartReader.SCHEMA, TreesPartReader.row(part));
  }

  public static MLReader<VerticalGBTRegressionModel> read() {
    return new TreesPartReader<>(
        VerticalGBTRegressionModel.class,
        (uid, part) -> new VerticalGBTRegressionModel(uid, part, null));
  }

  public static VerticalGBTRegressionModel load(String path) {
    return read().load(path);
  }

  /** Tells sizes only: thresholds are this party's secret. */
  @Override
  public String toString() {
    return "VerticalGBTRegressionModel: uid=" + uid() + ", " + numFeatures() + " columns";
  }
}

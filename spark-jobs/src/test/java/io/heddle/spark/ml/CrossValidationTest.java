// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Spark's own cross-validation at two parties at once. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class CrossValidationTest {
  private static final int ROWS = 900;
  private static final int FOLDS = 2;

  private final SparkSession spark;
  private final Path folder;

  CrossValidationTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /** The label hangs on whether a column of each party is large, and on nothing else. */
  private AlignedTable table(HeddleSession session) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      double[] x = TwoParties.features(i);
      double label = (x[0] > 0.5) ^ (x[3] > 0.5) ? 1 : 0;
      rows.add(
          session.holdsLabels()
              ? RowFactory.create("c-" + i, Vectors.dense(x[0], x[1], x[2]), label)
              : RowFactory.create("c-" + i, Vectors.dense(x[3], x[4], x[5])));
    }
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("features", SQLDataTypes.VectorType());
    Dataset<Row> own =
        spark.createDataFrame(
            rows, session.holdsLabels() ? schema.add("label", DataTypes.DoubleType) : schema);
    AlignedTable aligned =
        AlignedTable.read(
            new PrivateSetIntersection().setSession(session.self().name()).transform(own));
    if (aligned == null) {
      throw new AssertionError("The intersection gave no aligned table");
    }
    return aligned;
  }

  private static VerticalGBTClassifier trees(HeddleSession session) {
    VerticalGBTClassifier trees =
        new VerticalGBTClassifier()
            .setMaxIter(2)
            .setMaxBins(8)
            .setFirstTreeAlone(false)
            .setSession(session.self().name());
    return session.holdsLabels() ? trees.setLabelCol("label") : trees;
  }

  private static SessionEvaluator evaluator(HeddleSession session) {
    SessionEvaluator evaluator = new SessionEvaluator().setSession(session.self().name());
    return session.holdsLabels()
        ? evaluator.setEvaluator(new BinaryClassificationEvaluator())
        : evaluator;
  }

  /** Two levels tell the labels better than one. */
  private static CrossValidator validator(HeddleSession session) {
    VerticalGBTClassifier trees = trees(session);
    ParamMap[] grid = new ParamGridBuilder().addGrid(trees.maxDepth(), new int[] {1, 2}).build();
    return new CrossValidator()
        .setEstimator(trees)
        .setEstimatorParamMaps(grid)
        .setNumFolds(FOLDS)
        .setFoldCol(AlignedTable.FOLD)
        .setEvaluator(evaluator(session));
  }

  private record Chosen(double[] metrics, int depth, double[] again) {}

  private Chosen choose(HeddleSession session) {
    AlignedTable table = table(session).withFolds(FOLDS, 7);
    CrossValidator validator = validator(session);
    CrossValidatorModel best = validator.fit(table.table());
    VerticalGBTClassificationModel model = (VerticalGBTClassificationModel) best.bestModel();
    // By hand, as the validator must have come to its figures.
    double[] again = new double[FOLDS];
    for (int fold = 0; fold < FOLDS; fold++) {
      Dataset<Row> training = table.table().where(AlignedTable.FOLD + " <> " + fold).toDF();
      Dataset<Row> held = table.table().where(AlignedTable.FOLD + " = " + fold).toDF();
      VerticalGBTClassificationModel one = trees(session).setMaxDepth(2).fit(training);
      again[fold] = evaluator(session).evaluate(one.transform(held));
    }
    session.finish();
    return new Chosen(best.avgMetrics(), model.getMaxDepth(), again);
  }

  @Test
  void crossValidator_atAllParties_choosesTheSameModel() {
    List<Chosen> chosen =
        TwoParties.run(folder, List.of("privacy.consent.bins=full"), this::choose, this::choose);

    Chosen bank = chosen.get(0);
    Chosen retailer = chosen.get(1);
    assertThat(bank.metrics()).containsExactly(retailer.metrics());
    assertThat(bank.again()).containsExactly(retailer.again());
    assertThat(bank.depth()).isEqualTo(2);
    assertThat(retailer.depth()).isEqualTo(2);
    assertThat(bank.metrics()[1]).isBetween(bank.metrics()[0] + 0.05, 1.0);
    // Another rounding of derivatives may move a few rows, not more.
    assertThat(Arrays.stream(bank.again()).average().orElseThrow())
        .isCloseTo(bank.metrics()[1], within(0.05));
  }

  @Test
  void fold_otherRowsAtAPeer_isRefused() {
    Function<HeddleSession, Object> code =
        session -> {
          Dataset<Row> table = table(session).withFolds(3, session.holdsLabels() ? 1 : 2).table();
          return trees(session).setMaxDepth(1).fit(table.where(AlignedTable.FOLD + " <> 0"));
        };

    assertThatThrownBy(() -> TwoParties.run(folder, List.of(), code, code))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("alignment");
  }

  @Test
  void evaluator_metricThatIsNoNumber_endsAllParties() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of(),
                    session ->
                        new SessionEvaluator()
                            .setSession("bank")
                            .setEvaluator(new NoNumber())
                            .evaluate(spark.emptyDataFrame()),
                    session ->
                        new SessionEvaluator()
                            .setSession("retailer")
                            .setLargerBetter(false)
                            .evaluate(spark.emptyDataFrame())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no finite number");
  }

  @Test
  void evaluator_whereNoLabelsAre_isRefused() {
    assertThatThrownBy(
            () ->
                TwoParties.run(
                    folder,
                    List.of(),
                    session -> 0.0,
                    session ->
                        new SessionEvaluator()
                            .setSession("retailer")
                            .setEvaluator(new BinaryClassificationEvaluator())
                            .evaluate(spark.emptyDataFrame())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Party retailer holds no labels in this session: set no evaluator");
  }

  @Test
  void evaluator_smallerIsBetter_followsTheLabelHoldersOwn() {
    assertThat(new SessionEvaluator().isLargerBetter()).isTrue();
    assertThat(new SessionEvaluator().setLargerBetter(false).isLargerBetter()).isFalse();
    SessionEvaluator copy =
        new SessionEvaluator().setEvaluator(new NoNumber()).copy(ParamMap.empty());
    assertThat(copy.isLargerBetter()).isFalse();
  }

  /** Of rows that tell nothing. */
  private static final class NoNumber extends org.apache.spark.ml.evaluation.Evaluator {
    @Override
    public String uid() {
      return "no-number";
    }

    @Override
    public double evaluate(Dataset<?> dataset) {
      return Double.NaN;
    }

    @Override
    public boolean isLargerBetter() {
      return false;
    }

    @Override
    public org.apache.spark.ml.evaluation.Evaluator copy(ParamMap extra) {
      return this;
    }
  }
}

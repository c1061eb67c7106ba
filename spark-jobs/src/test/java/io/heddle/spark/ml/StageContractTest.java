// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.train.logistic.LogisticModelPart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every stage must keep, whatever it trains. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class StageContractTest {
  /** MLlib's own, which it leaves without a default. */
  private static final Set<String> WITHOUT_DEFAULT = Set.of("thresholds");

  private final SparkSession spark;
  private final Path folder;

  StageContractTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  static Stream<PipelineStage> stages() {
    return Stream.of(
        new VerticalLogisticRegression(), ModelParts.model(true), ModelParts.model(false));
  }

  @ParameterizedTest
  @MethodSource("stages")
  void params_each_isDocumentedHasADefaultAndIsExplained(PipelineStage stage) {
    assertThat(Stream.of(stage.params()).map(Param::name))
        .contains(
            "featuresCol",
            "labelCol",
            "predictionCol",
            "probabilityCol",
            "rawPredictionCol",
            "regParam",
            "maxIter",
            "tol",
            "fitIntercept",
            "standardization",
            "threshold",
            "weightCol",
            "session",
            "idCol");
    for (Param<?> param : stage.params()) {
      assertThat(param.doc()).as(param.name()).isNotBlank();
      assertThat(stage.explainParams()).contains(param.name() + ":");
      if (!WITHOUT_DEFAULT.contains(param.name())) {
        assertThat(stage.hasDefault(param)).as(param.name()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("stages")
  void copy_ofAStage_keepsUidAndParams(PipelineStage stage) {
    stage.set("threshold", 0.25);
    PipelineStage copy = stage.copy(ParamMap.empty());
    assertThat(copy.uid()).isEqualTo(stage.uid());
    assertThat(copy.explainParams()).isEqualTo(stage.explainParams());
    assertThat(copy).isNotSameAs(stage);
  }

  @Test
  void estimator_defaults_areThoseOfMllibButRegParam() {
    VerticalLogisticRegression estimator = new VerticalLogisticRegression();
    assertThat(estimator.getRegParam()).isEqualTo(1e-4);
    assertThat(estimator.getMaxIter()).isEqualTo(100);
    assertThat(estimator.getTol()).isEqualTo(1e-6);
    assertThat(estimator.getFitIntercept()).isTrue();
    assertThat(estimator.getStandardization()).isTrue();
    assertThat(estimator.getThreshold()).isEqualTo(0.5);
    assertThat(estimator.getIdCol()).isEqualTo("id");
    assertThat(estimator.getSession()).isEqualTo("default");
    assertThatThrownBy(() -> estimator.setRegParam(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setThreshold(1.1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> estimator.setMaxIter(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void estimator_savedAndLoaded_isEqual() throws Exception {
    VerticalLogisticRegression estimator =
        new VerticalLogisticRegression().setRegParam(0.25).setSession("bank").setIdCol("key");
    String place = folder.resolve("estimator").toString();
    estimator.save(place);
    VerticalLogisticRegression loaded = VerticalLogisticRegression.load(place);
    assertThat(loaded.uid()).isEqualTo(estimator.uid());
    assertThat(loaded.explainParams()).isEqualTo(estimator.explainParams());
  }

  @Test
  void model_savedAndLoaded_isEqualToTheLastBit() throws Exception {
    for (boolean holdsLabels : List.of(true, false)) {
      VerticalLogisticRegressionModel model = ModelParts.model(holdsLabels).setThreshold(0.75);
      Path place = folder.resolve("model-" + holdsLabels);
      model.save(place.toString());
      VerticalLogisticRegressionModel loaded =
          VerticalLogisticRegressionModel.load(place.toString());
      assertThat(loaded.uid()).isEqualTo(model.uid());
      assertThat(loaded.holdsLabels()).isEqualTo(holdsLabels);
      assertThat(loaded.explainParams()).isEqualTo(model.explainParams());
      LogisticModelPart expected = model.part();
      assertThat(loaded.part()).usingRecursiveComparison().isEqualTo(expected);
      assertThat(loaded.hasSummary()).isFalse();
      assertThatThrownBy(loaded::summary).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> model.save(place.toString())).isInstanceOf(Exception.class);
      model.write().overwrite().save(place.toString());
      try (Stream<Path> entries = Files.list(folder)) {
        assertThat(entries.map(entry -> entry.getFileName().toString()))
            .noneMatch(name -> name.startsWith("."));
      }
    }
  }

  @Test
  void model_savedBelowAFile_isDataExceptionNamingThePlace() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "kept");
    assertThatThrownBy(() -> ModelParts.model(true).save(file.resolve("model").toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot write the model to");
    assertThat(file).hasContent("kept");
  }

  @Test
  void transformSchema_labelHolder_addsColumnsFeatureHolderNone() {
    StructType schema = TwoParties.retailerTable(spark, 0, 1).schema();
    assertThat(ModelParts.model(true).transformSchema(schema).fieldNames())
        .containsExactlyInAnyOrder("id", "features", "rawPrediction", "probability", "prediction");
    assertThat(ModelParts.model(false).transformSchema(schema)).isEqualTo(schema);
    assertThatThrownBy(
            () -> ModelParts.model(false).transformSchema(new StructType().add("id", "string")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("featuresCol");
    assertThatThrownBy(() -> ModelParts.model(false).setIdCol("key").transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("idCol");
  }

  @Test
  void fit_withoutASession_namesWhatIsMissing() {
    assertThatThrownBy(
            () -> new VerticalLogisticRegression().fit(TwoParties.retailerTable(spark, 0, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("spark.heddle.config");
    assertThatThrownBy(
            () ->
                new VerticalLogisticRegression()
                    .setSession("nowhere")
                    .fit(TwoParties.retailerTable(spark, 0, 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void predict_byOneParty_isRefused() {
    assertThatThrownBy(
            () -> ModelParts.model(true).predict(org.apache.spark.ml.linalg.Vectors.dense(1, 2, 3)))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void toString_ofAModel_showsNoCoefficient() {
    assertThat(ModelParts.model(true).toString()).doesNotContain("0.1").doesNotContain("3.14");
  }
}

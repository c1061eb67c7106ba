// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.spark.demo.Workspace.PartyFolder;
import io.heddle.spark.job.RankMetrics;
import io.heddle.spark.job.TraceFiles;
import io.heddle.spark.job.TrainedPart;
import io.heddle.spark.ml.VerticalGBTClassificationModel;
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeTerms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Boosted trees in the clear: the quality with XGBoost's on the same rows, the leaves with our own
 * plaintext reference's.
 */
final class TreesComparison {
  private static final String XGBOOST = "XGBoost hist on the joined rows";

  private TreesComparison() {}

  static ComparisonResult compare(
      JobConfig job,
      List<PartyConfig> configs,
      List<DemoTable> tables,
      JoinedRows joined,
      JoinedRows labelHolderOnly)
      throws IOException {
    double difference = largestLeafDifference(job, configs, tables);
    try {
      return new ComparisonResult(
          XGBOOST, aucOfXgboost(job, joined), aucOfXgboost(job, labelHolderOnly), difference);
    } catch (XGBoostError | LinkageError e) {
      // Its library is made for some systems only, and wants one for threads that may not be there.
      return new ComparisonResult(
          "not measured: XGBoost does not run here (" + e + ")",
          Double.NaN,
          Double.NaN,
          difference);
    }
  }

  /** Trains XGBoost with the job's parameters; the AUC is that of the test rows. */
  private static double aucOfXgboost(JobConfig job, JoinedRows rows) throws XGBoostError {
    JobConfig.Gbt gbt = job.gbt();
    Map<String, Object> params = new HashMap<>();
    params.put("objective", "binary:logistic");
    params.put("tree_method", "hist");
    params.put("max_bin", gbt.maxBins());
    params.put("max_depth", gbt.maxDepth());
    if (gbt.maxLeaves() > 0) {
      params.put("grow_policy", "lossguide");
      params.put("max_leaves", gbt.maxLeaves());
    }
    params.put("eta", gbt.stepSize());
    params.put("lambda", gbt.lambda());
    params.put("gamma", gbt.gamma());
    params.put("min_child_weight", gbt.minChildWeight());
    params.put("nthread", 1);
    params.put("verbosity", 0);
    DMatrix train = matrix(rows.trainRows());
    train.setLabel(floats(rows.trainLabels()));
    float[][] predicted =
        XGBoost.train(train, params, gbt.maxIter(), Map.of(), null, null)
            .predict(matrix(rows.testRows()));
    double[] probabilities = new double[predicted.length];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = predicted[i][0];
    }
    return RankMetrics.of(rows.testLabels(), probabilities, gbt.threshold()).auc();
  }

  private static DMatrix matrix(List<double[]> rows) throws XGBoostError {
    int columns = rows.get(0).length;
    float[] values = new float[rows.size() * columns];
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < columns; j++) {
        values[i * columns + j] = (float) rows.get(i)[j];
      }
    }
    return new DMatrix(values, rows.size(), columns, Float.NaN);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double largestLeafDifference(
      JobConfig job, List<PartyConfig> configs, List<DemoTable> tables) throws IOException {
    TreeEnsemble federated = ensemble(configs.get(0));
    Path trace = Comparison.trace(configs.get(0));
    List<byte[]> alignedTraining = TraceFiles.readTrainingIds(trace);
    TreeEnsemble reference =
        JoinedTrees.of(
                TreeTerms.of(job),
                TraceFiles.readSeed(trace),
                tables.get(0).labels(alignedTraining),
                tables.stream().map(table -> table.columns(alignedTraining)).toList())
            .fit(federated.trees().size());
    return federated.largestLeafDifference(reference);
  }

  private static TreeEnsemble ensemble(PartyConfig labelHolder) {
    Path directory = labelHolder.file().toAbsolutePath().getParent();
    if (directory == null) {
      throw new IllegalArgumentException("No folder of " + labelHolder.file());
    }
    Path model = new PartyFolder(labelHolder.party(), directory, directory).model();
    TreeEnsemble ensemble =
        VerticalGBTClassificationModel.load(TrainedPart.in(model).toUri().toString())
            .part()
            .ensemble();
    if (ensemble == null) {
      throw new IllegalArgumentException("No trees in the label holder's part of the model");
    }
    return ensemble;
  }
}

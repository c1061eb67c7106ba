// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.train.logistic.LogisticModelPart;
import java.util.List;

/** Model parts without a fit. */
final class ModelParts {
  private ModelParts() {}

  static VerticalLogisticRegressionModel model(boolean holdsLabels) {
    return new VerticalLogisticRegressionModel(
        "vlogregmodel_test",
        holdsLabels,
        new LogisticModelPart(
            "00112233445566778899aabbccddeeff",
            List.of("features_0", "features_1", "features_2"),
            new double[] {0.1, -2.5e-17, 3},
            Math.PI,
            new double[] {1, 2, 3},
            new double[] {1e-3, 1e-2, 0},
            new double[] {-1, -2, -3},
            new double[] {1, 2, 3}),
        null);
  }
}

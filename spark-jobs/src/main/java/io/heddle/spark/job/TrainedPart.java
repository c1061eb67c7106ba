// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import java.nio.file.Path;

/** Where a party's part of a model lies in the folder that a training publishes. */
public final class TrainedPart {
  private TrainedPart() {}

  /** The part in a model folder. */
  public static Path in(Path modelDir) {
    return modelDir.resolve("part");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.LabelRule;
import org.jspecify.annotations.Nullable;

/**
 * What a stage trains on: this party's columns and, at the label holder, labels.
 *
 * @param labels null at a feature holder
 */
record StageRows(FeatureRows features, @Nullable LabelColumns labels) implements AutoCloseable {
  static StageRows of(
      HeddleSession session,
      AlignedTable aligned,
      String featuresCol,
      String labelCol,
      String weightCol,
      LabelRule rule) {
    LabelColumns labels =
        session.holdsLabels() ? LabelColumns.of(aligned, labelCol, weightCol, rule) : null;
    return new StageRows(FeatureRows.of(aligned, featuresCol), labels);
  }

  @Override
  public void close() {
    features.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.crypto.Sha256;
import io.heddle.table.AlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.OwnData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one party brings to a fit or to scoring, as digests. */
final class LogisticData {
  private LogisticData() {}

  /** At a feature holder. */
  static OwnData of(PartyTable table, PreparedColumns columns) {
    return new OwnData(table.alignmentDigest(), columns.digests(), Sha256.of());
  }

  /** At the label holder. */
  static OwnData of(
      PartyTable table, PreparedColumns columns, double[] labels, double @Nullable [] weights) {
    return new OwnData(table.alignmentDigest(), columns.digests(), OwnData.digest(labels, weights));
  }

  /** For scoring on the grid of a model part. */
  static OwnData of(PartyTable table, LogisticModelPart part, AlignedRows<QuantisedBlock> rows) {
    return new OwnData(
        table.alignmentDigest(),
        columns(
            part.columnNames(),
            PreparedColumns.varying(part),
            rows,
            part.lower(),
            part.upper(),
            part.centres(),
            part.steps(),
            part.coefficients()),
        Sha256.of(
            part.fitId().getBytes(StandardCharsets.UTF_8),
            ByteBuffer.allocate(Double.BYTES).putDouble(part.intercept()).array()));
  }

  /**
   * One digest for each column; the values are taken where they are, partition by partition.
   *
   * @param varying the indices of the columns that the blocks hold
   * @param numbers of all columns
   */
  static List<byte[]> columns(
      List<String> names, int[] varying, AlignedRows<QuantisedBlock> rows, double[]... numbers) {
    List<MessageDigest> digests = new ArrayList<>();
    for (int j = 0; j < names.size(); j++) {
      MessageDigest digest = Sha256.newDigest();
      for (double[] each : numbers) {
        OwnData.update(digest, each[j]);
      }
      byte[] name = names.get(j).getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).array());
      digest.update(name);
      digests.add(digest);
    }
    for (byte[][] part : rows.map(Boolean.TRUE, QuantisedBlock::digests)) {
      for (int k = 0; k < varying.length; k++) {
        digests.get(varying[k]).update(part[k]);
      }
    }
    return digests.stream().map(MessageDigest::digest).toList();
  }
}

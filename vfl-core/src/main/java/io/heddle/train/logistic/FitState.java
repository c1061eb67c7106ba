// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a party of a fit commits: what it started from, and how far it has come or what it ended
 * with. Secret.
 *
 * @param rowsPerColumn the label holder's floor
 * @param progress what the role needs to go on, in its own format; empty after the end
 * @param result null before the end
 */
record FitState(int rowsPerColumn, OwnData data, byte[] progress, @Nullable LogisticFit result) {

  byte[] toBytes() {
    return StateFormat.write(
        out -> {
          out.writeInt(rowsPerColumn);
          data.write(out);
          out.writeBytes(progress);
          out.writeBoolean(result != null);
          if (result != null) {
            write(result.part(), out);
            write(result.summary(), out);
          }
        });
  }

  /**
   * @return null for null: the fit begins
   * @throws io.heddle.error.CheckpointException if the bytes are no such state
   */
  static @Nullable FitState of(byte @Nullable [] bytes) {
    return bytes == null ? null : StateFormat.read(bytes, FitState::read);
  }

  private static FitState read(WireReader in) {
    int rowsPerColumn = in.readInt();
    StateFormat.require(
        rowsPerColumn >= PrivacyRules.LOWEST_ROWS_PER_COLUMN, "rows per column " + rowsPerColumn);
    OwnData data = OwnData.read(in);
    byte[] progress = in.readBytes(Integer.MAX_VALUE);
    boolean ended = in.readBoolean();
    return new FitState(
        rowsPerColumn,
        data,
        progress,
        ended ? new LogisticFit(readPart(in), readSummary(in)) : null);
  }

  private static void write(LogisticModelPart part, WireWriter out) {
    out.writeString(part.fitId());
    StateFormat.writeTexts(out, part.columnNames());
    StateFormat.writeBits(out, part.coefficients());
    out.writeDouble(part.intercept());
    StateFormat.writeBits(out, part.centres());
    StateFormat.writeBits(out, part.steps());
    StateFormat.writeBits(out, part.lower());
    StateFormat.writeBits(out, part.upper());
  }

  private static LogisticModelPart readPart(WireReader in) {
    return new LogisticModelPart(
        in.readString(2 * LogisticMessages.FIT_ID_BYTES),
        StateFormat.readTexts(in),
        StateFormat.readBits(in),
        in.readDouble(),
        StateFormat.readBits(in),
        StateFormat.readBits(in),
        StateFormat.readBits(in),
        StateFormat.readBits(in));
  }

  private static void write(FitSummary summary, WireWriter out) {
    out.writeInt(summary.passes());
    out.writeInt(summary.gradients());
    out.writeBoolean(summary.converged());
    out.writeDoubles(summary.losses().stream().mapToDouble(Double::doubleValue).toArray());
    StateFormat.writeTexts(out, summary.warnings());
    StateFormat.writeTexts(out, summary.ledger());
  }

  private static FitSummary readSummary(WireReader in) {
    return new FitSummary(
        in.readInt(),
        in.readInt(),
        in.readBoolean(),
        StateFormat.readNumbers(in),
        StateFormat.readTexts(in),
        StateFormat.readTexts(in));
  }
}

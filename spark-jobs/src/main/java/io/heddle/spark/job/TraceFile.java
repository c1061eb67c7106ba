// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.config.PartyConfig;
import io.heddle.spark.ml.FitTrace;
import io.heddle.spark.table.AlignedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Leaves what one party knows of a fit in {@code trace.json} of its {@code trace.dir}, mode 0600,
 * for one who holds all parts to compare with training in the clear: {@code ids} of the training
 * rows in aligned order (one list per row), {@code passes} (this party's scaled coefficients after
 * each), and at the label holder {@code roundingSeed} (hex).
 */
final class TraceFile implements FitTrace {
  private final Path file;
  private final List<List<String>> ids;
  private final List<double[]> passes = new ArrayList<>();
  private @Nullable String seed;

  private TraceFile(Path file, List<List<String>> ids) {
    this.file = file;
    this.ids = ids;
  }

  /** Null, unless the party's own file asks for a trace. */
  static @Nullable TraceFile of(PartyConfig party, AlignedTable train) {
    Path directory = party.traceDirectory();
    if (directory == null) {
      return null;
    }
    List<List<String>> ids = new ArrayList<>();
    for (Row row : train.collect(party.data().id().toArray(String[]::new))) {
      ids.add(IntStream.range(1, row.size()).mapToObj(j -> row.get(j).toString()).toList());
    }
    return new TraceFile(directory.resolve("trace.json"), ids);
  }

  @Override
  public void seed(byte[] roundingSeed) {
    seed = HexFormat.of().formatHex(roundingSeed);
  }

  @Override
  public void afterPass(int pass, double[] scaledCoefficients) {
    passes.add(scaledCoefficients.clone());
  }

  void write() {
    Map<String, Object> trace = new TreeMap<>();
    trace.put("ids", ids);
    trace.put("passes", passes);
    if (seed != null) {
      trace.put("roundingSeed", seed);
    }
    Publication.writePrivate(file, trace);
  }
}

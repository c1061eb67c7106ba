// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a demo is asked to do.
 *
 * @param labelHolderFile the label holder's table, CSV with a header or Parquet; null for made-up
 *     tables of a bank and a retailer
 * @param featureHolderFiles the other tables; at least one where there is a label holder's, else
 *     none
 * @param idColumn the column that names a row, in every table; null for made-up tables
 * @param labelColumn the column with the labels, 0 or 1; null for made-up tables
 * @param testFraction the part of the aligned rows that is held out, above 0 and at most 0.9
 * @param seed decides which rows are held out, and what the made-up tables hold
 * @param assignments {@code key=value}, for every party's configuration and for the job
 * @param out where everything is written; made anew if an earlier demo made it
 */
public record DemoRequest(
    @Nullable Path labelHolderFile,
    List<Path> featureHolderFiles,
    @Nullable String idColumn,
    @Nullable String labelColumn,
    double testFraction,
    long seed,
    List<String> assignments,
    Path out) {
  private static final int MAX_FEATURE_HOLDERS = 7;

  public DemoRequest {
    featureHolderFiles = List.copyOf(featureHolderFiles);
    assignments = List.copyOf(assignments);
    boolean ownTables = labelHolderFile != null;
    require(
        ownTables != featureHolderFiles.isEmpty(),
        "--label-holder and --feature-holder go together: give both, or neither for made-up tables");
    require(
        ownTables == (idColumn != null) && ownTables == (labelColumn != null),
        ownTables
            ? "--id and --label are needed with tables of one's own: the columns that name a row and hold its label"
            : "--id and --label belong to tables of one's own: give --label-holder and --feature-holder too");
    require(
        featureHolderFiles.size() <= MAX_FEATURE_HOLDERS,
        "Invalid number of feature holders "
            + featureHolderFiles.size()
            + ": must be 1 to "
            + MAX_FEATURE_HOLDERS);
    require(
        testFraction > 0 && testFraction <= 0.9,
        "Invalid --test-fraction "
            + testFraction
            + ": must be above 0, since the demo compares on rows held out, and at most 0.9");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.channel.MessageType;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreeRules;
import io.heddle.train.trees.TreeScores;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesFeatureHolder;
import io.heddle.train.trees.TreesFit;
import io.heddle.train.trees.TreesLabelHolder;
import io.heddle.train.trees.TreesScoringFeatureHolder;
import io.heddle.train.trees.TreesScoringLabelHolder;
import io.heddle.train.trees.TreesScoringMessages;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** For tests: boosted trees of a label holder and feature holders, and what came of them. */
public final class TreesRoles {
  /** Of all trees on some rows and columns, as many messages as there are kinds. */
  public static final TreeTerms TERMS =
      TreeTerms.builder()
          .maxIter(2)
          .maxDepth(2)
          .maxBins(8)
          .subsamplingRate(0.9)
          .firstTreeAlone(false)
          .build();

  public static final List<MessageType<?>> TYPES =
      Stream.of(TreeMessages.TYPES, TreesScoringMessages.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  private TreesRoles() {}

  /**
   * Trains on the aligned rows and scores them.
   *
   * @param labels of the rows; at the label holder only
   * @param beginScoring called when the fit has ended
   * @return every bit of what this party has then
   */
  public static String run(
      Channel fitting,
      PartyId labelHolder,
      PartyTable table,
      double[] labels,
      PrivateRandomness randomness,
      Function<Channel, TreesLabelHolder> label,
      Supplier<Channel> beginScoring) {
    boolean holdsLabels = fitting.self().equals(labelHolder);
    TreesFit fit =
        holdsLabels
            ? label.apply(fitting).fit(fitting, table, labels, null, Progress.NONE)
            : new TreesFeatureHolder(TERMS, TreeRules.DEFAULT, randomness)
                .fit(fitting, labelHolder, table, 0, Progress.NONE);
    Channel scoring = beginScoring.get();
    String scores = "";
    if (holdsLabels) {
      TreeScores found =
          new TreesScoringLabelHolder(fit.part()).score(scoring, table, Progress.NONE);
      scores = bits(found.rawPrediction()[0]) + Arrays.deepToString(found.leaves());
    } else {
      new TreesScoringFeatureHolder(fit.part()).score(scoring, labelHolder, table, Progress.NONE);
    }
    // Doubles are written so that they are read as the same bits.
    return String.join("\n", fit.part().toString(), fit.summary().toString(), scores);
  }

  private static String bits(double... values) {
    return Arrays.stream(values)
        .mapToObj(value -> Long.toHexString(Double.doubleToLongBits(value)))
        .toList()
        .toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

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
import java.util.function.Supplier;
import java.util.stream.Stream;

/** For tests: boosted trees on executors, and every bit of what came of them. */
final class ClusterTrees {
  static final List<MessageType<?>> TYPES =
      Stream.of(TreeMessages.TYPES, TreesScoringMessages.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();

  private static final TreeTerms TERMS =
      TreeTerms.builder().maxIter(2).maxDepth(2).maxBins(8).firstTreeAlone(false).build();

  private ClusterTrees() {}

  static String ofLabelHolder(
      Channel fitting,
      Supplier<Channel> scoring,
      PrivateRandomness mine,
      PartyTable table,
      double[] labels) {
    TreesFit fit =
        new TreesLabelHolder(
                TERMS,
                TreesLabelHolder.key(mine, fitting, TERMS),
                mine,
                TreesLabelHolder.roundingSeed(mine, fitting))
            .fit(fitting, table, labels, null, Progress.NONE);
    TreeScores scores =
        new TreesScoringLabelHolder(fit.part()).score(scoring.get(), table, Progress.NONE);
    // Doubles are written so that they are read as the same bits.
    return fit + Arrays.deepToString(scores.rawPrediction()) + Arrays.deepToString(scores.leaves());
  }

  static String ofFeatureHolder(
      Channel fitting,
      Supplier<Channel> scoring,
      PartyId labelHolder,
      PrivateRandomness mine,
      PartyTable table) {
    TreesFit fit =
        new TreesFeatureHolder(TERMS, TreeRules.DEFAULT, mine)
            .fit(fitting, labelHolder, table, 0, Progress.NONE);
    new TreesScoringFeatureHolder(fit.part())
        .score(scoring.get(), labelHolder, table, Progress.NONE);
    return fit.toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one of a party's own columns, or all columns of a peer together, did for the trees.
 *
 * @param peer null for an own column
 * @param column null for a peer, whose columns have no names here
 * @param splits how many there are
 * @param gain their sum; NaN at a feature holder, which does not know it
 * @param cover sum of the second derivatives of the rows that were split; NaN at a feature holder
 */
public record FeatureImportance(
    @Nullable PartyId peer, @Nullable String column, int splits, double gain, double cover) {

  static List<FeatureImportance> of(TreesModelPart part) {
    TreeEnsemble ensemble = part.ensemble();
    int own = part.columnNames().size();
    Sums sums = new Sums(own + part.peers().size());
    if (ensemble == null) {
      part.thresholds().forEach(each -> sums.add(each.column(), Double.NaN, Double.NaN));
    } else {
      for (List<TreeNode> tree : ensemble.trees()) {
        for (TreeNode node : tree) {
          if (!node.isLeaf()) {
            int place =
                node.owner() == 0
                    ? part.thresholds().get(node.split()).column()
                    : own + node.owner() - 1;
            sums.add(place, node.gain(), node.cover());
          }
        }
      }
    }
    List<FeatureImportance> all = new ArrayList<>();
    for (int i = 0; i < sums.splits.length; i++) {
      all.add(
          new FeatureImportance(
              i < own ? null : part.peers().get(i - own),
              i < own ? part.columnNames().get(i) : null,
              sums.splits[i],
              ensemble == null ? Double.NaN : sums.gain[i],
              ensemble == null ? Double.NaN : sums.cover[i]));
    }
    all.sort(
        Comparator.comparingDouble(FeatureImportance::gain)
            .thenComparingInt(FeatureImportance::splits)
            .reversed());
    return List.copyOf(all);
  }

  private static final class Sums {
    private final int[] splits;
    private final double[] gain;
    private final double[] cover;

    Sums(int places) {
      splits = new int[places];
      gain = new double[places];
      cover = new double[places];
    }

    void add(int place, double gained, double covered) {
      splits[place]++;
      gain[place] += gained;
      cover[place] += covered;
    }
  }
}

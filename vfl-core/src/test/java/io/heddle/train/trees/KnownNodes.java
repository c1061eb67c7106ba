// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Message;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * For tests: what a feature holder knows about rows when a fit of trees on all rows is over, by
 * nothing but its own messages: of each tree that it took part in, the deepest node of each row
 * that it can tell.
 */
final class KnownNodes {
  private final int[] places;
  private int numbered = 1;
  private List<int[]> level;
  private boolean[][] own = {};

  private KnownNodes(int rows) {
    places = new int[rows];
    level = List.of(RowSets.all(rows));
  }

  /**
   * @param received by the feature holder, in order
   * @param sent by it, in order
   * @return for each tree the number of each row's node: rows with one number are in one node
   */
  static List<int[]> of(int rows, List<Message> received, List<Message> sent) {
    Iterator<SplitBits> answers = Forests.sent(SplitBits.class, sent).iterator();
    List<KnownNodes> trees = new ArrayList<>();
    for (Message message : received) {
      if (message instanceof GradientChunk chunk && chunk.number() == 0) {
        trees.add(new KnownNodes(rows));
      } else if (message instanceof SplitChoices choices) {
        trees.get(trees.size() - 1).splitOwn(choices, answers);
      } else if (message instanceof Descent descent) {
        trees.get(trees.size() - 1).descend(descent);
      }
    }
    return trees.stream().map(tree -> tree.places).toList();
  }

  /** A node that a column of its own splits has two children, whatever is said of them later. */
  private void splitOwn(SplitChoices choices, Iterator<SplitBits> answers) {
    own = new boolean[level.size()][];
    if (choices.nodes().length == 0) {
      return;
    }
    byte[] bits = answers.next().bits();
    int at = 0;
    for (int node : choices.nodes()) {
      int[] rows = level.get(node);
      own[node] = RowSets.read(bits, at, rows.length);
      part(rows, own[node]);
      at += RowSets.bytes(rows.length);
    }
  }

  private void descend(Descent descent) {
    List<int[]> below = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < level.size(); i++) {
      if (descent.fates()[i] == Descent.ENDED) {
        continue;
      }
      int[] rows = level.get(i);
      boolean[] left = RowSets.read(descent.bits(), at, rows.length);
      at += RowSets.bytes(rows.length);
      if (own[i] == null) {
        part(rows, left);
      }
      below.add(RowSets.part(rows, left, true));
      below.add(RowSets.part(rows, left, false));
    }
    level = below;
  }

  private void part(int[] rows, boolean[] left) {
    for (int i = 0; i < rows.length; i++) {
      places[rows[i]] = left[i] ? numbered : numbered + 1;
    }
    numbered += 2;
  }
}

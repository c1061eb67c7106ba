// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Numbers the splits of a fit as their owners do, each from 0 on over all trees, and keeps the
 * label holder's.
 */
final class SplitNumbers {
  private final List<Threshold> own = new ArrayList<>();
  private final int[] ofPeers;

  /**
   * @param peers how many feature holders there are
   */
  SplitNumbers(int peers) {
    ofPeers = new int[peers];
  }

  /** Notes a split of the label holder's; returns its number. */
  int add(Threshold split) {
    own.add(split);
    return own.size() - 1;
  }

  /** The number of a feature holder's next split. */
  int next(int peer) {
    return ofPeers[peer]++;
  }

  /** The label holder's, in their order. */
  List<Threshold> own() {
    return Collections.unmodifiableList(own);
  }

  /** How many splits each feature holder has made. */
  int[] ofPeers() {
    return ofPeers.clone();
  }

  /** Goes on after these. */
  void restore(int[] reached, List<Threshold> thresholds) {
    System.arraycopy(reached, 0, ofPeers, 0, ofPeers.length);
    own.addAll(thresholds);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import io.heddle.train.shared.StateFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One party's part of fitted trees: its own thresholds, and at the label holder the trees' shape.
 * No party has another's thresholds.
 *
 * @param fitId 16 bytes in hex, equal in all parts of one fit
 * @param columnNames this party's columns, in the order that thresholds count them
 * @param thresholds this party's splits in the order in which they were chosen
 * @param ensemble at the label holder; null elsewhere
 * @param peers at the label holder the feature holders in name order, as owners of nodes count them
 *     from 1 on; empty elsewhere
 */
public record TreesModelPart(
    String fitId,
    List<String> columnNames,
    List<Threshold> thresholds,
    @Nullable TreeEnsemble ensemble,
    List<PartyId> peers) {
  public TreesModelPart {
    columnNames = List.copyOf(columnNames);
    thresholds = List.copyOf(thresholds);
    peers = List.copyOf(peers);
    for (Threshold threshold : thresholds) {
      if (threshold.column() < 0 || threshold.column() >= columnNames.size()) {
        throw new IllegalArgumentException(
            "A threshold of column "
                + threshold.column()
                + ": there are "
                + columnNames.size()
                + " columns");
      }
      if (Double.isNaN(threshold.value())) {
        throw new IllegalArgumentException("A threshold that is no number");
      }
    }
    if (ensemble != null) {
      Set<List<Integer>> splits = new HashSet<>();
      for (List<TreeNode> tree : ensemble.trees()) {
        for (TreeNode node : tree) {
          if (node.owner() > peers.size()
              || (node.owner() == 0 && node.split() >= thresholds.size())) {
            throw new IllegalArgumentException(
                "A node of split "
                    + node.split()
                    + " of party "
                    + node.owner()
                    + ": there are "
                    + peers.size()
                    + " peers and "
                    + thresholds.size()
                    + " thresholds");
          }
          if (!node.isLeaf() && !splits.add(List.of(node.owner(), node.split()))) {
            throw new IllegalArgumentException(
                "Two nodes of split " + node.split() + " of party " + node.owner());
          }
        }
      }
    }
  }

  /**
   * What each of this party's columns did for the trees and, at the label holder, all columns of
   * each peer together; first what gained most, or where that is not known split most often.
   */
  public List<FeatureImportance> importances() {
    return FeatureImportance.of(this);
  }

  /**
   * The trees as far as this party knows them, for people: at the label holder their shape with its
   * own thresholds, at a feature holder its splits. Secret.
   */
  public Stream<String> lines() {
    return TreesText.lines(this);
  }

  void write(WireWriter out) {
    out.writeString(fitId);
    StateFormat.writeTexts(out, columnNames);
    write(out, thresholds);
    out.writeBoolean(ensemble != null);
    if (ensemble != null) {
      ensemble.write(out);
    }
    StateFormat.writeTexts(out, peers.stream().map(PartyId::name).toList());
  }

  static TreesModelPart read(WireReader in) {
    return new TreesModelPart(
        in.readString(2 * TreeMessages.FIT_ID_BYTES),
        StateFormat.readTexts(in),
        readThresholds(in),
        in.readBoolean() ? TreeEnsemble.read(in) : null,
        StateFormat.readTexts(in).stream().map(PartyId::new).toList());
  }

  static void write(WireWriter out, List<Threshold> thresholds) {
    out.writeInt(thresholds.size());
    for (Threshold threshold : thresholds) {
      out.writeInt(threshold.column());
      out.writeLong(Double.doubleToRawLongBits(threshold.value()));
      out.writeBoolean(threshold.missingLeft());
    }
  }

  static List<Threshold> readThresholds(WireReader in) {
    return StateFormat.readList(
        in,
        each ->
            new Threshold(
                each.readInt(), Double.longBitsToDouble(each.readLong()), each.readBoolean()));
  }
}

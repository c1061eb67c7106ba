// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import java.util.Arrays;

/**
 * Lists cut where their places leave a tile of neighbouring factors, tile after tile: what one tile
 * holds stays in the processor's cache while all lists take from it.
 */
final class Tiles {
  private final int[] places;
  private final int[] starts;
  private final int[] firstPieces;
  private final Lists joins;

  private Tiles(int[] places, int[] starts, int[] firstPieces, Lists joins) {
    this.places = places;
    this.starts = starts;
    this.firstPieces = firstPieces;
    this.joins = joins;
  }

  /** How many tiles. */
  int size() {
    return firstPieces.length - 1;
  }

  /** All pieces' places, each counted from its tile's first factor. */
  int[] places() {
    return places;
  }

  /** Where a tile's pieces start among the places, and where the last one ends. */
  int[] starts(int tile) {
    return Arrays.copyOfRange(starts, firstPieces[tile], firstPieces[tile + 1] + 1);
  }

  /** For each list which pieces it consists of, the pieces of all tiles counted through. */
  Lists joins() {
    return joins;
  }

  /** Cuts lists whose places ascend. */
  static Tiles cut(Lists lists, int factors, int tile) {
    int[] places = lists.places();
    int[] starts = lists.starts();
    int tiles = (factors + tile - 1) / tile;
    int[] piecesBefore = new int[tiles + 1];
    int[] factorsBefore = new int[tiles + 1];
    int[] joinStarts = new int[lists.size() + 1];
    for (int i = 0; i < lists.size(); i++) {
      joinStarts[i + 1] = joinStarts[i];
      int last = -1;
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        int at = places[k] / tile;
        factorsBefore[at + 1]++;
        if (at != last) {
          piecesBefore[at + 1]++;
          joinStarts[i + 1]++;
          last = at;
        }
      }
    }
    for (int t = 0; t < tiles; t++) {
      piecesBefore[t + 1] += piecesBefore[t];
      factorsBefore[t + 1] += factorsBefore[t];
    }
    int[] firstPieces = piecesBefore.clone();
    int[] sorted = new int[places.length];
    int[] pieceStarts = new int[piecesBefore[tiles] + 1];
    int[] joins = new int[piecesBefore[tiles]];
    pieceStarts[joins.length] = places.length;
    int next = 0;
    for (int i = 0; i < lists.size(); i++) {
      int last = -1;
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        int at = places[k] / tile;
        if (at != last) {
          int piece = piecesBefore[at]++;
          pieceStarts[piece] = factorsBefore[at];
          joins[next++] = piece;
          last = at;
        }
        sorted[factorsBefore[at]++] = places[k] - at * tile;
      }
    }
    return new Tiles(sorted, pieceStarts, firstPieces, new Lists(joins, joinStarts));
  }
}

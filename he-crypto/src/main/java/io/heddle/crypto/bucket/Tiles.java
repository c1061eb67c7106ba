// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

/**
 * Lists cut where their places leave a tile of neighbouring factors, tile after tile: what one tile
 * holds stays in the processor's cache while all lists take from it.
 *
 * @param pieces parts of lists, sorted by tile
 * @param joins for each list which pieces it consists of
 */
record Tiles(Lists pieces, Lists joins) {

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
        sorted[factorsBefore[at]++] = places[k];
      }
    }
    return new Tiles(new Lists(sorted, pieceStarts), new Lists(joins, joinStarts));
  }
}

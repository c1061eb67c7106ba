// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import java.util.function.Consumer;

/** Gathers ciphertexts that come in order into pieces: many at once are checked with less work. */
final class GradientPieces {
  /** In a piece; the last one has fewer. */
  static final int CIPHERTEXTS = 1 << 13;

  private final int width;
  private final Consumer<byte[]> sink;
  private int left;
  private byte[] piece = {};
  private int filled;

  /**
   * @param count how many ciphertexts there are in all
   * @param width bytes of each
   * @param sink gets the pieces, to keep
   */
  GradientPieces(int count, int width, Consumer<byte[]> sink) {
    left = count;
    this.width = width;
    this.sink = sink;
  }

  void add(byte[] ciphertexts) {
    add(ciphertexts, 0, ciphertexts.length / width);
  }

  /** Those from one to before another. */
  void add(byte[] ciphertexts, int from, int to) {
    int at = from * width;
    while (at < to * width) {
      if (filled == piece.length) {
        if (left == 0) {
          throw new IllegalArgumentException("More ciphertexts than there are");
        }
        piece = new byte[Math.min(CIPHERTEXTS, left) * width];
        filled = 0;
      }
      int some = Math.min(to * width - at, piece.length - filled);
      System.arraycopy(ciphertexts, at, piece, filled, some);
      at += some;
      filled += some;
      if (filled == piece.length) {
        left -= piece.length / width;
        sink.accept(piece);
      }
    }
  }
}

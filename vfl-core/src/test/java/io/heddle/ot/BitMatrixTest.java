// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitMatrixTest {
  private static long[] random(Random random, int count) {
    return random.longs(count).toArray();
  }

  @Test
  void transpose_anySquare_movesEveryBitAcrossTheDiagonal() {
    long[] square = random(new Random(1), 64);
    long[] turned = square.clone();
    BitMatrix.transpose(turned);
    for (int row = 0; row < 64; row++) {
      for (int column = 0; column < 64; column++) {
        assertThat(turned[row] >>> column & 1).isEqualTo(square[column] >>> row & 1);
      }
    }
    BitMatrix.transpose(turned);
    assertThat(turned).isEqualTo(square);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 1",
    "64, 64",
    "128, 63",
    "128, 65",
    "128, 200",
    "512, 1",
    "512, 64",
    "512, 127",
    "512, 1000"
  })
  void toRows_anyNumberOfRows_equalsBitByBit(int width, int rows) {
    int stride = (rows + 63) / 64 * 8 + 24;
    byte[] columns = new byte[width * stride];
    new Random(2).nextBytes(columns);
    long[] words = new long[(rows + 63) / 64 * 64 * width / 64];
    BitMatrix.toRows(columns, stride, width, rows, words);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column++) {
        int expected = columns[column * stride + row / 8] >> (row % 8) & 1;
        assertThat(words[row * width / 64 + column / 64] >>> (column % 64) & 1)
            .as("row %d, column %d", row, column)
            .isEqualTo(expected);
      }
    }
  }
}

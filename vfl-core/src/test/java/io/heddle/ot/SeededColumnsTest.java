// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeededColumnsTest {
  private static final byte[] SEEDS = TwoParties.bytes("seeds", 128 * 16);

  private static long[] rows(int partition, int block, int rows) {
    SeededColumns columns = new SeededColumns(SEEDS);
    long[] words = columns.newRows();
    columns.fill(partition, block, rows, words);
    return Arrays.copyOf(words, rows * 2);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "0, 0, 300", "7, 0, 129", "7, 3, 8192", "2147483647, 200000, 65"})
  void fill_anyBlock_isTheSeedsCounterModeBitByBit(int partition, int block, int rows) {
    long[] words = rows(partition, block, rows);
    for (int column = 0; column < 128; column += 13) {
      byte[] seed = Arrays.copyOfRange(SEEDS, column * 16, column * 16 + 16);
      for (int row = 0; row < rows; row++) {
        assertThat(words[2 * row + column / 64] >>> (column % 64) & 1)
            .as("row %d, column %d", row, column)
            .isEqualTo(NaiveOt.streamBit(seed, partition, block * 8192L + row) ? 1 : 0);
      }
    }
  }

  @Test
  void fill_inAnyOrderAndAgain_givesTheSame() {
    SeededColumns columns = new SeededColumns(SEEDS);
    long[] words = columns.newRows();
    columns.fill(1, 5, 8192, words);
    columns.fill(2, 0, 8192, words);
    columns.fill(1, 5, 100, words);
    assertThat(Arrays.copyOf(words, 200)).isEqualTo(rows(1, 5, 100));
  }

  @Test
  void fill_otherPartitionOrBlock_sharesNoRow() {
    long[] first = rows(1, 0, 500);
    assertThat(rows(2, 0, 500)).doesNotContain(first);
    assertThat(rows(1, 1, 500)).doesNotContain(first);
  }

  @Test
  void blocks_ofRows_coverEachOnce() {
    assertThat(SeededColumns.blocks(0)).isZero();
    assertThat(SeededColumns.blocks(1)).isOne();
    assertThat(SeededColumns.blocks(8192)).isOne();
    assertThat(SeededColumns.blocks(8193)).isEqualTo(2);
    assertThat(SeededColumns.from(1)).isEqualTo(8192);
    assertThat(SeededColumns.rows(0, 8193)).isEqualTo(8192);
    assertThat(SeededColumns.rows(1, 8193)).isOne();
  }
}

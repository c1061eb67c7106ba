// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RowSetsTest {
  @Test
  void bits_ofAnyLength_surviveOneAfterAnother() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] bytes = new byte[2000];
    int at = 0;
    boolean[][] written = new boolean[40][];
    for (int rows = 0; rows < written.length; rows++) {
      written[rows] = new boolean[rows];
      for (int i = 0; i < rows; i++) {
        written[rows][i] = random.nextBoolean();
      }
      int next = RowSets.write(written[rows], bytes, at);
      assertThat(next - at).isEqualTo(RowSets.bytes(rows));
      at = next;
    }
    at = 0;
    for (boolean[] bits : written) {
      assertThat(RowSets.read(bytes, at, bits.length)).isEqualTo(bits);
      for (int i = 0; i < bits.length; i++) {
        assertThat(RowSets.isSet(bytes, 8 * at + i)).isEqualTo(bits[i]);
      }
      at += RowSets.bytes(bits.length);
    }
  }

  @Test
  void set_isWhatReadReads() {
    byte[] bytes = new byte[4];
    RowSets.set(bytes, 1, 9);
    RowSets.set(bytes, 2);
    assertThat(RowSets.isSet(bytes, 17)).isTrue();
    assertThat(RowSets.read(bytes, 1, 10)[9]).isTrue();
    assertThat(RowSets.read(bytes, 0, 3)).containsExactly(false, false, true);
  }

  @Test
  void read_anyBitBeyondTheRows_isRefused() {
    for (int rows = 1; rows <= 16; rows++) {
      for (int bit = rows; bit < 8 * RowSets.bytes(rows); bit++) {
        byte[] bytes = new byte[RowSets.bytes(rows)];
        RowSets.set(bytes, bit);
        int count = rows;
        assertThatThrownBy(() -> RowSets.read(bytes, 0, count))
            .isInstanceOf(ProtocolException.class)
            .hasMessage("Bits of a node are set beyond its " + rows + " rows");
      }
    }
  }

  @Test
  void part_keepsOrder() {
    int[] rows = {3, 4, 8, 9};
    boolean[] left = {true, false, true, true};
    assertThat(RowSets.part(rows, left, true)).containsExactly(3, 8, 9);
    assertThat(RowSets.part(rows, left, false)).containsExactly(4);
  }
}

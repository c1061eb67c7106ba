// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradientPiecesTest {
  private static final int WIDTH = 3;
  private static final int PIECE = GradientPieces.CIPHERTEXTS;

  @ParameterizedTest
  @CsvSource({"1,1", "256,256", "8192,256", "8193,256", "20000,1024", "20000,20000", "16384,8193"})
  void add_inAnyParts_givesFullPiecesAndTheRest(int count, int part) {
    byte[] all = new byte[count * WIDTH];
    new SplittableRandom(count).nextBytes(all);
    List<byte[]> pieces = new ArrayList<>();
    GradientPieces gathered = new GradientPieces(count, WIDTH, pieces::add);
    for (int from = 0; from < count; from += part) {
      int to = Math.min(from + part, count);
      if (from % 2 == 0) {
        gathered.add(Arrays.copyOfRange(all, from * WIDTH, to * WIDTH));
      } else {
        gathered.add(all, from, to);
      }
    }
    assertThat(pieces).hasSize((count + PIECE - 1) / PIECE);
    for (int i = 0; i < pieces.size(); i++) {
      int to = Math.min((i + 1) * PIECE, count);
      assertThat(pieces.get(i)).isEqualTo(Arrays.copyOfRange(all, i * PIECE * WIDTH, to * WIDTH));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8192})
  void add_moreThanThereAre_isRefused(int count) {
    GradientPieces gathered = new GradientPieces(count, WIDTH, piece -> {});
    gathered.add(new byte[count * WIDTH]);
    assertThatThrownBy(() -> gathered.add(new byte[WIDTH]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

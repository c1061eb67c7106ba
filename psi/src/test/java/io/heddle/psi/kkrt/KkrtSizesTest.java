// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static io.heddle.config.JobConfig.Psi.USUAL_PARTITION_IDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.ot.KkrtSender;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KkrtSizesTest {
  /** Places in which two code words must differ, or a tag would tell something of the secret. */
  private static final int DISTANCE = 128;

  private static final int SECURITY_BITS = 40;

  /** How many words of the code's length have fewer ones. */
  private static BigInteger wordsBelow(int ones) {
    BigInteger all = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int i = 0; i < ones; i++) {
      all = all.add(choose);
      choose =
          choose
              .multiply(BigInteger.valueOf(KkrtSender.COLUMNS - i))
              .divide(BigInteger.valueOf(i + 1));
    }
    return all;
  }

  /** Whether the chance that two words of some pairs are too near is at most 2^-40, exactly. */
  private static boolean isNegligible(long pairs) {
    return BigInteger.valueOf(pairs)
            .multiply(wordsBelow(DISTANCE))
            .shiftLeft(SECURITY_BITS)
            .compareTo(BigInteger.ONE.shiftLeft(KkrtSender.COLUMNS))
        <= 0;
  }

  @Test
  void code_ofTheLargestSets_hasTheDistanceButForANegligibleChance() {
    assertThat(wordsBelow(KkrtSender.COLUMNS + 1))
        .isEqualTo(BigInteger.ONE.shiftLeft(KkrtSender.COLUMNS));
    assertThat(isNegligible(3L * KkrtSizes.MOST_IDS)).isTrue();
    // Why there are no larger sets.
    assertThat(isNegligible(2L * 3 * KkrtSizes.MOST_IDS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5202",
    "1, 5202",
    "4095, 5202",
    "4096, 5202",
    "4097, 5204",
    "100000, 127000",
    "1048576, 1331692",
    "16777216, 21307065"
  })
  void bins_ofAnySet_are127ForAHundredIds(int ids, int bins) {
    assertThat(KkrtSizes.bins(ids)).isEqualTo(bins);
  }

  /** Receiver's ids, sender's, partitions, what each has room for, and tag width. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1, 0, 0, 7",
    "1, 1, 1, 1, 1, 7",
    "4096, 4096, 1, 4096, 4096, 9",
    "1048576, 1048576, 1, 1048576, 1048576, 11",
    "65536, 1048576, 1, 65536, 1048576, 11",
    "1048576, 65536, 1, 1048576, 65536, 10",
    "2097152, 2097152, 1, 2097152, 2097152, 11",
    "2097153, 2097153, 3, 703968, 703968, 11",
    "10000000, 10000000, 10, 1006991, 1006991, 11",
    "16777216, 0, 16, 1055945, 0, 9",
    "1, 16777216, 16, 1, 1055945, 11",
    "16777216, 16777216, 16, 1055945, 1055945, 11"
  })
  void partitions_ofAnySets_haveRoomAndTagsThatKeepIdsApart(
      int receiver, int sender, int count, int ofReceiver, int ofSender, int width) {
    Partitions partitions = Partitions.of(receiver, sender, USUAL_PARTITION_IDS);
    assertThat(partitions).isEqualTo(new Partitions(count, ofReceiver, ofSender));
    assertThat(partitions.tagWidth()).isEqualTo(width);
    BigInteger pairs =
        BigInteger.valueOf(3L * count * Math.max(1, ofSender))
            .multiply(BigInteger.valueOf(Math.max(ofSender, partitions.bins())));
    BigInteger chances = pairs.shiftLeft(SECURITY_BITS);
    assertThat(chances.compareTo(BigInteger.ONE.shiftLeft(8 * width))).isNotPositive();
    assertThat(width).isBetween(KkrtSizes.MIN_TAG_WIDTH, KkrtSizes.MAX_TAG_WIDTH);
    assertThat(KkrtSizes.tagBytes(sender, receiver, USUAL_PARTITION_IDS))
        .isEqualTo(3L * count * ofSender * width);
    assertThat(KkrtSizes.rowBytes(receiver, sender, USUAL_PARTITION_IDS))
        .isEqualTo(56L * count * KkrtSizes.bins(ofReceiver));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4096, 4097, 1 << 20, (1 << 20) + 1, 1 << 24})
  void nameWidth_ofAnySet_isTheLeastThatKeepsTheSendersIdsApart(int ids) {
    int width = KkrtSizes.nameWidth(ids);
    BigInteger pairs = BigInteger.valueOf((long) ids * ids);
    assertThat(pairs.shiftLeft(SECURITY_BITS - 1).compareTo(BigInteger.ONE.shiftLeft(8 * width)))
        .isNotPositive();
    assertThat(width).isBetween(KkrtSizes.MIN_NAME_WIDTH, KkrtSizes.MAX_NAME_WIDTH);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagTableTest {
  private static final PartyId PEER = new PartyId("retailer");

  private static byte[] random(int bytes, long seed) {
    byte[] random = new byte[bytes];
    new Random(seed).nextBytes(random);
    return random;
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "1, 5", "2, 8", "3, 16", "1000, 5", "1024, 7", "50000, 11", "65536, 8"})
  void position_randomTags_isThatOfAMap(int count, int width) {
    byte[] tags = random(count * width, 7);
    // Every third one of another list is of this one.
    byte[] others = random(count * width, 8);
    for (int i = 0; i < count; i += 3) {
      System.arraycopy(tags, i * width, others, (count - 1 - i) * width, width);
    }
    Map<String, Integer> map = new HashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(HexFormat.of().formatHex(tags, i * width, (i + 1) * width), i);
    }

    TagTable table = new TagTable(PEER, tags, width).requireDistinct();
    int found = 0;
    for (int i = 0; i < count; i++) {
      String tag = HexFormat.of().formatHex(others, i * width, (i + 1) * width);
      int position = table.position(others, i * width);
      assertThat(position).isEqualTo(map.getOrDefault(tag, -1));
      found += position < 0 ? 0 : 1;
    }

    assertThat(found).isEqualTo((count + 2) / 3);
  }

  @Test
  void position_tagsThatDifferInTheLastByteOnly_areToldApart() {
    byte[] tags = new byte[3 * 12];
    tags[11] = 1;
    tags[23] = 2;
    tags[35] = 3;
    byte[] absent = new byte[12];

    TagTable table = new TagTable(PEER, tags, 12);

    assertThat(table.position(tags, 0)).isZero();
    assertThat(table.position(tags, 12)).isEqualTo(1);
    assertThat(table.position(tags, 24)).isEqualTo(2);
    assertThat(table.position(absent, 0)).isNegative();
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 1", "1000, 0, 999", "1000, 500, 501"})
  void requireDistinct_tagTwice_isRefused(int count, int first, int second) {
    byte[] tags = random(count * 8, 9);
    System.arraycopy(tags, first * 8, tags, second * 8, 8);

    TagTable table = new TagTable(PEER, tags, 8);

    assertThat(table.position(tags, second * 8)).isEqualTo(first);
    assertThatThrownBy(table::requireDistinct)
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The list of " + count + " items from retailer holds one twice");
  }

  @Test
  void new_manyThatBeginAlike_areRefusedAtOnce() {
    // All in one slot: without a bound the work would grow with the square.
    int count = 1 << 20;
    byte[] tags = new byte[count * 12];
    for (int i = 0; i < count; i++) {
      Arrays.fill(tags, i * 12, i * 12 + 8, (byte) 0x5a);
      tags[i * 12 + 9] = (byte) (i >> 16);
      tags[i * 12 + 10] = (byte) (i >> 8);
      tags[i * 12 + 11] = (byte) i;
    }

    assertThatThrownBy(() -> new TagTable(PEER, tags, 12))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is not random");
  }
}

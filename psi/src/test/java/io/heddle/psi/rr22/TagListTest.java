// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagListTest {
  private static final PartyId PEER = new PartyId("retailer");

  private static byte[] random(int bytes, long seed) {
    byte[] random = new byte[bytes];
    new Random(seed).nextBytes(random);
    return random;
  }

  @ParameterizedTest
  @CsvSource({"0, 8", "1, 8", "2, 9", "3, 12", "1000, 8", "1024, 10", "50000, 11", "65536, 8"})
  void places_randomTags_areThoseOfAMap(int count, int width) {
    byte[] tags = random(count * width, 7);
    // Every third one of another list is of this one.
    byte[] others = random(count * width, 8);
    for (int i = 0; i < count; i += 3) {
      System.arraycopy(tags, i * width, others, (count - 1 - i) * width, width);
    }
    Map<String, Integer> map = new HashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(HexFormat.of().formatHex(others, i * width, (i + 1) * width), i);
    }

    int[] places = TagList.of(PEER, tags, width).places(TagList.of(PEER, others, width));

    int found = 0;
    for (int i = 0; i < count; i++) {
      String tag = HexFormat.of().formatHex(tags, i * width, (i + 1) * width);
      assertThat(places[i]).isEqualTo(map.getOrDefault(tag, -1));
      found += places[i] < 0 ? 0 : 1;
    }
    assertThat(found).isEqualTo((count + 2) / 3);
  }

  @Test
  void places_tagsThatDifferInTheLastByteOnly_areToldApart() {
    byte[] tags = new byte[3 * 12];
    tags[11] = 1;
    tags[23] = 2;
    tags[35] = 3;
    byte[] others = new byte[2 * 12];
    others[11] = 3;
    others[23] = 4;

    assertThat(TagList.of(PEER, tags, 12).places(TagList.of(PEER, others, 12)))
        .containsExactly(-1, -1, 0);
  }

  @Test
  void of_tagTwice_isRefused() {
    byte[] tags = random(1000 * 10, 1);
    System.arraycopy(tags, 0, tags, 5000, 10);
    assertThatThrownBy(() -> TagList.of(PEER, tags, 10))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The list of 1000 items from retailer holds one twice");
  }

  @Test
  void of_manyTagsThatBeginAlike_isRefused() {
    byte[] alike = new byte[9 * 12];
    for (int i = 0; i < 9; i++) {
      alike[12 * i + 11] = (byte) i;
    }
    assertThatThrownBy(() -> TagList.of(PEER, alike, 12))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is not random: too many begin alike");
    byte[] descending = new byte[1 << 16];
    for (int i = 0; i < descending.length; i += 8) {
      descending[i] = (byte) -(i >>> 3);
      descending[i + 1] = (byte) -(i >>> 11);
    }
    assertThatThrownBy(() -> TagList.of(PEER, descending, 8))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("not random");
  }
}

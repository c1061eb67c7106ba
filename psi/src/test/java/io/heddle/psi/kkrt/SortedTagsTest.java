// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SortedTagsTest {
  private static final PartyId PEER = new PartyId("peer");

  private static String hex(byte[] flat, int index, int width) {
    return HexFormat.of().formatHex(flat, index * width, (index + 1) * width);
  }

  /** Different tags, of which some begin alike in the first five bytes. */
  private static byte[] tags(int count, int width, long seed) {
    Random random = new Random(seed);
    byte[] flat = new byte[count * width];
    random.nextBytes(flat);
    if (width > 6) {
      for (int i = 1; i < count; i += 3) {
        System.arraycopy(flat, (i - 1) * width, flat, i * width, width - 1 - i % 2);
        flat[i * width + width - 1] = (byte) (flat[(i - 1) * width + width - 1] + 1);
      }
    }
    return flat;
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "1, 5", "2, 7", "1000, 7", "1000, 12", "20000, 11"})
  void merged_lists_areWhatTreesOfThemGive(int count, int width) {
    byte[] one = tags(count, width, 1);
    byte[] other = tags(count, width, 2);
    for (int i = 0; i < count; i += 2) {
      System.arraycopy(one, (count - 1 - i) * width, other, i * width, width);
    }
    TreeMap<String, Integer> first = new TreeMap<>();
    TreeMap<String, Integer> second = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      first.put(hex(one, i, width), i);
      second.put(hex(other, i, width), i);
    }
    assertThat(first).hasSize(count);
    assertThat(second).hasSize(count);
    SortedTags a = new SortedTags(PEER, one, width).requireDistinct();
    SortedTags b = new SortedTags(PEER, other, width).requireDistinct();
    List<Integer> expected = new ArrayList<>(first.values());
    List<Integer> positions = new ArrayList<>();
    StringBuilder ascending = new StringBuilder();
    for (int i = 0; i < a.size(); i++) {
      positions.add(a.position(i));
      ascending.append(hex(a.ascending(), i, width));
      if (i > 200) {
        break;
      }
    }
    assertThat(positions).isEqualTo(expected.subList(0, positions.size()));
    assertThat(String.join("", first.keySet())).startsWith(ascending.toString());
    TreeMap<String, Integer> inBoth = new TreeMap<>(first);
    inBoth.keySet().retainAll(second.keySet());
    assertThat(a.positionsIn(b)).containsExactly(toInts(inBoth));
    second.keySet().retainAll(first.keySet());
    assertThat(b.positionsOf(a)).containsExactly(toInts(second));
  }

  private static int[] toInts(Map<String, Integer> map) {
    return map.values().stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void list_withOneTwice_isRefused() {
    byte[] flat = tags(1000, 9, 1);
    System.arraycopy(flat, 9 * 17, flat, 9 * 900, 9);
    SortedTags sorted = new SortedTags(PEER, flat, 9);
    assertThatThrownBy(sorted::requireDistinct)
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The list of 1000 items from peer holds one twice");
  }

  @Test
  void ownListWithOneTwice_matchesBoth() {
    byte[] own = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1};
    byte[] other = {9, 9, 9, 9, 9, 1, 1, 1, 1, 1};
    assertThat(new SortedTags(PEER, own, 5).positionsIn(new SortedTags(PEER, other, 5)))
        .containsExactlyInAnyOrder(0, 2);
  }

  @Test
  void list_ofManyThatBeginAlike_isRefusedBeforeItCostsWork() {
    byte[] flat = new byte[11 * 300_000];
    for (int i = 0; i < 300_000; i++) {
      flat[11 * i + 8] = (byte) (i >>> 16);
      flat[11 * i + 9] = (byte) (i >>> 8);
      flat[11 * i + 10] = (byte) i;
    }
    assertThatThrownBy(() -> new SortedTags(PEER, flat, 11))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The list of 300000 items from peer is not random: 300000 begin alike");
    byte[] eight = Arrays.copyOf(flat, 11 * 8);
    assertThat(new SortedTags(PEER, eight, 11).requireDistinct().ascending()).isEqualTo(eight);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdListTest {
  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Against a sort of row numbers by Arrays.compareUnsigned, which keeps equal ones in order. */
  private static void assertOrder(List<byte[]> ids) {
    List<Integer> rows = new ArrayList<>(IntStream.range(0, ids.size()).boxed().toList());
    rows.sort((a, b) -> Arrays.compareUnsigned(ids.get(a), ids.get(b)));
    List<Integer> repeated = new ArrayList<>();
    for (int i = 1; i < rows.size(); i++) {
      if (Arrays.equals(ids.get(rows.get(i - 1)), ids.get(rows.get(i)))) {
        repeated.add(rows.get(i));
      }
    }
    Collections.sort(repeated);

    IdList list = IdList.of(ids);

    assertThat(list.order().rows()).isEqualTo(ints(rows));
    assertThat(list.order().repeated()).isEqualTo(ints(repeated));
    assertThat(list.order()).isSameAs(list.order());
    IdList sorted = list.select(list.order().rows());
    for (int i = 0; i < ids.size(); i++) {
      assertThat(Arrays.equals(sorted.get(i), ids.get(rows.get(i)))).isTrue();
      assertThat(Arrays.equals(list.get(i), ids.get(i))).isTrue();
    }
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static byte[] bytes(Random random, int length, int values) {
    byte[] id = new byte[length];
    for (int i = 0; i < length; i++) {
      // Few values, on both sides of the sign.
      id[i] = (byte) (random.nextInt(values) * 255 / Math.max(1, values - 1));
    }
    return id;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 31, 32, 33, 34, 65, 1000, 5000})
  void order_randomBytes_isThatOfCompareUnsigned(int count) {
    for (int values : new int[] {1, 2, 3, 16, 256}) {
      for (int longest : new int[] {0, 1, 6, 7, 8, 9, 14, 15, 16, 40}) {
        Random random = new Random(31L * count + 7L * values + longest);
        List<byte[]> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          ids.add(bytes(random, random.nextInt(longest + 1), values));
        }
        assertOrder(ids);
      }
    }
  }

  static Stream<Arguments> shapes() {
    Random random = new Random(17);
    Stream<Arguments> shapes =
        Stream.of(
            Arguments.of(
                "hexadecimal",
                stream(random, r -> HexFormat.of().formatHex(bytes(r, 16, 256)), 20_000)),
            Arguments.of(
                "one beginning", stream(random, r -> "customer-" + r.nextInt(1 << 24), 20_000)),
            Arguments.of(
                "a hundred beginnings, long",
                stream(random, r -> "x".repeat(r.nextInt(100)) + "-" + r.nextInt(40_000), 20_000)),
            Arguments.of("each twice or so", stream(random, r -> "" + r.nextInt(3000), 6000)),
            Arguments.of("all one", stream(random, r -> "the same id over again", 500)),
            Arguments.of(
                "names first",
                stream(random, r -> "anna.ann" + r.nextInt(9) + r.nextLong(), 5000)));
    return shapes;
  }

  private interface Maker {
    String make(Random random);
  }

  private static List<byte[]> stream(Random random, Maker maker, int count) {
    return IntStream.range(0, count).mapToObj(i -> text(maker.make(random))).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void order_idsAsTheyAre_isThatOfCompareUnsigned(String name, List<byte[]> ids) {
    assertOrder(ids);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 'a', 255})
  void order_eachIdBeginsTheNext_isByLength(int value) {
    List<byte[]> ids = new ArrayList<>();
    for (int length = 0; length < 3000; length++) {
      byte[] id = new byte[length];
      Arrays.fill(id, (byte) value);
      ids.add(id);
    }
    Collections.shuffle(ids, new Random(5));
    assertOrder(ids);
  }

  @Test
  void order_longIdsThatDifferAtTheEnd_areSorted() {
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] id = new byte[65_536];
      id[65_535] = (byte) (i * 37);
      ids.add(id);
    }
    assertOrder(ids);
  }

  @Test
  void digest_anyLengths_isThatOfEachLengthAndId() throws Exception {
    // On both sides of whatever block the digest is fed with.
    for (int longest : new int[] {0, 5, 33, 4096, 8187, 8188, 8189, 8192, 20_000}) {
      Random random = new Random(longest);
      MessageDigest expected = MessageDigest.getInstance("SHA-256");
      List<byte[]> ids = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        byte[] id = bytes(random, i % 3 == 0 ? longest : random.nextInt(longest + 1), 256);
        ids.add(id);
        expected.update(ByteBuffer.allocate(4).putInt(id.length).array());
        expected.update(id);
      }
      byte[] digest = expected.digest();
      IdList list = IdList.of(ids);
      assertThat(list.digest()).isEqualTo(digest);
      // What is handed out is the caller's.
      list.digest()[0]++;
      assertThat(list.digest()).isEqualTo(digest);
    }
  }

  @Test
  void of_aListOfThese_isItself() {
    IdList ids = IdList.of(List.of(text("a"), text(""), text("bc")));
    assertThat(IdList.of(ids)).isSameAs(ids);
    assertThat(ids).hasSize(3);
    assertThat(ids.length(1)).isZero();
    assertThat(ids.get(2)).isEqualTo(text("bc"));
    assertThatThrownBy(() -> ids.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ids.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void view_ofLongerArrays_endsWhereItSays() {
    byte[] bytes = text("abcdef");
    IdList ids = new IdList(bytes, new int[] {1, 3, 6}, 2);
    assertThat(ids).hasSize(2);
    assertThat(ids.order().rows()).containsExactly(0, 1);
    assertThatThrownBy(() -> ids.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ids.select(new int[] {2}))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new IdList(bytes, new int[1], 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void of_moreThanTwoGiB_isRefused() {
    List<byte[]> ids = Collections.nCopies(33, new byte[1 << 26]);
    assertThatThrownBy(() -> IdList.of(ids))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid ids of 2214592512 bytes together: must be at most 2147483583");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.crypto.Sha256;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.IdHash;
import io.heddle.vole.Elements;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagsTest {
  /** docs/protocol.md, 3.11, a second time, for ids in one cluster and in several. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5_000, 140_000})
  void of_anyVector_areHashesOfWhatKeysFindInTheOrderOfTheIds(int count) {
    List<byte[]> list =
        IntStream.range(0, count).mapToObj(i -> ByteBuffer.allocate(4).putInt(i).array()).toList();
    IdHash hash = new IdHash("test", new byte[32], new byte[32]);
    Layout layout = Layout.of(count, 10, 1 << 20);
    Items items = Items.of(IdList.of(list), hash, layout);
    Okvs okvs = layout.okvs();
    long[] vector = new Random(1).longs(2L * okvs.size()).toArray();
    byte[] binding = new byte[16];
    new Random(2).nextBytes(binding);

    byte[] tags = Tags.of(okvs.decoder(vector), items, null, binding, 11);

    assertThat(tags).hasSize(11 * count);
    long[] found = new long[2 * count];
    okvs.decoder(vector).decode(items, 0, count, found);
    for (int item = 0; item < count; item += 1 + count / 1000) {
      int id = items.id(item);
      byte[] key = Arrays.copyOf(hash.of(list.get(id)), 16);
      byte[] expected = Sha256.of(Elements.toBytes(found, 2 * item, 2), key, binding);
      assertThat(Arrays.copyOfRange(tags, 11 * id, 11 * id + 11))
          .isEqualTo(Arrays.copyOf(expected, 11));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.AlignmentException;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.BinomialBound;
import io.heddle.psi.shared.IdHash;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutTest {
  private static final IdHash HASH = new IdHash("test", new byte[32], new byte[32]);

  private static IdList ids(int count) {
    List<byte[]> ids =
        IntStream.range(0, count).mapToObj(i -> ByteBuffer.allocate(4).putInt(i).array()).toList();
    return IdList.of(ids);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1048576, 1, 1, 4096, 0",
    "5, 1000, 1048576, 1, 1, 4096, 1000",
    "4097, 1000, 1048576, 1, 1, 4097, 1000",
    "131071, 7, 1048576, 1, 1, 131071, 7",
    "2097152, 2097152, 1048576, 1, 32, 0, 2097152",
    "2097153, 2097152, 1048576, 3, 10, 0, 0",
    "10, 2097153, 1048576, 3, 1, 4096, 0",
    "33554432, 33554432, 4096, 127, 4, 0, 0"
  })
  void of_sizes_areThoseOfTheDocument(
      int receiver,
      int sender,
      int partitionIds,
      int partitions,
      int clusters,
      int clusterIds,
      int senderIds) {
    Layout layout = Layout.of(receiver, sender, partitionIds);
    assertThat(layout.partitions()).isEqualTo(partitions);
    assertThat(layout.clusters()).isEqualTo(clusters);
    assertThat(layout.clusterIds())
        .isEqualTo(
            clusterIds > 0 ? clusterIds : BinomialBound.of(receiver, partitions * clusters, 40));
    assertThat(layout.senderIds())
        .isEqualTo(
            senderIds > 0 || sender == 0 ? senderIds : BinomialBound.of(sender, partitions, 40));
  }

  /** 16 bytes for each place, tags, a bit: below what a run may cost. */
  @Test
  void bytes_ofAMillion_areAThirdOfThoseOfKkrt() {
    Rr22Sizes sizes = new Rr22Sizes(1 << 20, 1 << 20, 1 << 20);
    long all =
        sizes.vectorBytes()
            + sizes.tagBytes()
            + sizes.placeBytes()
            + sizes.choiceBytes()
            + sizes.noiseBytes()
            + sizes.sumBytes();
    assertThat((double) all / (1 << 20)).isBetween(31.0, 33.5);
  }

  @Test
  void tagWidth_manyIds_isWithinBounds() {
    assertThat(Layout.of(1, 1, 1 << 20).tagWidth()).isEqualTo(8);
    assertThat(Layout.of(1 << 20, 1 << 20, 1 << 20).tagWidth()).isEqualTo(10);
    assertThat(Layout.of(1 << 25, 1 << 25, 1 << 21).tagWidth()).isLessThanOrEqualTo(12);
    assertThat(Layout.of(1, 1 << 25, 1 << 21).tagWidth()).isLessThanOrEqualTo(12);
    assertThat(Layout.of(1 << 25, 1, 1 << 21).tagWidth()).isLessThanOrEqualTo(12);
  }

  @Test
  void items_inClusters_areThoseOfEachId() {
    IdList ids = ids(300_000);
    Layout layout = Layout.of(300_000, 10, 1 << 20);
    assertThat(layout.clusters()).isEqualTo(4);
    Items items = Items.of(ids, HASH, layout).requireRoom(layout);
    Set<Integer> seen = new HashSet<>();
    for (int cluster = 0; cluster < 4; cluster++) {
      for (int item = items.start(cluster); item < items.start(cluster + 1); item++) {
        assertThat(seen.add(items.id(item))).isTrue();
        if (item % 1000 == 0) {
          ByteBuffer hash =
              ByteBuffer.wrap(HASH.of(ids.get(items.id(item))))
                  .order(java.nio.ByteOrder.LITTLE_ENDIAN);
          assertThat(items.keys()[2 * item]).isEqualTo(hash.getLong(0));
          assertThat(items.keys()[2 * item + 1]).isEqualTo(hash.getLong(8));
          assertThat(items.values()[2 * item]).isEqualTo(hash.getLong(16));
          assertThat(items.values()[2 * item + 1]).isEqualTo(hash.getLong(24));
          long word = Integer.toUnsignedLong(hash.getInt(8));
          assertThat((word * 4) >>> 32).isEqualTo(cluster);
        }
      }
    }
    assertThat(seen).hasSize(300_000);
  }

  @Test
  void ids_inPartitions_areEachInOne() {
    IdList ids = ids(10_000);
    Layout layout = Layout.of(10_000, 10_000, 3000);
    assertThat(layout.partitions()).isEqualTo(4);
    DealtIds dealt = DealtIds.of(ids, HASH, layout, layout.senderIds());
    Set<Integer> seen = new HashSet<>();
    for (int partition = 0; partition < 4; partition++) {
      IdList part = dealt.ids(partition);
      assertThat(part).hasSize(dealt.size(partition));
      assertThat(dealt.size(partition)).isBetween(2300, 2700);
      for (int i = 0; i < part.size(); i++) {
        int place = dealt.place(partition, i);
        assertThat(seen.add(place)).isTrue();
        assertThat(part.get(i)).isEqualTo(ids.get(place));
        assertThat(Items.partition(HASH.of(part.get(i)), layout)).isEqualTo(partition);
      }
    }
    assertThat(seen).hasSize(10_000);
  }

  @Test
  void room_tooManyIds_areRefused() {
    Layout layout = Layout.of(10_000, 10_000, 3000);
    assertThatThrownBy(() -> DealtIds.of(ids(10_000), HASH, layout, 2400))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("more than the 2400 that it has room for")
        .hasMessageContaining("--fresh");
    Layout small = Layout.of(10, 10, 1 << 20);
    Items items = Items.of(ids(4097), HASH, small);
    assertThatThrownBy(() -> items.requireRoom(small))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("4097 ids, more than the 4096");
    assertThat(Arrays.stream(items.starts()).max()).hasValue(4097);
  }
}

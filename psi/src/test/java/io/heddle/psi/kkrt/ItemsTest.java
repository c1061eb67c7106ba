// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.IdHash;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemsTest {
  private static final byte[] BINDING = new byte[32];
  private static final byte[] COIN = {1, 2, 3};

  private static byte[] sha256(byte[]... parts) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return MessageDigest.getInstance("SHA-256").digest(all.toByteArray());
  }

  private static List<byte[]> ids(int count) {
    List<byte[]> ids = new ArrayList<>();
    ids.add(new byte[0]);
    IntStream.range(1, count)
        .forEach(i -> ids.add(("id-" + "x".repeat(i % 90) + i).getBytes(StandardCharsets.UTF_8)));
    return ids;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5202, 21_307_065})
  void items_ofIds_areWhatTheDocumentSays(int bins) throws Exception {
    List<byte[]> ids = ids(5000);
    Items items = Items.of(IdList.of(ids), new IdHash(KkrtRun.ITEM, BINDING, COIN), bins);
    byte[] prefix =
        Arrays.copyOf(
            sha256("HEDDLE-PSI-V01-KKRT-ITEM".getBytes(StandardCharsets.US_ASCII), BINDING, COIN),
            16);
    for (int i = 0; i < ids.size(); i++) {
      byte[] hash = sha256(prefix, ids.get(i));
      assertThat(Arrays.copyOfRange(items.flat(), 16 * i, 16 * i + 16))
          .isEqualTo(Arrays.copyOf(hash, 16));
      List<Integer> taken = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        BigInteger word = new BigInteger(1, Arrays.copyOfRange(hash, 16 + 4 * k, 20 + 4 * k));
        int nth = word.multiply(BigInteger.valueOf(bins - k)).shiftRight(32).intValueExact();
        // The bin with this number among those that are not taken yet.
        int bin = nth;
        for (int other : taken.stream().sorted().toList()) {
          bin += other <= bin ? 1 : 0;
        }
        taken.add(bin);
      }
      int[] three = Arrays.copyOfRange(items.bins(), 3 * i, 3 * i + 3);
      assertThat(three).containsExactly(taken.get(0), taken.get(1), taken.get(2));
      assertThat(three).doesNotHaveDuplicates();
      assertThat(Arrays.stream(three)).allMatch(bin -> bin >= 0 && bin < bins);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 16, 127})
  void partitions_ofIds_areWhatTheDocumentSays(int partitions) throws Exception {
    List<byte[]> ids = ids(5000);
    IdHash hash = new IdHash(KkrtRun.ITEM, BINDING, COIN);
    byte[] partitionOf = Items.partitions(IdList.of(ids), hash, partitions);
    byte[] prefix =
        Arrays.copyOf(
            sha256("HEDDLE-PSI-V01-KKRT-ITEM".getBytes(StandardCharsets.US_ASCII), BINDING, COIN),
            16);
    int[] sizes = new int[partitions];
    for (int i = 0; i < ids.size(); i++) {
      byte[] last = Arrays.copyOfRange(sha256(prefix, ids.get(i)), 28, 32);
      BigInteger scaled = new BigInteger(1, last).multiply(BigInteger.valueOf(partitions));
      assertThat((int) partitionOf[i]).isEqualTo(scaled.shiftRight(32).intValueExact());
      sizes[partitionOf[i]]++;
    }
    assertThat(Arrays.stream(sizes)).allMatch(size -> size > 0);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialTest {
  private static List<byte[]> ids(int seed, int count) {
    Random random = new Random(seed);
    Set<Integer> numbers = new HashSet<>();
    while (numbers.size() < count) {
      numbers.add(random.nextInt(2 * count));
    }
    List<byte[]> ids = new ArrayList<>();
    numbers.forEach(number -> ids.add(("id " + number).getBytes(StandardCharsets.US_ASCII)));
    return ids;
  }

  @ParameterizedTest
  @CsvSource({"4096, 4096, 7", "10000, 10000, 21", "10000, 4096, 7", "65536, 65536, 7"})
  void rr22_randomSets_findsWhatASetInTheClearFinds(int ofReceiver, int ofSender, int weight) {
    List<byte[]> ours = ids(1, ofReceiver);
    List<byte[]> theirs = ids(2, ofSender);
    Set<String> clear = new HashSet<>();
    theirs.forEach(id -> clear.add(new String(id, StandardCharsets.US_ASCII)));
    int[] expected =
        IntStream.range(0, ofReceiver)
            .filter(i -> clear.contains(new String(ours.get(i), StandardCharsets.US_ASCII)))
            .toArray();

    Trial.Outcome outcome = Trial.rr22(ours, theirs, weight);

    assertThat(outcome.common()).isNotEmpty().isEqualTo(expected);
    assertThat(outcome.parts()).containsKeys("receiver: encoding", "sender: trees");
  }

  /** 16 bytes for each place of the vector, tags, and a fixed part below 600 kB. */
  @Test
  void rr22_bytes_areThoseOfVectorAndTags() {
    long bytes = Trial.rr22(ids(1, 1 << 14), ids(2, 1 << 14), 7).bytes();

    long expected =
        16L * new Okvs(1 << 14).size() + (long) Rr22.tagWidth(1 << 14, 1 << 14) * (1 << 14);
    assertThat(bytes).isBetween(expected + 100_000, expected + 600_000);
  }

  @Test
  void tagWidth_evenPowers_isExact() {
    assertThat(Rr22.tagWidth(1 << 20, 1 << 20)).isEqualTo(10);
    assertThat(Rr22.tagWidth(1 << 16, 1 << 16)).isEqualTo(9);
    assertThat(Rr22.tagWidth((1 << 20) + 1, 1 << 20)).isEqualTo(11);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomnessTest {
  private static final byte[] SECRET = new byte[32];

  static {
    Arrays.fill(SECRET, (byte) 7);
  }

  private static byte[] at(Randomness randomness, long index, int bytes) {
    byte[] into = new byte[bytes];
    randomness.fill(index, into);
    return into;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1L << 56, Long.MAX_VALUE, -1})
  void fill_anyIndex_isAesOverCounterBlocks(long index) throws Exception {
    byte[] purpose = "test".getBytes(UTF_8);
    byte[][] parts = {purpose, {1, 2}};
    byte[] key = Hkdf.derive(SECRET, "heddle randomness v1".getBytes(UTF_8), parts, 32);
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    ByteBuffer expected = ByteBuffer.allocate(48);
    for (long counter = 0; counter < 3; counter++) {
      expected.put(block.doFinal(ByteBuffer.allocate(16).putLong(index).putLong(counter).array()));
    }
    Randomness randomness = Randomness.derive(SECRET, "test", new byte[] {1, 2});
    assertThat(at(randomness, index, 41)).isEqualTo(Arrays.copyOf(expected.array(), 41));
  }

  @Test
  void fill_sameIndexAgain_givesSameBytesWhateverWasThere() {
    Randomness randomness = Randomness.derive(SECRET, "test");
    byte[] dirty = new byte[100];
    Arrays.fill(dirty, (byte) 9);
    randomness.fill(5, dirty);
    assertThat(dirty).isEqualTo(at(Randomness.derive(SECRET, "test"), 5, 100));
    assertThat(Arrays.copyOf(dirty, 33)).isEqualTo(at(randomness, 5, 33));
    assertThat(at(randomness, 5, 0)).isEmpty();
  }

  @Test
  void fill_manyIndices_shareNoBlock() {
    Randomness randomness = Randomness.derive(SECRET, "test");
    Set<ByteBuffer> blocks = new HashSet<>();
    for (long index = 0; index < 500; index++) {
      byte[] bytes = at(randomness, index, 64);
      for (int from = 0; from < 64; from += 16) {
        blocks.add(ByteBuffer.wrap(bytes, from, 16));
      }
    }
    assertThat(blocks).hasSize(2000);
  }

  @Test
  void fill_manyThreads_giveTheSameAsOne() {
    Randomness randomness = Randomness.derive(SECRET, "test");
    List<ByteBuffer> parallel =
        LongStream.range(0, 2000)
            .parallel()
            .mapToObj(index -> ByteBuffer.wrap(at(randomness, index, 24)))
            .toList();
    for (int index = 0; index < 2000; index++) {
      assertThat(parallel.get(index).array()).isEqualTo(at(randomness, index, 24));
    }
  }

  @Test
  void derive_anythingDifferent_givesIndependentBytes() {
    byte[] otherSecret = SECRET.clone();
    otherSecret[31] ^= 1;
    List<Randomness> all =
        List.of(
            Randomness.derive(SECRET, "test"),
            Randomness.derive(otherSecret, "test"),
            Randomness.derive(SECRET, "tesu"),
            Randomness.derive(SECRET, "test", new byte[0]),
            Randomness.derive(SECRET, "test", new byte[] {1}, new byte[] {2}),
            Randomness.derive(SECRET, "test", new byte[] {1, 2}),
            Randomness.derive(SECRET, "test", new byte[] {2}, new byte[] {1}));
    Set<ByteBuffer> seen = new HashSet<>();
    all.forEach(randomness -> seen.add(ByteBuffer.wrap(at(randomness, 3, 32))));
    assertThat(seen).hasSize(all.size());
  }

  @Test
  void derive_bitsOfTwoPurposes_agreeInHalf() {
    byte[] one = at(Randomness.derive(SECRET, "one"), 0, 1 << 16);
    byte[] two = at(Randomness.derive(SECRET, "two"), 0, 1 << 16);
    long different = 0;
    for (int i = 0; i < one.length; i++) {
      different += Integer.bitCount((one[i] ^ two[i]) & 0xff);
    }
    // 2^19 fair coins: six standard deviations are 6 * 362.
    assertThat(different).isBetween((1L << 18) - 2172, (1L << 18) + 2172);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33})
  void derive_secretOfOtherSize_isRefused(int bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Randomness.derive(new byte[bytes], "test"))
        .withMessage("Invalid secret of " + bytes + " bytes: must be 32");
  }

  @Test
  void randomness_asValue_showsAndSerialisesNothing() {
    Randomness randomness = Randomness.derive(SECRET, "test");
    assertThat(randomness).hasToString("Randomness[secret]").isNotInstanceOf(Serializable.class);
  }
}

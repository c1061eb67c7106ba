// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.okamoto.OkamotoUchiyamaPrivateKey;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CiphertextAssemblyTest {
  private static final int COUNT = 21;

  static Stream<AdditivePrivateKey> keys() {
    return Stream.of(
        PaillierPrivateKey.derive(2048, Randomness.derive(new byte[32], "assembly")),
        OkamotoUchiyamaPrivateKey.derive(2048, Randomness.derive(new byte[32], "assembly")));
  }

  private static byte[] encrypted(AdditivePrivateKey key) {
    PlaintextBlock numbers =
        PlaintextBlock.of(0, IntStream.range(0, COUNT).mapToObj(BigInteger::valueOf).toList());
    return key.encrypt(numbers, Randomness.derive(new byte[32], "numbers")).toBytes();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void add_partsOfAnySize_areTheBlockOfAll(AdditivePrivateKey key) {
    byte[] all = encrypted(key);
    int width = key.publicKey().ciphertextBytes();
    for (int size : new int[] {1, 5, 20, COUNT}) {
      CiphertextAssembly assembly = new CiphertextAssembly(key.publicKey(), COUNT);
      CiphertextBlock early = assembly.block();
      for (int from = 0; from < COUNT; from += size) {
        int to = Math.min(from + size, COUNT);
        assembly.add(Arrays.copyOfRange(all, from * width, to * width));
        assertThat(assembly.size()).isEqualTo(to);
        assertThat(early.slice(0, to).toBytes()).isEqualTo(Arrays.copyOf(all, to * width));
      }
      assertThat(assembly.block().toBytes()).isEqualTo(all);
      assertThat(assembly.block().bound()).isEqualTo(key.publicKey().space().limit());
      PlaintextBlock opened = key.decrypt(assembly.block());
      assertThat(IntStream.range(0, COUNT).mapToObj(opened::get))
          .containsExactlyElementsOf(
              IntStream.range(0, COUNT).mapToObj(BigInteger::valueOf).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void add_noneAtAll_isAnEmptyBlock(AdditivePrivateKey key) {
    CiphertextAssembly assembly = new CiphertextAssembly(key.publicKey(), 0);
    assertThat(assembly.size()).isZero();
    assertThat(assembly.block().size()).isZero();
    assertThat(assembly.block().toBytes()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void add_whatCannotBeACiphertext_isRefusedAndNotKept(AdditivePrivateKey key) {
    byte[] all = encrypted(key);
    int width = key.publicKey().ciphertextBytes();
    CiphertextAssembly assembly = new CiphertextAssembly(key.publicKey(), COUNT);
    assembly.add(Arrays.copyOf(all, 2 * width));
    byte[] zeroBehind = Arrays.copyOf(all, 3 * width);
    Arrays.fill(zeroBehind, 2 * width, 3 * width, (byte) 0);
    byte[] tooLarge = new byte[width];
    Arrays.fill(tooLarge, (byte) -1);
    byte[] cut = Arrays.copyOf(all, 2 * width - 1);
    for (byte[] wrong : new byte[][] {zeroBehind, tooLarge, cut}) {
      assertThatThrownBy(() -> assembly.add(wrong)).isInstanceOf(ProtocolException.class);
      assertThat(assembly.size()).isEqualTo(2);
    }
    assertThatThrownBy(() -> assembly.add(zeroBehind)).hasMessageContaining("Ciphertext 2");
    assertThatThrownBy(() -> assembly.add(Arrays.copyOf(all, (COUNT - 1) * width)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("20 more ciphertexts: must be at most 19");
    assembly.add(Arrays.copyOfRange(all, 2 * width, COUNT * width));
    assertThat(assembly.block().toBytes()).isEqualTo(all);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import static io.heddle.crypto.paillier.ProofKeys.CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.OTHER_CONTEXT;
import static io.heddle.crypto.paillier.ProofKeys.RANDOM;
import static io.heddle.crypto.paillier.ProofKeys.SECRET;
import static io.heddle.crypto.paillier.TestKeys.KEY;
import static io.heddle.crypto.paillier.TestKeys.PUBLIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyProofTest {
  private static final KeyProofParameters OWN =
      new KeyProofParameters(2048, SECRET.parameters(), RingPedersenProof.prove(SECRET, RANDOM));
  private static final byte[] PARAMETER_BYTES = OWN.toBytes();
  private static final byte[] PROOF_BYTES =
      KeyProof.prove(KEY, KeyProofParameters.fromBytes(PARAMETER_BYTES), CONTEXT, RANDOM).toBytes();

  private static void assertRefused(ThrowingCallable call, String reason) {
    assertThatThrownBy(call)
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("Invalid ")
        .hasMessageContaining(reason);
  }

  @Test
  void verify_honestProof_passes() {
    KeyProof proof = KeyProof.fromBytes(PROOF_BYTES);
    proof.verify(PaillierPublicKey.fromBytes(PUBLIC.toBytes()), OWN, CONTEXT);
    assertThat(proof.toBytes()).isEqualTo(PROOF_BYTES).hasSize(69_987).startsWith(1, 8, 0);
    assertThat(PARAMETER_BYTES).hasSize(66_307).startsWith(1, 8, 0);
    assertThat(proof).hasToString("KeyProof[2048 bits]");
    assertThat(OWN).hasToString("KeyProofParameters[2048 bits]");
  }

  @Test
  void generate_parametersOfOneParty_serveAKeyOfAnother() {
    KeyProofParameters own = KeyProofParameters.generate(2048, RANDOM);
    KeyProof proof = KeyProof.prove(KEY, own, CONTEXT, RANDOM);
    proof.verify(PUBLIC, own, CONTEXT);
    assertRefused(() -> proof.verify(PUBLIC, OWN, CONTEXT), "not shown");
  }

  @Test
  void verify_replay_isRefused() {
    KeyProof proof = KeyProof.fromBytes(PROOF_BYTES);
    assertRefused(() -> proof.verify(PUBLIC, OWN, OTHER_CONTEXT), "not shown");
    assertRefused(() -> proof.verify(PUBLIC, OWN, new byte[0]), "not shown");
    assertRefused(() -> proof.verify(TestKeys.OTHER, OWN, CONTEXT), "");
    PaillierPublicKey otherGenerator =
        new PaillierPublicKey(
            PaillierKeyType.OPTIMISED,
            TestKeys.N,
            PUBLIC.hs().modPow(BigInteger.TWO, TestKeys.N_SQUARED));
    assertRefused(() -> proof.verify(otherGenerator, OWN, CONTEXT), "not shown");
  }

  @Test
  void verify_hsWithAPlaintext_isRefused() {
    BigInteger plaintext = TestKeys.N.shiftLeft(448).add(BigInteger.ONE);
    PaillierPublicKey key =
        new PaillierPublicKey(
            PaillierKeyType.OPTIMISED,
            TestKeys.N,
            PUBLIC.hs().multiply(plaintext).mod(TestKeys.N_SQUARED));
    KeyProof proof = KeyProof.prove(key, KEY.witness(), OWN, CONTEXT, RANDOM);
    assertRefused(() -> proof.verify(key, OWN, CONTEXT), "hs is not shown to be an N-th power");
  }

  /** Where each kind of field starts: 3 + 256 + 128 * 513 + 3296 + 768 bytes. */
  static Stream<Arguments> fields() {
    int round = 3 + 256;
    int last = round + 127 * 513;
    int factors = round + 128 * 513;
    int[] widths = {256, 256, 256, 256, 256, 528, 160, 160, 304, 304, 560};
    Stream.Builder<Arguments> fields = Stream.builder();
    fields.add(Arguments.of("w", 3, 256));
    fields.add(Arguments.of("first flags", round, 1));
    fields.add(Arguments.of("first x", round + 1, 256));
    fields.add(Arguments.of("first z", round + 257, 256));
    fields.add(Arguments.of("last flags", last, 1));
    fields.add(Arguments.of("last x", last + 1, 256));
    fields.add(Arguments.of("last z", last + 257, 256));
    int offset = factors;
    for (int i = 0; i < widths.length; i++) {
      fields.add(Arguments.of("factor field " + i, offset, widths[i]));
      offset += widths[i];
    }
    fields.add(Arguments.of("residue commitment", offset, 512));
    fields.add(Arguments.of("residue response", offset + 512, 256));
    assertThat(offset + 768).isEqualTo(PROOF_BYTES.length);
    return fields.build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void verify_bitOfAFieldFlipped_isRefused(String name, int offset, int width) {
    byte[] bytes = PROOF_BYTES.clone();
    bytes[offset + RANDOM.nextInt(width)] ^= (byte) (1 << RANDOM.nextInt(8));
    assertRefused(() -> KeyProof.fromBytes(bytes).verify(PUBLIC, OWN, CONTEXT), "");
    Arrays.fill(bytes, offset, offset + width, (byte) 0xff);
    assertRefused(() -> KeyProof.fromBytes(bytes).verify(PUBLIC, OWN, CONTEXT), "");
  }

  static Stream<Arguments> readers() {
    Consumer<byte[]> proof = KeyProof::fromBytes;
    Consumer<byte[]> parameters = KeyProofParameters::fromBytes;
    return Stream.of(
        Arguments.of("key proof", proof, PROOF_BYTES),
        Arguments.of("key proof parameters", parameters, PARAMETER_BYTES));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("readers")
  void fromBytes_hostileBytes_onlyEverGivesAProtocolException(
      String name, Consumer<byte[]> reader, byte[] good) {
    assertRefused(() -> reader.accept(new byte[0]), name + " of 0 bytes: must be at least 3");
    for (int length : new int[] {1, 2, 3, 4, 259, good.length / 2, good.length - 1}) {
      assertRefused(() -> reader.accept(Arrays.copyOf(good, length)), " of " + length + " bytes");
    }
    assertRefused(() -> reader.accept(Arrays.copyOf(good, good.length + 1)), "bytes: must be ");
    assertRefused(() -> reader.accept(with(good, 0, 0)), name + " version 0: must be 1");
    assertRefused(() -> reader.accept(with(good, 0, 2)), name + " version 2: must be 1");
    assertRefused(() -> reader.accept(with(good, 1, 12)), "bytes: must be ");
    assertRefused(() -> reader.accept(with(good, 1, 4)), "Invalid key size 1024");
    assertRefused(() -> reader.accept(with(good, 1, 255)), "Invalid key size 65280");
    assertRefused(() -> reader.accept(with(good, 2, 1)), "Invalid key size 2049");
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[RANDOM.nextInt(round < 100 ? 100 : 100_000)];
      RANDOM.nextBytes(bytes);
      assertRefused(() -> reader.accept(bytes), "");
    }
  }

  private static byte[] with(byte[] bytes, int index, int value) {
    byte[] changed = bytes.clone();
    changed[index] = (byte) value;
    return changed;
  }

  @Test
  void fromBytes_flagsAboveThree_areRefused() {
    for (int flags : new int[] {4, 7, 128, 255}) {
      assertRefused(() -> KeyProof.fromBytes(with(PROOF_BYTES, 3 + 256, flags)), "0 to 3");
    }
  }

  @Test
  void verify_randomBytesOfTheRightLength_isRefused() {
    for (int i = 0; i < 20; i++) {
      byte[] bytes = randomBody(PROOF_BYTES.length, 2048);
      assertRefused(() -> KeyProof.fromBytes(bytes).verify(PUBLIC, OWN, CONTEXT), "");
      byte[] parameters = randomBody(PARAMETER_BYTES.length, 2048);
      assertRefused(() -> KeyProofParameters.fromBytes(parameters).verify(), "");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2048, 3072, 4096})
  void toBytes_anySize_comesBackEqual(int keyBits) {
    int body =
        PaillierBlumProof.bytes(keyBits)
            + NoSmallFactorProof.bytes(keyBits)
            + ResidueProof.bytes(keyBits);
    byte[] bytes = randomBody(3 + body, keyBits);
    KeyProof read = KeyProof.fromBytes(bytes);
    assertThat(read.toBytes()).isEqualTo(bytes);
    byte[] parameters = randomBody(3 + (3 + 256) * keyBits / 8, keyBits);
    assertThat(KeyProofParameters.fromBytes(parameters).toBytes()).isEqualTo(parameters);
    if (keyBits != 2048) {
      assertRefused(() -> read.verify(PUBLIC, OWN, CONTEXT), keyBits + " bits must be the key's");
    }
  }

  /** Random numbers behind a right header, with right flags. */
  private static byte[] randomBody(int length, int keyBits) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    ByteBuffer.wrap(bytes).put((byte) 1).putShort((short) keyBits);
    int width = keyBits / 8;
    for (int i = 0; i < 128 && 3 + width + i * (1 + 2 * width) < length; i++) {
      bytes[3 + width + i * (1 + 2 * width)] &= 3;
    }
    return bytes;
  }

  @Test
  void prove_parametersThatMayNotHide_refuses() {
    RingPedersen good = SECRET.parameters();
    RingPedersen twisted =
        new RingPedersen(good.modulus(), good.modulus().subtract(good.s()), good.t());
    RingPedersenProof proof =
        RingPedersenProof.prove(
            new RingPedersenSecret(twisted, SECRET.lambda(), SECRET.order()), RANDOM);
    KeyProofParameters parameters = new KeyProofParameters(2048, twisted, proof);
    assertRefused(() -> KeyProof.prove(KEY, parameters, CONTEXT, RANDOM), "power of its t");
  }

  @Test
  void parameters_ofAnotherKeySize_areRefused() {
    KeyProofParameters large = KeyProofParameters.fromBytes(randomBody(3 + (3 + 256) * 384, 3072));
    assertRefused(() -> KeyProof.prove(KEY, large, CONTEXT, RANDOM), "3072 bits: must be for 2048");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyProof.fromBytes(PROOF_BYTES).verify(PUBLIC, large, CONTEXT))
        .withMessage("Invalid parameters for 3072 bits: must be for 2048");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyProofParameters.generate(1024, RANDOM))
        .withMessage("Invalid key size 1024: must be 2048, 3072 or 4096");
  }
}

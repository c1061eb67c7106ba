// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.additive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.error.EncodingException;
import io.heddle.error.KeyMismatchException;
import io.heddle.error.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With residues of a small modulus in place of ciphertexts: no key is needed to count and add. */
class CiphertextSpaceTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger MODULUS = ONE.shiftLeft(256).subtract(BigInteger.valueOf(189));
  private static final BigInteger LIMIT = ONE.shiftLeft(200);

  /** A block as large as those that are cut into pieces. */
  private static final int MANY = 600;

  private static byte[] fingerprint(int key) {
    byte[] fingerprint = new byte[32];
    Arrays.fill(fingerprint, (byte) key);
    return fingerprint;
  }

  private static CiphertextSpace space(int key) {
    return CiphertextSpace.of(fingerprint(key), MODULUS, LIMIT);
  }

  private static CiphertextBlock block(int key, int bound, long... residues) {
    BigInteger[] numbers =
        Arrays.stream(residues).mapToObj(BigInteger::valueOf).toArray(BigInteger[]::new);
    return space(key).block(space(key).modulus().residues(numbers), BigInteger.valueOf(bound));
  }

  private static BigInteger[] numbers(CiphertextBlock block) {
    return block.space().modulus().toIntegers(block.residues());
  }

  @Test
  void of_keyAgain_isTheSameUnlessAnyOfItsNumbersDiffers() {
    CiphertextSpace first = space(1);
    assertThat(space(1)).isSameAs(first);
    assertThat(first.width()).isEqualTo(32);
    assertThat(first.limit()).isEqualTo(LIMIT);
    assertThat(first.name()).isEqualTo("0101010101010101");
    BigInteger otherModulus = MODULUS.subtract(BigInteger.TWO);
    CiphertextSpace second = CiphertextSpace.of(fingerprint(1), otherModulus, LIMIT);
    assertThat(second.modulus().value()).isEqualTo(otherModulus);
    CiphertextSpace third = CiphertextSpace.of(fingerprint(1), otherModulus, LIMIT.add(ONE));
    assertThat(third.limit()).isEqualTo(LIMIT.add(ONE));
  }

  @Test
  void of_nineKeys_forgetsTheOneThatWasUsedLeastRecently() {
    List<CiphertextSpace> spaces =
        IntStream.range(0, 8).mapToObj(CiphertextSpaceTest::space).toList();
    assertThat(space(0)).isSameAs(spaces.get(0));
    CiphertextSpace ninth = space(8);
    for (int key : new int[] {0, 2, 3, 4, 5, 6, 7}) {
      assertThat(space(key)).isSameAs(spaces.get(key));
    }
    assertThat(space(8)).isSameAs(ninth);
    assertThat(space(1)).isNotSameAs(spaces.get(1));
  }

  @Test
  void requireFits_plaintextAtTheLimit_isRefusedWithItsIndex() {
    BigInteger largest = LIMIT.subtract(ONE);
    space(1).requireFits(PlaintextBlock.of(0, List.of(BigInteger.ZERO, largest)));
    PlaintextBlock beyond = PlaintextBlock.of(0, List.of(largest, LIMIT));
    assertThatThrownBy(() -> space(1).requireFits(beyond))
        .isInstanceOf(EncodingException.class)
        .hasMessage("Plaintext 1 does not fit a modulus of 201 bits");
  }

  @Test
  void requireRoom_halfOfTheLimit_isRefused() {
    BigInteger half = LIMIT.shiftRight(1);
    BigInteger largest = half.subtract(ONE);
    assertThat(space(1).requireRoom(largest)).isEqualTo(largest);
    assertThatThrownBy(() -> space(1).requireRoom(half))
        .isInstanceOf(EncodingException.class)
        .hasMessage("The sum may need 201 bits with its sign: must fit a modulus of 201 bits");
  }

  @ParameterizedTest
  @CsvSource({"0, -1", "32, 0", "31, 1", "33, 1", "0, 134217728"})
  void requireLength_anyOther_isRefused(int length, int count) {
    space(1).requireLength(new byte[0], 0);
    space(1).requireLength(new byte[64], 2);
    assertThatThrownBy(() -> space(1).requireLength(new byte[length], count))
        .isInstanceOf(ProtocolException.class)
        .hasMessage(
            "Invalid ciphertext block of "
                + length
                + " bytes: must be "
                + count
                + " ciphertexts of 32 bytes");
  }

  @Test
  void sum_blocks_multipliesResiduesAndAddsBounds() {
    CiphertextBlock sum =
        space(1).sum(List.of(block(1, 5, 2, 3), block(1, 7, 10, 20), block(1, 1, 100, 7)));
    assertThat(numbers(sum)).containsExactly(BigInteger.valueOf(2000), BigInteger.valueOf(420));
    assertThat(sum.bound()).isEqualTo(13);
  }

  @Test
  void sum_manyResidues_isRightInEveryPiece() {
    long[] left = IntStream.range(0, MANY).mapToLong(i -> i + 1).toArray();
    long[] right = IntStream.range(0, MANY).mapToLong(i -> 3L * i + 2).toArray();
    CiphertextBlock sum = space(1).sum(List.of(block(1, 1, left), block(1, 1, right)));
    assertThat(numbers(sum))
        .containsExactly(
            IntStream.range(0, MANY)
                .mapToObj(i -> BigInteger.valueOf((i + 1) * (3L * i + 2)))
                .toArray(BigInteger[]::new));
  }

  @Test
  void sum_oneBlock_isThatBlockWhateverItsBound() {
    CiphertextBlock received = space(1).block(block(1, 0, 5).residues(), LIMIT);
    assertThat(space(1).sum(List.of(received))).isSameAs(received);
    assertThatThrownBy(() -> space(1).sum(List.of(received, received)))
        .isInstanceOf(EncodingException.class);
  }

  @Test
  void sum_blocksThatDoNotGoTogether_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space(1).sum(List.of()))
        .withMessage("No blocks to add: must be at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space(1).sum(List.of(block(1, 1, 2, 3), block(1, 1, 2))))
        .withMessage("Invalid block size 1: must be 2");
    for (List<CiphertextBlock> blocks :
        List.of(List.of(block(2, 1, 2)), List.of(block(1, 1, 2), block(2, 1, 2)))) {
      assertThatThrownBy(() -> space(1).sum(blocks))
          .isInstanceOf(KeyMismatchException.class)
          .hasMessage("Ciphertexts under key 0202020202020202 used with key 0101010101010101");
    }
  }

  @Test
  void concat_blocks_keepsOrderAndTheLargestBound() {
    CiphertextBlock joined =
        CiphertextBlock.concat(List.of(block(1, 3, 7), block(1, 9, 8, 6), block(1, 4)));
    assertThat(numbers(joined))
        .containsExactly(BigInteger.valueOf(7), BigInteger.valueOf(8), BigInteger.valueOf(6));
    assertThat(joined.bound()).isEqualTo(9);
    assertThatThrownBy(() -> CiphertextBlock.concat(List.of(block(1, 1, 2), block(2, 1, 2))))
        .isInstanceOf(KeyMismatchException.class)
        .hasMessage("Blocks under keys 0101010101010101 and 0202020202020202");
  }

  @Test
  void serialisation_manyResidues_keepsEachAndTheBound() throws Exception {
    CiphertextBlock block = block(1, 12, IntStream.range(0, MANY).asLongStream().toArray());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(block);
    }
    CiphertextBlock back = (CiphertextBlock) read(bytes);
    assertThat(numbers(back)).isEqualTo(numbers(block));
    assertThat(back.bound()).isEqualTo(12);
    assertThat(back.space()).isSameAs(block.space());
  }

  @Test
  void deserialisation_blockThatIsNoCopyOfBytes_isRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new Forger(bytes, block(1, 1, 2))) {
      out.writeObject(block(1, 1, 2));
    }
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(InvalidObjectException.class)
        .hasMessage("A block is read from its bytes");
  }

  private static Object read(ByteArrayOutputStream bytes) throws Exception {
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  /** Writes a block itself where the block asks for its bytes to be written. */
  private static final class Forger extends ObjectOutputStream {
    private final CiphertextBlock instead;

    Forger(OutputStream out, CiphertextBlock instead) throws IOException {
      super(out);
      this.instead = instead;
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object object) {
      return instead;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.crypto.additive.CiphertextAssembly;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.error.ProtocolException;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.Shared;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of a tree's derivatives as they arrive, and where the rows are: those of all at once. */
class TreeGradientsTest {
  private static final AdditivePublicKey KEY = Forests.KEY.publicKey();
  private static final int WIDTH = KEY.ciphertextBytes();
  private static final int[] SIZES = {3, 17, 32, 2};

  /** Numbers that pass for ciphertexts: sums are products, whatever they are of. */
  private static byte[] numbers(int count) {
    byte[] all = new byte[count * WIDTH];
    new SplittableRandom(count).nextBytes(all);
    for (int i = 0; i < count; i++) {
      all[i * WIDTH] &= 0x3f;
    }
    return all;
  }

  private static byte[][] bins(int rows) {
    SplittableRandom random = new SplittableRandom(~rows);
    byte[][] bins = new byte[SIZES.length][rows];
    for (int j = 0; j < bins.length; j++) {
      for (int i = 0; i < rows; i++) {
        bins[j][i] = (byte) random.nextInt(SIZES[j]);
      }
    }
    return bins;
  }

  private static RowSlots slots(int rows, int rowsPerPlaintext) {
    return new RowSlots(GradientPacking.of(2048, rows, 1), 2048, rowsPerPlaintext);
  }

  private static Accumulation nothing(RowSlots slots) {
    return new Accumulation(KEY, new int[0][], SIZES, slots, true);
  }

  /** One multiplication after the other: by slot, and by bin. */
  private static BigInteger[] products(
      byte[][] bins, byte[] numbers, int[] ranks, int rowsPerPlaintext) {
    BigInteger modulus = KEY.space().modulus().value();
    int all = Arrays.stream(SIZES).sum();
    BigInteger[] products = new BigInteger[all * rowsPerPlaintext];
    Arrays.fill(products, BigInteger.ONE);
    for (int rank : ranks) {
      BigInteger number = new BigInteger(1, numbers, rank / rowsPerPlaintext * WIDTH, WIDTH);
      for (int j = 0, start = 0; j < SIZES.length; start += SIZES[j++]) {
        int at = rank % rowsPerPlaintext * all + start + bins[j][rank];
        products[at] = products[at].multiply(number).mod(modulus);
      }
    }
    return products;
  }

  /** Of the node of a number. */
  private static BigInteger[] products(
      List<Accumulation.Part> parts, int node, int rowsPerPlaintext) {
    CiphertextBlock sum = KEY.sum(parts.stream().map(Accumulation.Part::bins).toList());
    BigInteger[] all = KEY.space().modulus().toIntegers(KEY.space().residues(sum));
    int each = Arrays.stream(SIZES).sum() * rowsPerPlaintext;
    return Arrays.copyOfRange(all, node * each, (node + 1) * each);
  }

  private static int[] counts(List<Accumulation.Part> parts, int node) {
    int[] counts = new int[Arrays.stream(SIZES).sum()];
    parts.forEach(part -> Arrays.setAll(counts, bin -> counts[bin] + part.counts()[node][bin]));
    return counts;
  }

  private static int[] counts(byte[][] bins, int[] ranks) {
    int[] counts = new int[Arrays.stream(SIZES).sum()];
    for (int rank : ranks) {
      for (int j = 0, start = 0; j < SIZES.length; start += SIZES[j++]) {
        counts[start + bins[j][rank]]++;
      }
    }
    return counts;
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "8191,1,1",
    "8192,1,1",
    "16384,1,2",
    "16385,1,2",
    "25000,1,3",
    "30000,3,2",
    "24577,3,2"
  })
  void earlySums_piecesAsTheyArrive_areTheSumsOfAll(int rows, int rowsPerPlaintext, int pieces) {
    RowSlots slots = slots(rows, rowsPerPlaintext);
    int count = slots.plaintexts(rows);
    byte[] numbers = numbers(count);
    byte[][] bins = bins(rows);
    CiphertextAssembly assembly = new CiphertextAssembly(KEY, count);
    GradientBlock block = new GradientBlock(0, rows, bins, assembly.block());
    List<Accumulation.Part> parts;
    try (EarlySums early = new EarlySums(block, nothing(slots))) {
      GradientPieces arriving =
          new GradientPieces(
              count,
              WIDTH,
              piece -> {
                assembly.add(piece);
                early.arrived(assembly.size());
              });
      arriving.add(numbers);
      parts = early.await();
    }
    int[] all = RowSets.all(rows);
    assertThat(parts).hasSize(pieces);
    assertThat(products(parts, 0, rowsPerPlaintext))
        .isEqualTo(products(bins, numbers, all, rowsPerPlaintext));
    assertThat(counts(parts, 0)).isEqualTo(counts(bins, all));
    if (pieces == 1) {
      assertThat(parts.get(0).additions())
          .isEqualTo(Accumulation.sum(block, nothing(slots).of(all)).additions());
    }
  }

  @Test
  void earlySums_ofManyRows_arePiecesOfWhatHasComeBySteps() {
    int rows = 1_000_000;
    List<Integer> ends = new ArrayList<>();
    int from = 0;
    for (int to = 8192; from < rows; to += 8192) {
      to = Math.min(to, rows);
      if (EarlySums.isPiece(from, to, rows)) {
        ends.add(to);
        from = to;
      }
    }
    assertThat(ends)
        .containsExactly(262_144, 524_288, 770_048, 892_928, 950_272, 983_040, 999_424, 1_000_000);
  }

  private static int[] sample(int rows) {
    return IntStream.range(0, rows).filter(row -> row % 7 != 2).toArray();
  }

  /** The columns of a tree are the table's last ones. */
  private static byte[][] withAnother(byte[][] bins, int[] sample, int rows) {
    byte[][] table = new byte[bins.length + 1][rows];
    for (int j = 0; j < bins.length; j++) {
      for (int rank = 0; rank < sample.length; rank++) {
        table[j + 1][sample[rank]] = bins[j][rank];
      }
    }
    return table;
  }

  private static final int[] COLUMNS = {1, 2, 3, 4};

  private static List<BinnedBlock> cut(byte[][] table, int rows, int partitions) {
    return LocalAlignedRows.of(rows, new double[0][], partitions)
        .map(
            Boolean.TRUE,
            (block, ignored) -> {
              byte[][] part = new byte[table.length][];
              Arrays.setAll(
                  part,
                  j ->
                      Arrays.copyOfRange(
                          table[j], block.firstRow(), block.firstRow() + block.rows()));
              return new BinnedBlock(block.firstRow(), block.rows(), part);
            });
  }

  private static GradientSlices.Pieces handed(byte[] numbers, int count) {
    List<Shared<byte[]>> shared = new ArrayList<>();
    LocalAlignedRows<?> rows = LocalAlignedRows.of(1, new double[0][], 1);
    new GradientPieces(count, WIDTH, piece -> shared.add(rows.share(piece))).add(numbers);
    return new GradientSlices.Handed(shared);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "5,1", "1,3", "5,3", "7,4"})
  void slices_ofPartitions_giveTheSumsOfAll(int partitions, int rowsPerPlaintext) {
    int rows = 21_000;
    int[] sample = sample(rows);
    RowSlots slots = slots(sample.length, rowsPerPlaintext);
    int count = slots.plaintexts(sample.length);
    byte[] numbers = numbers(count);
    byte[][] bins = bins(sample.length);
    byte[][] table = withAnother(bins, sample, rows);
    GradientSlices slices = new GradientSlices(KEY, sample, COLUMNS, slots, handed(numbers, count));
    int[][] nodes = {
      RowSets.all(sample.length),
      IntStream.range(0, sample.length).filter(rank -> rank % 3 == 0).toArray(),
      {},
      {sample.length - 1}
    };
    List<Accumulation.Part> parts = new ArrayList<>();
    int next = 0;
    for (BinnedBlock block : cut(table, rows, partitions)) {
      GradientBlock slice = GradientSlices.of(block, slices);
      assertThat(slice.firstRank()).isEqualTo(next);
      next += slice.ranks();
      assertThat(slice.ciphertexts().toBytes())
          .isEqualTo(
              Arrays.copyOfRange(
                  numbers,
                  slice.firstRank() / rowsPerPlaintext * WIDTH,
                  slots.plaintexts(next) * WIDTH));
      parts.add(Accumulation.sum(slice, nothing(slots).of(nodes)));
    }
    assertThat(next).isEqualTo(sample.length);
    for (int k = 0; k < nodes.length; k++) {
      assertThat(products(parts, k, rowsPerPlaintext))
          .isEqualTo(products(bins, numbers, nodes[k], rowsPerPlaintext));
      assertThat(counts(parts, k)).isEqualTo(counts(bins, nodes[k]));
    }
  }

  @Test
  void earlySums_addingFails_tellsWhy() {
    GradientBlock block = new GradientBlock(0, 3, bins(2), new CiphertextAssembly(KEY, 3).block());
    try (EarlySums early = new EarlySums(block, nothing(slots(3, 1)))) {
      early.arrived(3);
      assertThatThrownBy(early::await).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void slices_partitionWithoutRowsOfTheTree_isEmpty() {
    int[] sample = {5, 6};
    GradientSlices slices =
        new GradientSlices(KEY, sample, new int[] {0}, slots(10, 1), handed(numbers(2), 2));
    for (int first : new int[] {0, 7}) {
      GradientBlock slice = GradientSlices.of(new BinnedBlock(first, 3, new byte[1][3]), slices);
      assertThat(slice.ranks()).isZero();
      assertThat(slice.ciphertexts().size()).isZero();
      Accumulation what =
          new Accumulation(KEY, new int[][] {{0, 1}}, new int[] {2}, slots(10, 1), true);
      assertThat(Accumulation.sum(slice, what).counts()).isDeepEqualTo(new int[][] {{0, 0}});
    }
  }

  @Test
  void slices_ofNumbersThatAreNoCiphertexts_areRefusedWhereTheyAre() {
    byte[] numbers = numbers(100);
    Arrays.fill(numbers, 60 * WIDTH, 61 * WIDTH, (byte) 0);
    GradientSlices slices =
        new GradientSlices(
            KEY, RowSets.all(100), new int[] {0}, slots(100, 1), handed(numbers, 100));
    assertThat(GradientSlices.of(new BinnedBlock(0, 60, new byte[1][60]), slices).ranks())
        .isEqualTo(60);
    assertThatThrownBy(() -> GradientSlices.of(new BinnedBlock(60, 40, new byte[1][40]), slices))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Ciphertext 0 is out of range");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.ot;

import static io.heddle.ot.TwoParties.COIN;
import static io.heddle.ot.TwoParties.INPUT;
import static io.heddle.ot.TwoParties.RECEIVER;
import static io.heddle.ot.TwoParties.SALT;
import static io.heddle.ot.TwoParties.SENDER;
import static io.heddle.ot.TwoParties.USE;
import static io.heddle.ot.TwoParties.bit;
import static io.heddle.ot.TwoParties.secretOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.ot.OtMessage.BaseOtAnswers;
import io.heddle.ot.OtMessage.BaseOtPoints;
import io.heddle.ot.OtMessage.KkrtRows;
import io.heddle.ot.TwoParties.Run;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KkrtTest {
  private static final int WIDTH = 11;

  static Stream<Parties.Network> networks() {
    return TwoParties.networks();
  }

  private static KkrtReceiver receiver(Channel channel, OtUse use) {
    return KkrtReceiver.open(channel, SENDER, use, secretOf(RECEIVER), COIN);
  }

  private static KkrtSender sender(Channel channel, OtUse use) {
    return KkrtSender.open(channel, RECEIVER, use, secretOf(SENDER), COIN);
  }

  /** One partition; the sender asks for the receiver's own items. */
  private static Run run(Parties.Network network, OtUse use, int partition, byte[] items) {
    int rows = items.length / 16;
    return TwoParties.run(
        network,
        channel -> {
          KkrtSender sender = sender(channel, use);
          OprfRows keys = sender.receive(channel, RECEIVER, partition, rows);
          return sender.blocks().tags(keys, items, IntStream.range(0, rows).toArray(), WIDTH);
        },
        channel -> receiver(channel, use).send(channel, SENDER, partition, items, WIDTH));
  }

  private static Run run(OtUse use, int partition, byte[] items) {
    return run(InMemoryExchange::network, use, partition, items);
  }

  private static byte[] items(int rows) {
    return TwoParties.bytes("items", rows * 16);
  }

  private static List<KkrtRows> blocks(Run run) {
    return Objects.requireNonNull(run.sent().get(RECEIVER)).stream()
        .filter(KkrtRows.class::isInstance)
        .map(KkrtRows.class::cast)
        .toList();
  }

  private static byte[] masked(Run run) {
    return NaiveOt.join(blocks(run).stream().map(KkrtRows::rows).toArray(byte[][]::new));
  }

  private static Set<String> different(byte[] flat, int width) {
    Set<String> different = new HashSet<>();
    for (int i = 0; i < flat.length / width; i++) {
      different.add(HexFormat.of().formatHex(NaiveOt.cut(flat, i, width)));
    }
    return different;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 4097, 8192, 8193})
  void tags_ofTheReceiversItems_areTheSameAtBothParties(int rows) {
    Run run = run(USE, 3, items(rows));
    assertThat((byte[]) run.ofReceiver()).hasSize(rows * WIDTH).isEqualTo(run.ofSender());
    assertThat(different((byte[]) run.ofReceiver(), WIDTH)).hasSize(rows);
    assertThat(masked(run)).hasSize(rows * 56);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void tags_onEveryNetwork_areTheSameAtBothParties(Parties.Network network) {
    Run run = run(network, USE, 0, items(20_001));
    assertThat(run.ofReceiver()).isEqualTo(run.ofSender());
    assertThat(blocks(run)).hasSize(3);
  }

  /** Both are made anew from what they kept between two partitions. */
  @Test
  void tags_afterARestartOfBoth_areThoseOfTheRunWithoutOne() {
    byte[] items = items(9000);
    Run undisturbed =
        TwoParties.run(
            channel -> tags(sender(channel, USE), channel, items),
            channel -> {
              KkrtReceiver receiver = receiver(channel, USE);
              return NaiveOt.join(
                  receiver.send(channel, SENDER, 0, items, WIDTH),
                  receiver.send(channel, SENDER, 1, items, WIDTH));
            });
    Run restarted =
        TwoParties.run(
            channel -> {
              byte[] state = sender(channel, USE).state();
              return tags(
                  KkrtSender.restored(channel, USE, secretOf(SENDER), COIN, state), channel, items);
            },
            channel -> {
              KkrtReceiver before = receiver(channel, USE);
              byte[] sent = before.send(channel, SENDER, 0, items, WIDTH);
              KkrtReceiver after = KkrtReceiver.restored(channel, USE, COIN, before.state());
              assertThat(after.tagsOfSent(0, items, WIDTH)).isEqualTo(sent);
              assertThatThrownBy(() -> after.send(channel, SENDER, 0, items, WIDTH))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessage("Partition 0 has been sent already");
              return NaiveOt.join(sent, after.send(channel, SENDER, 1, items, WIDTH));
            });
    assertThat(restarted.ofReceiver()).isEqualTo(undisturbed.ofReceiver());
    assertThat(restarted.ofSender()).isEqualTo(undisturbed.ofSender());
    assertThat(masked(restarted)).isEqualTo(masked(undisturbed));
    assertThat(restarted.ofSender()).isEqualTo(restarted.ofReceiver());
  }

  /** Of the items in the rows of two partitions. */
  private static byte[] tags(KkrtSender sender, Channel channel, byte[] items) {
    int[] rows = IntStream.range(0, items.length / 16).toArray();
    OprfRows first = sender.receive(channel, RECEIVER, 0, rows.length);
    OprfRows second = sender.receive(channel, RECEIVER, 1, rows.length);
    return NaiveOt.join(
        sender.blocks().tags(first, items, rows, WIDTH),
        sender.blocks().tags(second, items, rows, WIDTH));
  }

  @Test
  void state_ofAnotherSize_isRefused() {
    Run run =
        TwoParties.run(
            channel -> {
              sender(channel, USE);
              assertThatThrownBy(
                      () ->
                          KkrtSender.restored(channel, USE, secretOf(SENDER), COIN, new byte[100]))
                  .hasMessage("Invalid state of 100 bytes: must be 7168");
              return new byte[0];
            },
            channel -> {
              receiver(channel, USE);
              assertThatThrownBy(() -> KkrtReceiver.restored(channel, USE, COIN, new byte[100]))
                  .hasMessage("Invalid state of 100 bytes: must be 14336");
              return new byte[0];
            });
    assertThat((byte[]) run.ofSender()).isEmpty();
  }

  @Test
  void tags_noRows_takeNoMessageAndAreNone() {
    Run run = run(USE, 0, new byte[0]);
    assertThat((byte[]) run.ofReceiver()).isEmpty();
    assertThat((byte[]) run.ofSender()).isEmpty();
    assertThat(blocks(run)).isEmpty();
  }

  @Test
  void tags_ofOtherItemsOrInOtherRows_areOthers() {
    byte[] items = items(100);
    byte[] others = TwoParties.bytes("others", 100 * 16);
    // One bit away from the receiver's.
    others[0] = (byte) (items[0] ^ 1);
    System.arraycopy(items, 1, others, 1, 15);
    Run run =
        TwoParties.run(
            channel -> {
              KkrtSender sender = sender(channel, USE);
              OprfRows keys = sender.receive(channel, RECEIVER, 0, 100);
              int[] rows = IntStream.range(0, 100).toArray();
              int[] shifted = IntStream.range(0, 100).map(i -> (i + 1) % 100).toArray();
              KkrtSender.Blocks blocks = sender.blocks();
              return NaiveOt.join(
                  blocks.tags(keys, others, rows, WIDTH), blocks.tags(keys, items, shifted, WIDTH));
            },
            channel -> receiver(channel, USE).send(channel, SENDER, 0, items, WIDTH));
    Set<String> own = different((byte[]) run.ofReceiver(), WIDTH);
    assertThat(different((byte[]) run.ofSender(), WIDTH))
        .hasSize(200)
        .doesNotContainAnyElementsOf(own);
  }

  @Test
  void tags_eachItemInThreeRows_areThoseOfOneRowAtATime() {
    byte[] items = items(5000);
    int[] three = IntStream.range(0, 15_000).map(i -> (i * 7 + i % 3) % 5000).toArray();
    Run run =
        TwoParties.run(
            channel -> {
              KkrtSender sender = sender(channel, USE);
              OprfRows keys = sender.receive(channel, RECEIVER, 0, 5000);
              KkrtSender.Blocks blocks = sender.blocks();
              byte[] all = blocks.tags(keys, items, three, WIDTH);
              for (int i = 0; i < 15_000; i += 1009) {
                byte[] item = NaiveOt.cut(items, i / 3, 16);
                assertThat(NaiveOt.cut(all, i, WIDTH))
                    .isEqualTo(blocks.tags(keys, item, new int[] {three[i]}, WIDTH));
              }
              assertThat(blocks.tags(keys, new byte[0], new int[0], WIDTH)).isEmpty();
              return all;
            },
            channel -> receiver(channel, USE).send(channel, SENDER, 0, items, WIDTH));
    byte[] own = (byte[]) run.ofReceiver();
    int same = 0;
    for (int i = 0; i < 15_000; i++) {
      if (three[i] == i / 3) {
        assertThat(NaiveOt.cut((byte[]) run.ofSender(), i, WIDTH))
            .isEqualTo(NaiveOt.cut(own, i / 3, WIDTH));
        same++;
      }
    }
    assertThat(same).isPositive();
  }

  @Test
  void partitions_ofOneUse_areIndependentAndMayComeInAnyOrder() {
    byte[] items = items(70);
    Run run =
        TwoParties.run(
            channel -> {
              KkrtSender sender = sender(channel, USE);
              OprfRows second = sender.receive(channel.step("p2"), RECEIVER, 2, 70);
              OprfRows first = sender.receive(channel.step("p1"), RECEIVER, 1, 70);
              int[] rows = IntStream.range(0, 70).toArray();
              return NaiveOt.join(
                  sender.blocks().tags(first, items, rows, WIDTH),
                  sender.blocks().tags(second, items, rows, WIDTH));
            },
            channel -> {
              KkrtReceiver receiver = receiver(channel, USE);
              byte[] first = receiver.send(channel.step("p1"), SENDER, 1, items, WIDTH);
              byte[] second = receiver.send(channel.step("p2"), SENDER, 2, items, WIDTH);
              assertThatThrownBy(() -> receiver.send(channel, SENDER, 1, items, WIDTH))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessage("Partition 1 has been sent already");
              return NaiveOt.join(first, second);
            });
    assertThat(run.ofSender()).isEqualTo(run.ofReceiver());
    assertThat(different((byte[]) run.ofReceiver(), WIDTH)).hasSize(140);
    // The same items under other masks.
    assertThat(different(masked(run), 8)).hasSize(2 * 70 * 7);
  }

  @Test
  void blocks_madeInAnyOrderAndAgain_areTheSame() {
    byte[] items = items(20_000);
    Run run =
        TwoParties.run(
            channel -> {
              KkrtSender sender = sender(channel, USE);
              OprfRows inOrder = sender.receive(channel, RECEIVER, 0, 20_000);
              return sender.blocks().tags(inOrder, items, new int[20_000], WIDTH);
            },
            channel -> {
              KkrtReceiver receiver = receiver(channel, USE);
              byte[] tags = receiver.send(channel, SENDER, 0, items, WIDTH);
              KkrtReceiver.Blocks blocks = receiver.blocks();
              byte[] again = new byte[tags.length];
              byte[][] masked = new byte[3][];
              for (int block : new int[] {2, 0, 1, 2}) {
                masked[block] = blocks.mask(0, block, items, WIDTH, again);
              }
              assertThat(again).isEqualTo(tags);
              return NaiveOt.join(masked);
            });
    assertThat(masked(run)).isEqualTo(run.ofReceiver());
  }

  @Test
  void blocks_madeAndTakenByThreads_areTheSame() {
    byte[] items = items(40_000);
    int[] rows = IntStream.range(0, 40_000).toArray();
    Run run =
        TwoParties.run(
            channel -> {
              KkrtSender sender = sender(channel, USE);
              OprfRows keys = sender.rows(9, 40_000);
              List<KkrtRows> masked =
                  IntStream.range(0, KkrtReceiver.blocks(40_000))
                      .mapToObj(i -> channel.receive(RECEIVER, KkrtRows.class))
                      .toList();
              masked.parallelStream()
                  .forEach(block -> sender.blocks().take(keys, block.block(), block.rows()));
              assertThat(keys.partition()).isEqualTo(9);
              return sender.blocks().tags(keys, items, rows, WIDTH);
            },
            channel -> {
              KkrtReceiver receiver = receiver(channel, USE);
              byte[] tags = new byte[40_000 * WIDTH];
              List<KkrtRows> masked =
                  IntStream.range(0, KkrtReceiver.blocks(40_000))
                      .parallel()
                      .mapToObj(
                          i -> new KkrtRows(9, i, receiver.blocks().mask(9, i, items, WIDTH, tags)))
                      .toList();
              masked.forEach(block -> channel.send(SENDER, block));
              return tags;
            });
    assertThat(run.ofSender()).isEqualTo(run.ofReceiver());
  }

  @Test
  void rowsAndTags_madeOverAllCores_areThoseOfOneThreadAndAreCounted() {
    int rows = 20_000;
    byte[] items = items(rows);
    int[] three = IntStream.range(0, 3 * rows).map(i -> (i * 7 + i % 3) % rows).toArray();
    LongAdder sent = new LongAdder();
    LongAdder taken = new LongAdder();
    LongAdder tagged = new LongAdder();
    TwoParties.run(
        channel -> {
          KkrtSender sender = sender(channel, USE);
          OprfRows keys = sender.receive(channel, RECEIVER, 0, rows, taken::add);
          byte[] all = sender.tags(keys, items, three, WIDTH, tagged::add);
          assertThat(all).isEqualTo(sender.blocks().tags(keys, items, three, WIDTH));
          assertThat(sender.tags(keys, new byte[0], new int[0], WIDTH, tagged::add)).isEmpty();
          return all;
        },
        channel -> receiver(channel, USE).send(channel, SENDER, 0, items, WIDTH, sent::add));
    assertThat(List.of(sent.sum(), taken.sum(), tagged.sum())).containsOnly((long) rows);
  }

  @Test
  void run_transcript_isWhatTheDocumentSaysBitByBit() {
    int rows = 70;
    byte[] items = items(rows);
    Run run = run(USE, 5, items);
    byte[] binding = NaiveOt.binding(SALT, 1, "1-ot", "kkrt");
    byte[] scalar = new byte[32];
    secretOf(RECEIVER).derive("ot/base sender", binding, INPUT, new byte[0]).fill(0, scalar);
    BigInteger a = NaiveOt.clamp(scalar);
    byte[] choices = new byte[56];
    secretOf(SENDER).derive("ot/columns", binding, INPUT, new byte[0]).fill(0, choices);
    byte[] points = run.only(RECEIVER, BaseOtPoints.class).points();
    byte[] answers = run.only(SENDER, BaseOtAnswers.class).strings();
    byte[][] zeros = new byte[448][];
    byte[][] ones = new byte[448][];
    byte[][] chosen = new byte[448][];
    IntStream.range(0, 448)
        .parallel()
        .forEach(
            i -> {
              byte[][] keys = NaiveOt.senderKeys(binding, points, a, answers, i);
              zeros[i] = keys[0];
              ones[i] = keys[1];
              chosen[i] = keys[bit(choices, i) ? 1 : 0];
            });
    for (int row = 0; row < rows; row += 3) {
      byte[] item = NaiveOt.cut(items, row, 16);
      BitSet own = NaiveOt.streamRow(zeros, 5, row);
      BitSet sent = NaiveOt.streamRow(ones, 5, row);
      sent.xor(own);
      sent.xor(NaiveOt.code(COIN, item));
      assertThat(NaiveOt.cut(masked(run), row, 56)).isEqualTo(NaiveOt.bytes(sent, 56));
      assertThat(NaiveOt.cut((byte[]) run.ofReceiver(), row, WIDTH))
          .isEqualTo(NaiveOt.tag(NaiveOt.bytes(own, 56), binding, 5, row, WIDTH));
      // The sender's way: q = stream + s u, then q + s C(x).
      sent.xor(NaiveOt.code(COIN, item));
      sent.and(BitSet.valueOf(choices));
      sent.xor(NaiveOt.streamRow(chosen, 5, row));
      assertThat(NaiveOt.cut((byte[]) run.ofSender(), row, WIDTH))
          .isEqualTo(NaiveOt.tag(NaiveOt.bytes(sent, 56), binding, 5, row, WIDTH));
    }
  }

  @Test
  void run_again_sendsTheSameBytes() {
    Run first = run(USE, 0, items(100));
    Run second = run(USE, 0, items(100));
    assertThat(masked(second)).isEqualTo(masked(first));
    assertThat(second.ofReceiver()).isEqualTo(first.ofReceiver());
  }

  static Stream<OtUse> otherUses() {
    return Stream.of(
        new OtUse(SALT, 2, INPUT),
        new OtUse(SALT, 1, NaiveOt.sha256()),
        new OtUse(INPUT, 1, INPUT));
  }

  @ParameterizedTest
  @MethodSource("otherUses")
  void run_otherAttemptInputOrSalt_masksWithOtherBits(OtUse other) {
    byte[] items = items(2000);
    byte[] first = masked(run(USE, 0, items));
    byte[] second = masked(run(other, 0, items));
    // The same codes, so what differs are the masks: each place in half of the rows.
    int differing = BitSet.valueOf(xor(first, second)).cardinality();
    assertThat(differing).isBetween(448_000 - 2840, 448_000 + 2840);
    assertThat(different(first, 16)).doesNotContainAnyElementsOf(different(second, 16));
  }

  private static byte[] xor(byte[] a, byte[] b) {
    byte[] out = new byte[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (a[i] ^ b[i]);
    }
    return out;
  }

  @Test
  void masked_allItemsEqual_haveAsManyOnesAsZerosInEachColumnAndRow() {
    byte[] masked = masked(run(USE, 0, new byte[8192 * 16]));
    int[] columns = new int[448];
    for (int row = 0; row < 8192; row++) {
      BitSet bits = BitSet.valueOf(Arrays.copyOfRange(masked, row * 56, row * 56 + 56));
      // Six and a half standard deviations: of 8192 rows and 448 columns.
      assertThat(bits.cardinality()).isBetween(224 - 69, 224 + 69);
      bits.stream().forEach(column -> columns[column]++);
    }
    for (int ones : columns) {
      assertThat(ones).isBetween(4096 - 295, 4096 + 295);
    }
  }

  @Test
  void calls_thatFitNoRows_areRefused() {
    TwoParties.run(
        channel -> {
          KkrtSender sender = sender(channel, USE);
          OprfRows keys = sender.rows(0, 10);
          KkrtSender.Blocks blocks = sender.blocks();
          assertThatThrownBy(() -> blocks.tags(keys, new byte[32], new int[3], 8))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("Invalid rows, 3 for 2 items: must be as many for each");
          for (int width : new int[] {0, 33}) {
            assertThatThrownBy(() -> blocks.tags(keys, new byte[32], new int[2], width))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be 1 to 32");
          }
          return 0;
        },
        channel -> {
          KkrtReceiver receiver = receiver(channel, USE);
          assertThatThrownBy(() -> receiver.send(channel, SENDER, 0, new byte[17], 8))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("must be 16 for each row");
          return 0;
        });
  }
}

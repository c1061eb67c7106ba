// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static io.heddle.psi.rr22.Rr22Runs.RECEIVER;
import static io.heddle.psi.rr22.Rr22Runs.SENDER;
import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.channel.TappedChannel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.shared.StepLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in several partitions, and parties that go on with them after being killed. */
class Rr22PartitionsTest {
  private static final int PARTITION_IDS = 100;
  private static final int PARTITIONS = 3;
  private static final List<String> OF_RECEIVER = range(0, 300);
  private static final List<String> OF_SENDER = range(200, 480);

  private final Map<PartyId, Queue<Message>> sent =
      Map.of(RECEIVER, new ConcurrentLinkedQueue<>(), SENDER, new ConcurrentLinkedQueue<>());
  private final Map<PartyId, StepLog> logs = Map.of(RECEIVER, new StepLog(), SENDER, new StepLog());

  private Parties.Code<List<String>> code(List<String> ids, boolean allLearn, int partitionIds) {
    return session -> {
      Channel step =
          TappedChannel.keepingSent(
              session.beginStep("psi", new TreeMap<>()),
              Objects.requireNonNull(sent.get(session.self())));
      return Rr22Runs.run(step, session::privateRandomness, ids, allLearn, partitionIds);
    };
  }

  private SortedMap<PartyId, List<String>> run(
      List<String> receiver, List<String> sender, boolean allLearn, int partitionIds) {
    return Parties.run(
        Rr22PsiTest::smallWindows,
        PsiMessages.TYPES,
        Map.of(
            RECEIVER, code(receiver, allLearn, partitionIds),
            SENDER, code(sender, allLearn, partitionIds)));
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    return Stream.of(
        Arguments.of("overlap", range(0, 300), range(200, 600), 150),
        Arguments.of("all common", range(0, 500), range(0, 500), 200),
        Arguments.of("none common", range(0, 300), range(300, 700), 150),
        Arguments.of("empty receiver", none, range(0, 300), 100),
        Arguments.of("empty sender", range(0, 300), none, 100),
        Arguments.of("one of many", List.of("customer-7"), range(0, 300), 100),
        Arguments.of("many and one of them", range(0, 300), List.of("customer-7"), 100),
        Arguments.of("fewer ids than partitions", range(0, 5), range(2, 5), 1),
        Arguments.of("more than a chunk in each", range(0, 40_000), range(20_000, 60_000), 18_000));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void sets_inSeveralPartitions_giveThePlainIntersection(
      String name, List<String> receiver, List<String> sender, int partitionIds) {
    Layout layout = Layout.of(receiver.size(), sender.size(), partitionIds);
    assertThat(layout.partitions()).isGreaterThan(1);
    Set<String> expected = new HashSet<>(receiver);
    expected.retainAll(new HashSet<>(sender));
    SortedMap<PartyId, List<String>> common =
        run(shuffled(receiver, 1), shuffled(sender, 2), true, partitionIds);
    List<String> ofReceiver = Objects.requireNonNull(common.get(RECEIVER));
    assertThat(ofReceiver).hasSameSizeAs(expected).hasSameElementsAs(expected);
    assertThat(common.get(SENDER)).isEqualTo(ofReceiver);

    // All lists are as long as they may be.
    int tags =
        Objects.requireNonNull(sent.get(SENDER)).stream()
            .mapToInt(m -> m instanceof IdTags list ? list.items().length : 0)
            .sum();
    assertThat(tags).isEqualTo(layout.places() * layout.tagWidth());
  }

  @Test
  void receiverAlone_learnsTheIntersection() {
    SortedMap<PartyId, List<String>> common =
        run(shuffled(range(0, 300), 1), shuffled(range(100, 400), 2), false, 100);
    assertThat(common.get(SENDER)).isEmpty();
    assertThat(common.get(RECEIVER)).containsExactlyInAnyOrderElementsOf(range(100, 300));
  }

  @Test
  void sizesOnTheWire_ofOtherIdsAsMany_areTheSame() {
    assertThat(run(range(0, 300), range(200, 500), true, 100)).hasSize(2);
    List<Integer> first = sizes();
    sent.values().forEach(Collection::clear);
    assertThat(run(range(1000, 1300), range(1290, 1590), true, 100)).hasSize(2);
    assertThat(sizes()).isEqualTo(first).hasSizeGreaterThan(3 * 6);
  }

  private List<Integer> sizes() {
    MessageCodec codec = Parties.codec(PsiMessages.TYPES);
    List<Integer> sizes = new ArrayList<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      Objects.requireNonNull(sent.get(party)).forEach(m -> sizes.add(codec.encode(m).length));
    }
    return sizes;
  }

  @Test
  void parties_withOtherPartitions_doNotGoOn() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    RECEIVER,
                    code(range(0, 300), true, 60),
                    SENDER,
                    code(range(0, 300), true, 100)))
        .isInstanceOf(ProtocolException.class);
  }

  private static List<String> own(PartyId party) {
    return party.equals(RECEIVER) ? OF_RECEIVER : OF_SENDER;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void party_startedAgainAfterAnyPartition_sendsTheRestByteByByte(boolean allLearn) {
    Map<PartyId, Parties.Code<Integer>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session -> {
            Channel step = session.beginStep("psi", new TreeMap<>());
            StepLog log = Objects.requireNonNull(logs.get(party));
            List<String> common =
                Rr22Runs.run(
                    log.through(step),
                    session::privateRandomness,
                    shuffled(own(party), 1),
                    allLearn,
                    PARTITION_IDS);
            int checked = 0;
            for (StepLog.Commit commit : log.commits) {
              StepLog again = new StepLog();
              List<String> sameCommon =
                  Rr22Runs.run(
                      again.offline(step, log, commit),
                      session::privateRandomness,
                      shuffled(own(party), 2),
                      allLearn,
                      PARTITION_IDS);
              assertThat(sameCommon).isEqualTo(common);
              assertThat(again.sent).isEqualTo(log.sent.subList(commit.sent(), log.sent.size()));
              assertThat(states(again)).isEqualTo(states(log).subList(++checked, PARTITIONS));
            }
            return checked;
          });
    }
    SortedMap<PartyId, Integer> checked = Parties.run(PsiMessages.TYPES, codes);
    assertThat(checked.values()).containsOnly(PARTITIONS);
    // What is left of the work becomes less with each.
    for (StepLog log : logs.values()) {
      assertThat(log.commits.stream().map(StepLog.Commit::sent)).isSorted();
      assertThat(log.commits.get(0).received()).isLessThan(log.commits.get(1).received());
    }
  }

  private static List<String> states(StepLog log) {
    return log.commits.stream().map(c -> HexFormat.of().formatHex(c.state())).toList();
  }

  @Test
  void state_damagedOrOfOtherIds_isRefusedOrReadAsItIs() {
    StepLog log = Objects.requireNonNull(logs.get(RECEIVER));
    Map<PartyId, Parties.Code<List<String>>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session ->
              Rr22Runs.run(
                  Objects.requireNonNull(logs.get(party))
                      .through(session.beginStep("psi", new TreeMap<>())),
                  session::privateRandomness,
                  own(party),
                  true,
                  PARTITION_IDS));
    }
    assertThat(Parties.run(PsiMessages.TYPES, codes)).hasSize(2);
    byte[] state = log.commits.get(1).state();
    assertThat(Rr22State.isOne(state)).isTrue();
    assertThat(Rr22State.read(state, Rr22Runs.ids(OF_RECEIVER)).done()).isEqualTo(2);
    assertThatThrownBy(() -> Rr22State.read(state, Rr22Runs.ids(range(1, 301))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("300 then, 300 others now");
    for (int length = 4; length < state.length; length += 97) {
      byte[] shorter = Arrays.copyOf(state, length);
      assertThatThrownBy(() -> Rr22State.read(shorter, Rr22Runs.ids(OF_RECEIVER)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("cannot be read");
    }
    byte[] longer = Arrays.copyOf(state, state.length + 1);
    assertThatThrownBy(() -> Rr22State.read(longer, Rr22Runs.ids(OF_RECEIVER)))
        .isInstanceOf(CheckpointException.class);
    // A bit of a place more than there are common ids.
    byte[] another = state.clone();
    another[state.length - 1] ^= 1;
    assertThatThrownBy(() -> Rr22State.read(another, Rr22Runs.ids(OF_RECEIVER)))
        .isInstanceOf(CheckpointException.class);
    assertThat(Rr22State.isOne(new byte[] {1})).isFalse();
  }

  @Test
  void run_anySchedule_isTheSame(@TempDir Path directory) {
    List<String> common = new ArrayList<>();
    Schedules.run(
        "an intersection by rr22 in partitions",
        10,
        (seed, network) -> {
          Map<PartyId, Parties.Code<List<String>>> codes = new TreeMap<>();
          for (PartyId party : List.of(RECEIVER, SENDER)) {
            codes.put(
                party,
                session ->
                    untilEnd(
                        session.beginStep("psi", new TreeMap<>()), session::privateRandomness));
          }
          Path disks = directory.resolve("disks-" + seed);
          SortedMap<PartyId, List<String>> found =
              SimulatedJob.run(network, Files.createDirectory(disks), PsiMessages.TYPES, codes);
          if (common.isEmpty()) {
            common.addAll(Objects.requireNonNull(found.get(RECEIVER)));
            assertThat(common).containsExactlyInAnyOrderElementsOf(range(200, 300));
          }
          assertThat(found.values()).containsOnly(common);
        });
  }

  /** Keeps the result in the end, as the step's door does: peers may have left when it is asked. */
  private static List<String> untilEnd(Channel step, PrivateRandomness randomness) {
    byte[] kept = step.restored();
    if (kept != null && !Rr22State.isOne(kept)) {
      return List.of(new String(kept, StandardCharsets.UTF_8).split(" "));
    }
    List<String> common = Rr22Runs.run(step, randomness, own(step.self()), true, PARTITION_IDS);
    step.commit(String.join(" ", common).getBytes(StandardCharsets.UTF_8));
    return common;
  }
}

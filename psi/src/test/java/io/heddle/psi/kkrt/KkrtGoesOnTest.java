// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static io.heddle.psi.kkrt.PartitionRuns.RECEIVER;
import static io.heddle.psi.kkrt.PartitionRuns.SENDER;
import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.shared.StepLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parties that are killed and started again keep the partitions that were done. */
class KkrtGoesOnTest {
  private static final int PARTITION_IDS = 60;
  private static final int PARTITIONS = 5;
  private static final List<String> OF_RECEIVER = range(0, 300);
  private static final List<String> OF_SENDER = range(200, 480);

  private final Map<PartyId, StepLog> logs = Map.of(RECEIVER, new StepLog(), SENDER, new StepLog());

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
                PartitionRuns.run(
                    log.through(step),
                    session::privateRandomness,
                    shuffled(own(party), 1),
                    allLearn,
                    PARTITION_IDS);
            int checked = 0;
            for (StepLog.Commit commit : log.commits) {
              StepLog again = new StepLog();
              List<String> sameCommon =
                  PartitionRuns.run(
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
              PartitionRuns.run(
                  Objects.requireNonNull(logs.get(party))
                      .through(session.beginStep("psi", new TreeMap<>())),
                  session::privateRandomness,
                  own(party),
                  true,
                  PARTITION_IDS));
    }
    assertThat(Parties.run(PsiMessages.TYPES, codes)).hasSize(2);
    byte[] state = log.commits.get(2).state();
    assertThat(KkrtState.isOne(state)).isTrue();
    assertThat(KkrtState.read(state, PartitionRuns.ids(OF_RECEIVER)).done()).isEqualTo(3);
    assertThatThrownBy(() -> KkrtState.read(state, PartitionRuns.ids(range(1, 301))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("300 then, 300 others now");
    for (int length = 4; length < state.length; length += 97) {
      byte[] shorter = Arrays.copyOf(state, length);
      assertThatThrownBy(() -> KkrtState.read(shorter, PartitionRuns.ids(OF_RECEIVER)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("cannot be read");
    }
    byte[] longer = Arrays.copyOf(state, state.length + 1);
    assertThatThrownBy(() -> KkrtState.read(longer, PartitionRuns.ids(OF_RECEIVER)))
        .isInstanceOf(CheckpointException.class);
    assertThat(KkrtState.isOne(new byte[] {1})).isFalse();
  }

  @Test
  void run_anySchedule_isTheSame(@TempDir Path directory) {
    List<String> common = new ArrayList<>();
    Schedules.run(
        "an intersection by kkrt in partitions",
        20,
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
    if (kept != null && !KkrtState.isOne(kept)) {
      return List.of(new String(kept, StandardCharsets.UTF_8).split(" "));
    }
    List<String> common =
        PartitionRuns.run(step, randomness, own(step.self()), true, PARTITION_IDS);
    step.commit(String.join(" ", common).getBytes(StandardCharsets.UTF_8));
    return common;
  }
}

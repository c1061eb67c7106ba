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
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.FoundRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.StepLog;
import io.heddle.psi.tasks.IdFacts;
import io.heddle.psi.tasks.OwnIds;
import io.heddle.session.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drivers that are killed and started again keep the partitions that their tasks have done. */
class KkrtTasksGoOnTest {
  /** Nine partitions, in three groups. */
  private static final PsiLimits LIMITS =
      new PsiLimits(1, 1000, PsiProtocol.KKRT, true, RunRecord.NONE, 34);

  private static final int PARTITIONS = 9;
  private static final int GROUPS = 3;

  private final Map<PartyId, BlobStore> stores =
      Map.of(RECEIVER, BlobStore.temporary(64 << 20), SENDER, BlobStore.temporary(64 << 20));
  private final Map<PartyId, StepLog> logs = Map.of(RECEIVER, new StepLog(), SENDER, new StepLog());

  @AfterEach
  void close() {
    stores.values().forEach(BlobStore::close);
  }

  private static List<String> own(PartyId party) {
    return party.equals(RECEIVER) ? range(0, 300) : range(180, 480);
  }

  private static FoundRows align(Session session, Channel step, OwnIds ids) {
    return PrivateSetIntersection.align(
        step,
        RECEIVER,
        session.bindingSalt("psi"),
        session::privateRandomness,
        ids,
        LIMITS,
        Progress.NONE);
  }

  private static List<String> aligned(Session session, Channel step, LocalIds ids) {
    return ids.aligned((DealtAlignment) align(session, step, ids));
  }

  private static List<String> states(StepLog log) {
    return log.commits.stream().map(c -> HexFormat.of().formatHex(c.state())).toList();
  }

  private static long worked(LocalIds ids, int first) {
    return ids.worked.stream()
        .filter(work -> work.startsWith("PartitionTask"))
        .mapToInt(work -> Integer.parseInt(work.substring(work.indexOf(' ') + 1)))
        .filter(partition -> partition < first)
        .count();
  }

  @Test
  void party_startedAgainAfterAnyGroup_sendsTheRestByteByByteAndRepeatsNoTask() {
    Map<PartyId, Parties.Code<Integer>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session -> {
            Channel step = session.beginStep("psi", new TreeMap<>());
            StepLog log = Objects.requireNonNull(logs.get(party));
            List<String> common =
                aligned(session, log.through(step), new LocalIds(shuffled(own(party), 1), false));
            assertThat(common).containsExactlyInAnyOrderElementsOf(range(180, 300));
            int checked = 0;
            for (StepLog.Commit commit : log.commits) {
              StepLog again = new StepLog();
              LocalIds ids = new LocalIds(shuffled(own(party), 2), false);
              assertThat(aligned(session, again.offline(step, log, commit), ids)).isEqualTo(common);
              assertThat(again.sent).isEqualTo(log.sent.subList(commit.sent(), log.sent.size()));
              assertThat(states(again)).isEqualTo(states(log).subList(++checked, GROUPS + 1));
              // Of what is done only the receiver's names are made once more, until all is done.
              int done = Math.min(PARTITIONS, checked * TaskRun.GROUP);
              int names = party.equals(RECEIVER) && checked <= GROUPS ? done : 0;
              assertThat(worked(ids, done)).isEqualTo(names);
            }
            return checked;
          });
    }
    SortedMap<PartyId, Integer> checked =
        Parties.run(new NettyNetwork().with(stores), PsiMessages.TYPES, codes);
    assertThat(checked.values()).containsOnly(GROUPS + 1);
  }

  @Test
  void party_afterARunOfSeveralGroups_hasDroppedTheBlobsOfTheFirstOnes() {
    Map<PartyId, Parties.Code<Long>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session -> {
            Channel step = session.beginStep("psi", new TreeMap<>());
            assertThat(align(session, step, new LocalIds(own(party), false)))
                .isInstanceOf(DealtAlignment.class);
            return Objects.requireNonNull(stores.get(party)).usedBytes();
          });
    }
    SortedMap<PartyId, Long> used =
        Parties.run(new NettyNetwork().with(stores), PsiMessages.TYPES, codes);
    Partitions partitions = Partitions.of(300, 300, 34);
    long tags = 3L * partitions.senderIds() * partitions.tagWidth();
    // The last group has one partition; a file has a header.
    assertThat(used.get(RECEIVER)).isBetween(tags, 2 * tags + 1000);
    long rows = partitions.bins() * 56L;
    assertThat(used.get(SENDER)).isBetween(rows, 2 * rows);
    assertThat(stores.values()).allMatch(store -> store.usedBytes() == 0);
  }

  @Test
  void state_damagedOrOfOtherIds_isRefused() {
    Map<PartyId, Parties.Code<Boolean>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session -> {
            Channel step = session.beginStep("psi", new TreeMap<>());
            StepLog log = Objects.requireNonNull(logs.get(party));
            List<String> common =
                aligned(session, log.through(step), new LocalIds(own(party), false));
            assertThat(common).hasSize(120);
            StepLog.Commit commit = log.commits.get(1);
            List<String> others = new ArrayList<>(own(party));
            others.set(7, "another");
            assertThatThrownBy(
                    () ->
                        align(
                            session,
                            new StepLog().offline(step, log, commit),
                            new LocalIds(others, false)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("300 then, 300 others now");
            for (int length = 4; length < commit.state().length; length += 397) {
              byte[] shorter = Arrays.copyOf(commit.state(), length);
              assertThat(TaskState.isOne(shorter)).isTrue();
              assertThatThrownBy(() -> TaskState.read(shorter, new IdFacts(300, new byte[32])))
                  .isInstanceOf(CheckpointException.class)
                  .hasMessageContaining("cannot be read");
            }
            assertThat(TaskState.isOne(new byte[] {1})).isFalse();
            return true;
          });
    }
    assertThat(Parties.run(new NettyNetwork().with(stores), PsiMessages.TYPES, codes)).hasSize(2);
  }
}

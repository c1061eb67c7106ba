// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.KilledAtAct;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.channel.SimulatedNetwork;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PrivateSum.Result;
import io.heddle.session.Session;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sums of parties that are killed and started again, over what their disks have. */
class RestartedSumTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");
  private static final int IDS = 15;
  private static final int COMMON = 12;
  private static final MessageCodec CODEC = Parties.codec(PsiMessages.TYPES);
  private static final JobConfig.Psi TERMS =
      new JobConfig.Psi(
          PsiProtocol.AUTO,
          RECEIVER,
          PsiResult.SUM,
          PsiJoin.INNER,
          PsiDuplicates.REFUSE,
          List.of(),
          10,
          JobConfig.Psi.USUAL_PARTITION_IDS,
          new JobConfig.Sum("amount", 0));
  // Ids 3 to 14 are common, of values 103 to 114.
  private static final Map<PartyId, Result> EXPECTED =
      Map.of(
          RECEIVER,
          new Result(COMMON, null),
          SENDER,
          new Result(COMMON, BigDecimal.valueOf((103 + 114) * COMMON / 2)));

  private final Path directory;

  RestartedSumTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** What each process of each party sent, from first to last. */
  private final Map<PartyId, List<List<String>>> sent = new TreeMap<>();

  /** The rows stand in another order each time. */
  private Result sum(Session session, UnaryOperator<Channel> through) {
    PartyId self = session.self();
    List<List<String>> processes = Objects.requireNonNull(sent.get(self));
    List<String> messages = new ArrayList<>();
    int first = self.equals(SENDER) ? 0 : IDS - COMMON;
    List<Integer> numbers = new ArrayList<>(IntStream.range(first, first + IDS).boxed().toList());
    Collections.shuffle(numbers, new Random(processes.size()));
    processes.add(messages);
    long @Nullable [] values =
        self.equals(SENDER) ? numbers.stream().mapToLong(number -> 100 + number).toArray() : null;
    return PrivateSum.run(
        TappedChannel.sending(
                message -> {
                  messages.add(HexFormat.of().formatHex(CODEC.encode(message)));
                  return message;
                })
            .apply(through.apply(session.beginStep("psi", new TreeMap<>()))),
        TERMS,
        2048,
        session.bindingSalt("psi"),
        session::privateRandomness,
        OwnRows.of(
            numbers.stream()
                .map(number -> ("id-" + number).getBytes(StandardCharsets.UTF_8))
                .toList(),
            TERMS.duplicates()),
        values,
        new PsiLimits(10, 100),
        Progress.NONE);
  }

  private SortedMap<PartyId, Result> run(
      SimulatedNetwork network, @Nullable PartyId victim, int acts) throws IOException {
    AtomicInteger left = new AtomicInteger(acts);
    Map<PartyId, Parties.Code<Result>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      sent.put(party, new ArrayList<>());
      UnaryOperator<Channel> through =
          party.equals(victim)
              ? channel -> new KilledAtAct(channel, network, left)
              : UnaryOperator.identity();
      codes.put(party, session -> sum(session, through));
    }
    return SimulatedJob.run(
        network, Files.createTempDirectory(directory, "disks"), PsiMessages.TYPES, codes);
  }

  private List<List<String>> sentBy(PartyId party) {
    return Objects.requireNonNull(sent.get(party));
  }

  /** Nothing that a peer has seen is made in another way. */
  private void assertSentAgainAsBefore(Map<PartyId, List<String>> undisturbed) {
    undisturbed.forEach(
        (party, all) -> {
          for (List<String> ofProcess : sentBy(party)) {
            assertThat(ofProcess).isEqualTo(all.subList(0, ofProcess.size()));
          }
        });
  }

  private Map<PartyId, List<String>> undisturbed() throws IOException {
    assertThat(run(SimulatedNetwork.calm(), null, 0)).isEqualTo(EXPECTED);
    Map<PartyId, List<String>> all = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      assertThat(sentBy(party)).hasSize(1);
      all.put(party, sentBy(party).get(0));
    }
    assertThat(all.get(RECEIVER)).hasSize(3);
    assertThat(all.get(SENDER)).hasSize(5);
    return all;
  }

  @Test
  void party_killedAtEachOfItsActs_sendsTheSameBytesAndHasTheSameSum() throws IOException {
    Map<PartyId, List<String>> undisturbed = undisturbed();
    for (PartyId victim : List.of(RECEIVER, SENDER)) {
      int acts = 0;
      while (true) {
        SimulatedNetwork network = SimulatedNetwork.calm();
        assertThat(run(network, victim, acts)).as(victim + " at act " + acts).isEqualTo(EXPECTED);
        assertSentAgainAsBefore(undisturbed);
        if (network.kills() == 0) {
          break;
        }
        assertThat(sentBy(victim)).hasSize(2);
        acts++;
      }
      // Eight messages, and before and after the commit.
      assertThat(acts).isEqualTo(10);
    }
  }

  @Test
  void run_anySchedule_isTheSame() throws IOException {
    Map<PartyId, List<String>> undisturbed = undisturbed();
    Schedules.run(
        "a sum",
        10,
        (seed, network) -> {
          assertThat(run(network, null, 0)).isEqualTo(EXPECTED);
          assertSentAgainAsBefore(undisturbed);
        });
  }
}

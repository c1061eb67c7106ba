// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.channel.Schedules;
import io.heddle.channel.SimulatedJob;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parties whose links are cut and who are killed, with what they keep of the session and what they
 * keep between sessions: each run ends, and a run's questions are counted once.
 */
class OprfScheduleTest {
  private static final List<String> FEW = ids(0, 12);
  private static final List<String> MANY = ids(8, 40);

  private final Path directory;

  OprfScheduleTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id-" + i).toList();
  }

  private static Alignment align(Session session, OprfParties parties, int start) {
    PartyId self = session.self();
    List<byte[]> ids = OprfParties.bytes(self.equals(RECEIVER) ? FEW : MANY);
    Oprf oprf = parties.oprf(self);
    if (start == 0) {
      oprf.prepare(
          "1-align",
          self.equals(RECEIVER),
          session.peers().first(),
          session::privateRandomness,
          ids.stream().sorted(Arrays::compareUnsigned).toList(),
          Progress.NONE);
    }
    return PrivateSetIntersection.align(
        session.beginStep("align", new TreeMap<>()),
        RECEIVER,
        session.bindingSalt("align"),
        session::privateRandomness,
        OwnRows.of(ids, PsiDuplicates.REFUSE),
        parties.limits,
        Progress.NONE,
        oprf);
  }

  private static Parties.Code<Alignment> starting(OprfParties parties, int first) {
    AtomicInteger starts = new AtomicInteger(first);
    return session -> align(session, parties, starts.getAndIncrement());
  }

  @Test
  void intersection_anySchedule_endsAndCountsQuestionsOnce() {
    Schedules.run(
        "an intersection with a cached side",
        150,
        (seed, network) -> {
          OprfParties parties = new OprfParties(Files.createTempDirectory(directory, "kept"));
          boolean warm = seed % 2 == 0;
          if (warm) {
            parties.network = InMemoryExchange::network;
            parties.run(FEW, MANY);
          }
          // Nothing is made ready for a run that goes on after a crash: its bytes are the same.
          int first = seed % 3 == 0 ? 1 : 0;
          Parties.Code<Alignment> receiver = starting(parties, first);
          Parties.Code<Alignment> sender = starting(parties, first);
          SortedMap<PartyId, Alignment> ended =
              SimulatedJob.run(
                  network,
                  Files.createTempDirectory(directory, "disks"),
                  PsiMessages.TYPES,
                  Map.of(RECEIVER, receiver, SENDER, sender));
          List<Alignment> both = List.copyOf(ended.values());
          assertThat(both.get(0).digest()).isEqualTo(both.get(1).digest());
          assertThat(Arrays.stream(both.get(0).rows()).mapToObj(FEW::get))
              .containsExactlyInAnyOrderElementsOf(ids(8, 12));
          assertThat(Arrays.stream(both.get(1).rows()).mapToObj(MANY::get))
              .containsExactlyElementsOf(
                  Arrays.stream(both.get(0).rows()).mapToObj(FEW::get).toList());
          assertThat(parties.asked()).isEqualTo(warm ? 24 : 12);
        });
  }
}

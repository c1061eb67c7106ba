// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.channel.Simulation.Killed;
import io.heddle.channel.Simulation.PartyProcess;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.checkpoint.SimulatedDisk;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionTerms;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * For tests: as {@link Parties}, where each party keeps its session on a disk, is killed now and
 * then, and begins the same again: its code runs anew, over what the session kept.
 */
public final class SimulatedJob {
  private static final long SHORT_PAUSE = 5_000_000_000L;
  private static final long LONG_PAUSE = 100_000_000_000L;

  private final SimulatedNetwork network;
  private final Path directory;
  private final MessageCodec codec;
  private final SessionTerms terms;

  private SimulatedJob(
      SimulatedNetwork network, Path directory, MessageCodec codec, SessionTerms terms) {
    this.network = network;
    this.directory = directory;
    this.codec = codec;
    this.terms = terms;
  }

  /**
   * Runs over the network and returns what each party has published.
   *
   * @param directory an empty one, for the parties' disks
   */
  public static <R> SortedMap<PartyId, R> run(
      SimulatedNetwork network,
      Path directory,
      List<MessageType<?>> types,
      Map<PartyId, Parties.Code<R>> parties) {
    SimulatedJob job =
        new SimulatedJob(network, directory, Parties.codec(types), Parties.terms(parties.keySet()));
    network.allowKills();
    Map<PartyId, Callable<R>> calls = new TreeMap<>();
    parties.forEach(
        (party, code) -> {
          network.begin(party);
          calls.put(party, () -> job.untilPublished(party, code));
        });
    return network.together(calls);
  }

  /** Where a party's result is to stand. */
  private static final class Place<R> {
    private @Nullable R result;
    private boolean leaving;
  }

  private <R> R untilPublished(PartyId party, Parties.Code<R> code) throws Exception {
    Place<R> place = new Place<>();
    while (true) {
      PartyProcess process = Objects.requireNonNull(network.processes().get(party));
      try {
        once(process, code, place);
        return Objects.requireNonNull(place.result);
      } catch (Killed e) {
        if (network.simulation().isStopping()) {
          throw e;
        }
        network.simulation().reborn(network.begin(party));
        SplittableRandom random = network.random();
        network
            .simulation()
            .sleep(
                random.nextLong(
                    random.nextInt(8) == 0 && !network.startsAgainSoon()
                        ? LONG_PAUSE
                        : SHORT_PAUSE),
                party + " is started again");
      }
    }
  }

  private <R> void once(PartyProcess process, Parties.Code<R> code, Place<R> place)
      throws Exception {
    SimulatedDisk disk =
        new SimulatedDisk(
            network.random(),
            () -> {
              network.simulation().check();
              if (network.killsAtDisk(process)) {
                throw new Killed();
              }
            });
    process.atDeath = disk::crash;
    CheckpointStore store = disk.open(directory, process.party.name());
    if (place.leaving && store.newest() == null) {
      // It was killed when it had forgotten the session: a new one is not wanted.
      store.close();
      return;
    }
    // Unwinding such a process changes nothing that a peer or its next start could see.
    try (SessionLog log = PinnedSession.log(store, terms, codec, process.party);
        Exchange exchange = network.exchange(process, terms.roles().keySet(), codec, log.start());
        Session session = Session.open(exchange, log, Progress.NONE)) {
      try {
        boolean before = log.isPublished();
        R result = before ? null : code.run(session);
        session.finish();
        if (!before) {
          place.result = result;
        }
        place.leaving = true;
        boolean unused = session.leave();
      } catch (Exception e) {
        session.fail(e);
        throw e;
      }
    }
  }
}

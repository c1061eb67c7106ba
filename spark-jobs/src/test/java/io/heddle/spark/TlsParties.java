// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark;

import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.spark.cli.IdentityFiles;
import io.heddle.spark.session.HeddleSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** For tests: {@link TwoParties} over sockets of this machine, where stores reach each other. */
public final class TlsParties {
  private TlsParties() {}

  /**
   * Writes what both parties need to find each other, a folder for each; all goes beside the links.
   *
   * @param terms lines of the job file
   * @return the job file
   */
  public static Path configure(Path folder, String... terms) {
    Map<PartyId, Integer> ports =
        Map.of(
            TwoParties.BANK, NettyNetwork.freePort(), TwoParties.RETAILER, NettyNetwork.freePort());
    Map<PartyId, String> prints = new TreeMap<>();
    ports
        .keySet()
        .forEach(
            party ->
                prints.put(
                    party,
                    IdentityFiles.create(party, folder.resolve(party.name()), false)
                        .fingerprint()));
    for (PartyId self : ports.keySet()) {
      PartyId peer = self.equals(TwoParties.BANK) ? TwoParties.RETAILER : TwoParties.BANK;
      write(
          folder.resolve(self.name()).resolve("heddle.conf"),
          "party = "
              + self
              + "\nlisten { host = \"127.0.0.1\", port = "
              + ports.get(self)
              + " }\npeers."
              + peer
              + " { address = \"127.0.0.1:"
              + ports.get(peer)
              + "\", fingerprint = \""
              + prints.get(peer)
              + "\" }\nblobs.from-bytes = 0\n");
    }
    return write(
        folder.resolve("job.conf"),
        "parties = [bank, retailer]\nlabel-holder = bank\n" + String.join("\n", terms));
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs both in this JVM and returns what the bank and the retailer returned.
   *
   * @param folder where {@link #configure} has written
   * @param overrides {@code key=value} for the files of both
   */
  public static <R> List<R> run(
      Path folder,
      List<String> overrides,
      Function<HeddleSession, R> bank,
      Function<HeddleSession, R> retailer) {
    Map<PartyId, Callable<R>> calls = new TreeMap<>();
    calls.put(TwoParties.BANK, () -> one(folder, overrides, TwoParties.BANK, bank));
    calls.put(TwoParties.RETAILER, () -> one(folder, overrides, TwoParties.RETAILER, retailer));
    SortedMap<PartyId, R> results = Parties.together(calls, Duration.ofMinutes(5));
    return List.copyOf(results.values());
  }

  private static <R> R one(
      Path folder, List<String> overrides, PartyId self, Function<HeddleSession, R> code) {
    Overrides settings = Overrides.ofArguments(overrides);
    PartyConfig party =
        PartyConfig.load(folder.resolve(self.name()).resolve("heddle.conf"), settings);
    try (HeddleSession session =
        HeddleSession.register(
            self.name(),
            party,
            JobConfig.load(folder.resolve("job.conf"), settings),
            Progress.NONE)) {
      R result = code.apply(session);
      session.finish();
      return result;
    }
  }
}

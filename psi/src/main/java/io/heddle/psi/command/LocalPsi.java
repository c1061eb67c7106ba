// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import com.typesafe.config.ConfigUtil;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.identity.IdentityMaker;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All parties of an intersection on one machine, each with its own identity and settings, over TLS
 * on the loopback interface: the first one in this process, every other one in a process of its
 * own. For trying and measuring; nobody's ids are kept from whoever runs it.
 */
public final class LocalPsi {
  private static final long GRACE_MILLIS = 3000;
  private static final long END_MILLIS = 5000;
  private static final int FIRST_CODE_OF_CONSEQUENCE = 7;

  /**
   * What to run.
   *
   * @param tables two to eight parties and their tables, in the order of the map; the first one
   *     gets the result
   * @param id the columns that name a row, in all tables
   * @param out where the first party's common rows go; null for nowhere
   * @param settings further settings for all parties, {@code key=value} each
   * @param command starts a process that runs what {@link #ofArguments} makes of the arguments that
   *     are appended, and on a failure returns its code and says its line behind {@code heddle: }
   * @param failures the code and the line of a failure
   */
  public record Request(
      Map<PartyId, Path> tables,
      List<String> id,
      JobConfig.PsiProtocol protocol,
      @Nullable Path out,
      List<String> settings,
      List<String> command,
      Function<Throwable, LocalPsiFailure> failures) {}

  private record Party(PartyId id, Path data, Path directory, int port, String fingerprint) {
    Path config() {
      return directory.resolve("heddle.conf");
    }

    Path job() {
      return directory.resolve("job.conf");
    }
  }

  private interface Start {
    LocalParty start() throws IOException;
  }

  private final Request request;
  private final Path directory;
  private final Map<PartyId, LocalParty> running = new LinkedHashMap<>();
  private boolean ended;

  private LocalPsi(Request request, Path directory) {
    this.request = request;
    this.directory = directory;
  }

  /**
   * Runs all parties to the end. If its thread is interrupted, or this process is told to end, so
   * are they.
   *
   * @param progress of the first party
   * @return what each party's run came to, in the order of the tables
   * @throws LocalPsiFailure if a party fails; the others are ended
   */
  public static Map<PartyId, PsiReport> run(
      Request request, IdentityMaker identities, Progress progress) {
    try {
      LocalPsi run = new LocalPsi(request, Files.createTempDirectory("heddle-psi"));
      Thread hook = new Thread(run::end, "end of the parties");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        return run.run(identities, progress);
      } finally {
        run.end();
        forget(hook);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LocalPsiFailure(1, "Interrupted", e);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook has run.
    }
  }

  private Map<PartyId, PsiReport> run(IdentityMaker identities, Progress progress)
      throws IOException, InterruptedException {
    List<Integer> ports = freePorts(request.tables().size());
    List<Party> parties = new ArrayList<>();
    for (Map.Entry<PartyId, Path> table : request.tables().entrySet()) {
      PartyId id = table.getKey();
      Path own = Files.createDirectory(directory.resolve(id.name()));
      String fingerprint = identities.make(id, own);
      parties.add(new Party(id, table.getValue(), own, ports.get(parties.size()), fingerprint));
    }
    for (Party party : parties) {
      configure(party, parties);
    }
    Party first = parties.get(0);
    PsiCommand.Request own = inThisProcess(first);
    // The others first: they start while this process does its own party's work.
    for (Party other : parties.subList(1, parties.size())) {
      LocalParty unused =
          start(other.id(), () -> PartyProcess.start(command(other), other.directory()));
    }
    LocalParty here = start(first.id(), () -> PartyThread.start(own, progress, request.failures()));
    awaitAll();
    Map<PartyId, PsiReport> reports = new LinkedHashMap<>();
    reports.put(first.id(), here.report());
    for (Map.Entry<PartyId, LocalParty> party : running.entrySet()) {
      reports.putIfAbsent(party.getKey(), party.getValue().report());
    }
    return reports;
  }

  private synchronized LocalParty start(PartyId id, Start start) throws InterruptedException {
    // Nobody would end this one.
    refuseIfEnded();
    LocalParty party;
    try {
      party = start.start();
    } catch (IOException e) {
      throw new LocalPsiFailure(
          1, "The " + id + " failed: its process cannot be started: " + e.getMessage(), e);
    }
    running.put(id, party);
    return party;
  }

  private synchronized void refuseIfEnded() throws InterruptedException {
    if (ended) {
      throw new InterruptedException("This process is ending");
    }
  }

  /**
   * Waits until all have ended well, or one has failed and the others have had time to say why they
   * did.
   */
  private void awaitAll() throws IOException, InterruptedException {
    while (first(LocalPsi::hasFailed).isEmpty()) {
      Optional<Map.Entry<PartyId, LocalParty>> alive = first(LocalParty::isAlive);
      if (alive.isEmpty()) {
        return;
      }
      alive.get().getValue().await(100);
    }
    // One that fails before it connects has no way to tell the others.
    await(GRACE_MILLIS);
    refuseIfEnded();
    Map.Entry<PartyId, LocalParty> cause =
        first(LocalPsi::isCause).or(() -> first(LocalPsi::hasFailed)).orElseThrow();
    LocalPsiFailure failure = cause.getValue().failure();
    throw new LocalPsiFailure(
        failure.exitCode(),
        "The " + cause.getKey() + " failed: " + failure.getMessage(),
        failure.getCause());
  }

  private Optional<Map.Entry<PartyId, LocalParty>> first(Predicate<LocalParty> which) {
    return running.entrySet().stream().filter(party -> which.test(party.getValue())).findFirst();
  }

  private static boolean hasFailed(LocalParty party) {
    return !party.isAlive() && party.code() != 0;
  }

  /** Whether it failed by itself; the higher codes say that another one was lost or gave up. */
  private static boolean isCause(LocalParty party) {
    return hasFailed(party) && party.code() < FIRST_CODE_OF_CONSEQUENCE;
  }

  /** Waits for all to end, together not longer than that. */
  private void await(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (LocalParty party : running.values()) {
      party.await(Math.max(0, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
    }
  }

  private void configure(Party self, List<Party> parties) throws IOException {
    StringBuilder config = new StringBuilder();
    config.append("party = ").append(self.id()).append('\n');
    config.append("listen { host = \"127.0.0.1\", port = ").append(self.port()).append(" }\n");
    for (Party peer : parties) {
      if (!peer.equals(self)) {
        config.append(
            "peers.%s { address = \"127.0.0.1:%d\", fingerprint = \"%s\" }\n"
                .formatted(peer.id(), peer.port(), peer.fingerprint()));
      }
    }
    // One that ends is seen at once: this is for a machine that has other work.
    config.append("channel.connect-timeout = 300 s\n");
    // All of it goes when this command ends, so there is nothing to go on from or to look up.
    config.append("checkpoint.keep = false\n");
    config.append("psi.ledger = none\n");
    config.append(
        request.id().stream()
            .map(ConfigUtil::quoteString)
            .collect(Collectors.joining(", ", "data.id = [", "]\n")));
    Files.writeString(self.config(), config);
    Files.writeString(
        self.job(),
        """
        job.name = psi-local
        parties = [%s]
        psi { receiver = %s, protocol = %s }
        """
            .formatted(
                parties.stream().map(party -> party.id().name()).collect(Collectors.joining(", ")),
                parties.get(0).id(),
                request.protocol().word()));
  }

  private PsiCommand.Request inThisProcess(Party party) {
    return new PsiCommand.Request(
        party.config(),
        party.job(),
        party.data(),
        request.out(),
        null,
        false,
        Overrides.ofArguments(request.settings()));
  }

  private List<String> command(Party party) {
    List<String> command = new ArrayList<>(request.command());
    command.add(party.config().toString());
    command.add(party.job().toString());
    command.add(party.data().toAbsolutePath().toString());
    command.add(PartyProcess.report(party.directory()).toString());
    command.addAll(request.settings());
    return command;
  }

  /** What the process of a party is to run, which was started with these arguments. */
  public static PsiCommand.Request ofArguments(List<String> arguments) {
    return new PsiCommand.Request(
        Path.of(arguments.get(0)),
        Path.of(arguments.get(1)),
        Path.of(arguments.get(2)),
        null,
        Path.of(arguments.get(3)),
        false,
        Overrides.ofArguments(arguments.subList(4, arguments.size())));
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Ends all that still run, and deletes their files. Later calls do nothing. */
  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    running.values().forEach(LocalParty::stop);
    boolean interrupted = Thread.interrupted();
    try {
      await(END_MILLIS);
      for (LocalParty party : running.values()) {
        party.kill();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      delete(directory);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

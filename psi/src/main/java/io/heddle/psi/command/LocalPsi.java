// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import com.typesafe.config.ConfigUtil;
import io.heddle.config.JobConfig;
import io.heddle.identity.IdentityMaker;
import io.heddle.party.PartyId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All parties of an intersection on one machine, each a process of its own with its own identity
 * and settings, over TLS on the loopback interface. For trying and measuring; nobody's ids are kept
 * from whoever runs it.
 */
public final class LocalPsi {
  private static final long GRACE_SECONDS = 3;
  private static final String FAILURE = "heddle: ";
  // What every JVM with the Vector API says; this one has said it already.
  private static final String JVM_NOTICE = "WARNING: Using incubator modules";
  private static final int FIRST_CODE_OF_CONSEQUENCE = 7;

  /**
   * What to run.
   *
   * @param tables two to eight parties and their tables, in the order of the map; the first one
   *     gets the result
   * @param id the columns that name a row, in all tables
   * @param out where the first party's common rows go; null for nowhere
   * @param settings further settings for all parties, {@code key=value} each
   * @param command starts {@code heddle psi} in a process of its own; its options are appended
   */
  public record Request(
      Map<PartyId, Path> tables,
      List<String> id,
      JobConfig.PsiProtocol protocol,
      @Nullable Path out,
      List<String> settings,
      List<String> command) {}

  /** A party whose process runs. */
  private record Running(Party party, Process process) {
    boolean isAlive() {
      return process.isAlive();
    }

    boolean hasFailed() {
      return !process.isAlive() && process.exitValue() != 0;
    }

    /** Whether it failed by itself; the higher codes say that another one was lost or gave up. */
    boolean isCause() {
      return hasFailed() && process.exitValue() < FIRST_CODE_OF_CONSEQUENCE;
    }
  }

  private record Party(PartyId id, Path data, Path directory, int port, String fingerprint) {
    Path stderr() {
      return directory.resolve("stderr");
    }

    Path report() {
      return directory.resolve("report");
    }
  }

  private final Request request;
  private final PrintStream progress;
  private final List<Running> processes = new ArrayList<>();

  private LocalPsi(Request request, PrintStream progress) {
    this.request = request;
    this.progress = progress;
  }

  /**
   * Runs all parties to the end.
   *
   * @param progress gets what the first party tells while it runs
   * @return what each party's run came to, in the order of the tables
   * @throws ChildFailure if a party fails; the others are ended
   */
  public static Map<PartyId, PsiReport> run(
      Request request, IdentityMaker identities, PrintStream progress) {
    try {
      Path directory = Files.createTempDirectory("heddle-psi");
      LocalPsi run = new LocalPsi(request, progress);
      Thread stop = new Thread(run::destroy);
      Runtime.getRuntime().addShutdownHook(stop);
      try {
        return run.run(directory, identities);
      } finally {
        run.destroy();
        delete(directory);
        Runtime.getRuntime().removeShutdownHook(stop);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private Map<PartyId, PsiReport> run(Path directory, IdentityMaker identities)
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
      processes.add(new Running(party, start(party, parties)));
    }
    awaitAll(parties.get(0));
    Map<PartyId, PsiReport> reports = new LinkedHashMap<>();
    for (Party party : parties) {
      reports.put(party.id(), PsiReport.read(party.report()));
    }
    return reports;
  }

  /**
   * Waits until all have ended well, or one has failed and the others have had time to say why they
   * did; passes on what the receiver tells of its progress.
   */
  private void awaitAll(Party receiver) throws IOException, InterruptedException {
    Optional<Running> failed;
    try (BufferedReader lines = Files.newBufferedReader(receiver.stderr())) {
      boolean alive;
      do {
        awaitFirst();
        failed = processes.stream().filter(Running::hasFailed).findFirst();
        alive = processes.stream().anyMatch(Running::isAlive);
        lines
            .lines()
            .filter(line -> !line.startsWith(FAILURE) && !line.startsWith(JVM_NOTICE))
            .forEach(progress::println);
      } while (failed.isEmpty() && alive);
    }
    if (failed.isPresent()) {
      // One that fails before it connects has no way to tell the others.
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
      for (Running one : processes) {
        one.process().waitFor(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
      Running cause =
          processes.stream().filter(Running::isCause).findFirst().orElseGet(failed::get);
      int code = cause.process().exitValue();
      destroy();
      for (Running one : processes) {
        one.process().waitFor();
      }
      throw failure(cause.party(), code);
    }
  }

  /** Waits a moment for the first one that has not ended. */
  private void awaitFirst() throws InterruptedException {
    for (Running one : processes) {
      if (one.isAlive()) {
        one.process().waitFor(100, TimeUnit.MILLISECONDS);
        return;
      }
    }
  }

  private Process start(Party self, List<Party> parties) throws IOException {
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
    config.append("channel.connect-timeout = 60 s\n");
    // All of it goes when this command ends, so there is nothing to go on from or to look up.
    config.append("checkpoint.keep = false\n");
    config.append("psi.ledger = none\n");
    config.append(
        request.id().stream()
            .map(ConfigUtil::quoteString)
            .collect(Collectors.joining(", ", "data.id = [", "]\n")));
    Path configFile = self.directory().resolve("heddle.conf");
    Files.writeString(configFile, config);
    PartyId receiver = parties.get(0).id();
    Path job = self.directory().resolve("job.conf");
    Files.writeString(
        job,
        """
        job.name = psi-local
        parties = [%s]
        psi { receiver = %s, protocol = %s }
        """
            .formatted(
                parties.stream().map(party -> party.id().name()).collect(Collectors.joining(", ")),
                receiver,
                request.protocol().word()));
    List<String> command = new ArrayList<>(request.command());
    command.addAll(List.of("--config", configFile.toString(), "--job", job.toString()));
    command.addAll(List.of("--data", self.data().toAbsolutePath().toString()));
    command.addAll(List.of("--report", self.report().toString()));
    Path out = request.out();
    if (out != null && self.id().equals(receiver)) {
      command.addAll(List.of("--out", out.toAbsolutePath().toString()));
    }
    request.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(self.directory().resolve("stdout").toFile())
            .redirectError(self.stderr().toFile())
            .start();
    process.getOutputStream().close();
    return process;
  }

  private static ChildFailure failure(Party party, int code) throws IOException {
    String last = "it ended with code " + code + " and without a reason";
    for (String line : Files.readAllLines(party.stderr())) {
      if (line.startsWith(FAILURE)) {
        last = line.substring(FAILURE.length());
      }
    }
    return new ChildFailure(code < 128 ? code : 1, "The " + party.id() + " failed: " + last);
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

  private void destroy() {
    processes.forEach(one -> one.process().destroy());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

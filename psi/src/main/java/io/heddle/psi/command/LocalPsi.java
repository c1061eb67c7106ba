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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of an intersection on one machine, each a process of its own with its own identity and
 * settings, over TLS on the loopback interface. For trying and measuring; nobody's ids are kept
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
   * @param receiver the table of the side that gets the result
   * @param sender the table of the other side
   * @param id the columns that name a row, in both tables
   * @param out where the receiver's common rows go; null for nowhere
   * @param settings further settings for both sides, {@code key=value} each
   * @param command starts {@code heddle psi} in a process of its own; its options are appended
   */
  public record Request(
      Path receiver,
      Path sender,
      List<String> id,
      JobConfig.PsiProtocol protocol,
      @Nullable Path out,
      List<String> settings,
      List<String> command) {}

  /** What both sides' runs came to. */
  public record Result(PsiReport receiver, PsiReport sender) {}

  private record Party(PartyId id, Path directory, int port, String fingerprint) {}

  private final Request request;
  private final PrintStream progress;
  private final List<Process> processes = new ArrayList<>();

  private LocalPsi(Request request, PrintStream progress) {
    this.request = request;
    this.progress = progress;
  }

  /**
   * Runs both sides to the end.
   *
   * @param progress gets what the receiver tells while it runs
   * @throws ChildFailure if a side fails; the other one is ended
   */
  public static Result run(Request request, IdentityMaker identities, PrintStream progress) {
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

  private Result run(Path directory, IdentityMaker identities)
      throws IOException, InterruptedException {
    List<Integer> ports = freePorts();
    Party receiver = party("receiver", directory, ports.get(0), identities);
    Party sender = party("sender", directory, ports.get(1), identities);
    Process receiving = start(receiver, sender, request.receiver(), request.out());
    Process sending = start(sender, receiver, request.sender(), null);
    Process first = firstToEnd(receiving, sending, stderr(receiver));
    Process second = first == receiving ? sending : receiving;
    boolean ended = true;
    if (first.exitValue() != 0) {
      // A side that fails before it connects has no way to tell the other one.
      ended = second.waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
      second.destroy();
    }
    second.waitFor();
    Process cause = ended && isCause(second) && !isCause(first) ? second : first;
    cause = cause.exitValue() == 0 ? second : cause;
    if (cause.exitValue() != 0) {
      throw failure(cause == receiving ? receiver : sender, cause.exitValue());
    }
    return new Result(
        PsiReport.read(receiver.directory().resolve("report")),
        PsiReport.read(sender.directory().resolve("report")));
  }

  private static Party party(String name, Path directory, int port, IdentityMaker identities)
      throws IOException {
    PartyId id = new PartyId(name);
    Path own = Files.createDirectory(directory.resolve(name));
    return new Party(id, own, port, identities.make(id, own));
  }

  private Process start(Party self, Party peer, Path data, @Nullable Path out) throws IOException {
    String id =
        request.id().stream().map(ConfigUtil::quoteString).collect(Collectors.joining(", "));
    Path config = self.directory().resolve("heddle.conf");
    Files.writeString(
        config,
        """
        party = %s
        listen { host = "127.0.0.1", port = %d }
        peers.%s { address = "127.0.0.1:%d", fingerprint = "%s" }
        channel.connect-timeout = 60 s
        data.id = [%s]
        """
            .formatted(self.id(), self.port(), peer.id(), peer.port(), peer.fingerprint(), id));
    Path job = self.directory().resolve("job.conf");
    Files.writeString(
        job,
        """
        job.name = psi-local
        parties = [receiver, sender]
        psi { receiver = receiver, protocol = %s }
        """
            .formatted(request.protocol().word()));
    List<String> command = new ArrayList<>(request.command());
    command.addAll(List.of("--config", config.toString(), "--job", job.toString()));
    command.addAll(List.of("--data", data.toAbsolutePath().toString()));
    command.addAll(List.of("--report", self.directory().resolve("report").toString()));
    if (out != null) {
      command.addAll(List.of("--out", out.toAbsolutePath().toString()));
    }
    request.settings().forEach(setting -> command.addAll(List.of("--set", setting)));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(self.directory().resolve("stdout").toFile())
            .redirectError(stderr(self).toFile())
            .start();
    processes.add(process);
    process.getOutputStream().close();
    return process;
  }

  private static Path stderr(Party party) {
    return party.directory().resolve("stderr");
  }

  /** Passes on what the receiver tells of its progress; its failure is told at the end. */
  private Process firstToEnd(Process a, Process b, Path told)
      throws IOException, InterruptedException {
    try (BufferedReader lines = Files.newBufferedReader(told)) {
      while (true) {
        boolean ended = a.waitFor(100, TimeUnit.MILLISECONDS);
        lines
            .lines()
            .filter(line -> !line.startsWith(FAILURE) && !line.startsWith(JVM_NOTICE))
            .forEach(progress::println);
        if (ended) {
          return a;
        }
        if (!b.isAlive()) {
          return b;
        }
      }
    }
  }

  /**
   * Whether a side failed by itself; the higher codes say that the other one was lost or gave up.
   */
  private static boolean isCause(Process side) {
    return side.exitValue() != 0 && side.exitValue() < FIRST_CODE_OF_CONSEQUENCE;
  }

  private static ChildFailure failure(Party party, int code) throws IOException {
    String last = "it ended with code " + code + " and without a reason";
    for (String line : Files.readAllLines(stderr(party))) {
      if (line.startsWith(FAILURE)) {
        last = line.substring(FAILURE.length());
      }
    }
    return new ChildFailure(code < 128 ? code : 1, "The " + party.id() + " failed: " + last);
  }

  private static List<Integer> freePorts() throws IOException {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of(first.getLocalPort(), second.getLocalPort());
    }
  }

  private void destroy() {
    processes.forEach(Process::destroy);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

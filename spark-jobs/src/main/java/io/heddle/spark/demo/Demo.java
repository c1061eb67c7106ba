// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.identity.IdentityMaker;
import io.heddle.spark.demo.Workspace.PartyFolder;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Plays all organisations on one machine: lays out a folder for each, starts each party as its own
 * process, exactly as {@code heddle train} would, and afterwards compares with training in the
 * clear, for which nobody but the demo has the data.
 */
public final class Demo {
  /** Exit codes that only say that another party failed, or that the demo ended the process. */
  private static final int PEER_UNAVAILABLE = 7;

  private static final int PEER_ENDED_SESSION = 8;
  private static final int TERMINATED = 128 + 15;

  private final Path launcher;
  private final IdentityMaker identities;
  private final PrintStream progress;

  /**
   * @param launcher the {@code heddle} script
   * @param progress where the parties' lines appear
   */
  public Demo(Path launcher, IdentityMaker identities, PrintStream progress) {
    this.launcher = launcher;
    this.identities = identities;
    this.progress = progress;
  }

  /**
   * Runs it all.
   *
   * @throws io.heddle.error.ConfigurationException if the request cannot be carried out
   * @throws DemoFailure if a party fails, and then no party has a model, or if the comparison fails
   */
  public DemoReport run(DemoRequest request) {
    Workspace workspace = Workspace.create(request, identities);
    progress.println(
        "demo: "
            + workspace.parties().size()
            + " parties, each in its own process and folder under "
            + workspace.root());
    try {
      runParties(workspace);
    } catch (DemoFailure e) {
      workspace.deleteModels();
      throw e;
    }
    double totalSeconds =
        (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    List<PartyResult> results =
        workspace.parties().stream()
            .map(folder -> PartyResult.read(folder.output().resolve("run.json")))
            .toList();
    progress.println("demo: comparing with training on the joined data");
    ComparisonResult comparison = compare(workspace);
    JobConfig job = JobConfig.load(workspace.parties().get(0).job(), Overrides.NONE);
    return new DemoReport(
        results, comparison, totalSeconds, job.canonicalTerms(), workspace.root());
  }

  private void runParties(Workspace workspace) {
    List<ChildProcess> children = new ArrayList<>();
    try {
      for (PartyFolder folder : workspace.parties()) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(sparkArguments());
        arguments.addAll(
            List.of(
                "--config",
                folder.config().toString(),
                "--job",
                folder.job().toString(),
                "--data",
                folder.table().toString(),
                "--model-dir",
                folder.model().toString(),
                "--out",
                folder.output().toString()));
        children.add(
            ChildProcess.start(
                folder.party().name(), launcher, folder.directory(), arguments, progress));
      }
      awaitSuccess(children);
    } finally {
      children.forEach(ChildProcess::close);
    }
  }

  /** Two threads for each party, nothing listening but on loopback. */
  private static List<String> sparkArguments() {
    return List.of(
        "--master",
        "local[2]",
        "--driver-memory",
        "2g",
        "--conf",
        "spark.ui.enabled=false",
        "--conf",
        "spark.driver.host=127.0.0.1",
        "--conf",
        "spark.driver.bindAddress=127.0.0.1");
  }

  private static void awaitSuccess(List<ChildProcess> children) {
    CompletableFuture<Void> allGood = new CompletableFuture<>();
    CompletableFuture<?>[] exits =
        children.stream()
            .map(
                child ->
                    child
                        .exit()
                        .thenAccept(
                            code -> {
                              if (code != 0) {
                                allGood.complete(null);
                              }
                            }))
            .toArray(CompletableFuture<?>[]::new);
    var unused = CompletableFuture.allOf(exits).thenRun(() -> allGood.complete(null));
    allGood.join();
    // One that fails tells the others; they get the time to end by themselves.
    children.forEach(ChildProcess::endSoon);
    children.stream()
        .filter(child -> child.exitCode() != 0)
        .min((a, b) -> Integer.compare(blame(a.exitCode()), blame(b.exitCode())))
        .ifPresent(
            child -> {
              throw new DemoFailure(child.name() + ": " + child.error(), child.exitCode());
            });
  }

  /** Who failed for a reason of its own comes before who failed because a peer did. */
  private static int blame(int exitCode) {
    return switch (exitCode) {
      case PEER_ENDED_SESSION, PEER_UNAVAILABLE -> 2;
      case TERMINATED -> 3;
      default -> 1;
    };
  }

  private ComparisonResult compare(Workspace workspace) {
    Path result = workspace.root().resolve("comparison.json");
    List<String> arguments = new ArrayList<>(List.of("compare-demo"));
    arguments.addAll(sparkArguments());
    arguments.add(result.toString());
    for (PartyFolder folder : workspace.parties()) {
      arguments.add(folder.config().toString());
      arguments.add(folder.job().toString());
      arguments.add(folder.table().toString());
    }
    try (ChildProcess child =
        ChildProcess.start("comparison", launcher, workspace.root(), arguments, progress)) {
      int code = child.exit().join();
      if (code != 0) {
        throw new DemoFailure("comparison: " + child.error(), code);
      }
    }
    return ComparisonResult.read(result);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A party in a process of its own. */
record PartyProcess(Process process, Path directory) implements LocalParty {
  private static final String FAILURE = "heddle: ";

  /**
   * Starts it.
   *
   * @param directory for what it writes to standard output and standard error
   */
  static PartyProcess start(List<String> command, Path directory) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("stdout").toFile())
            .redirectError(errors(directory).toFile())
            .start();
    process.getOutputStream().close();
    return new PartyProcess(process, directory);
  }

  /** Where a party that is started in a directory puts its report. */
  static Path report(Path directory) {
    return directory.resolve("report");
  }

  private static Path errors(Path directory) {
    return directory.resolve("stderr");
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void await(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public int code() {
    return process.exitValue();
  }

  @Override
  public LocalPsiFailure failure() throws IOException {
    String last = "it ended with code " + code() + " and without a reason";
    for (String line : Files.readAllLines(errors(directory))) {
      if (line.startsWith(FAILURE)) {
        last = line.substring(FAILURE.length());
      }
    }
    return new LocalPsiFailure(code() < 128 ? code() : 1, last, null);
  }

  @Override
  public PsiReport report() throws IOException {
    return PsiReport.read(report(directory));
  }

  @Override
  public void stop() {
    process.destroy();
  }

  @Override
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}

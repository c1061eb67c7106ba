// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import io.heddle.progress.Progress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A party in this process, on a thread of its own. Told to end it does so, and closes its exchange,
 * at the next message that it waits for; one that computes for longer than it is waited for ends
 * with the process.
 */
final class PartyThread implements LocalParty {
  private final Thread thread;
  private volatile @Nullable PsiReport report;
  private volatile @Nullable LocalPsiFailure failure;

  private PartyThread(
      PsiCommand.Request request,
      Progress progress,
      Function<Throwable, LocalPsiFailure> failures) {
    thread = new Thread(() -> run(request, progress, failures), "heddle-party");
    thread.setDaemon(true);
  }

  /**
   * Starts it.
   *
   * @param failures the exit code and the words for what a party throws
   */
  static PartyThread start(
      PsiCommand.Request request,
      Progress progress,
      Function<Throwable, LocalPsiFailure> failures) {
    PartyThread party = new PartyThread(request, progress, failures);
    party.thread.start();
    return party;
  }

  private void run(
      PsiCommand.Request request,
      Progress progress,
      Function<Throwable, LocalPsiFailure> failures) {
    try {
      report = PsiCommand.run(request, progress);
    } catch (RuntimeException | Error e) {
      failure = failures.apply(e);
    } finally {
      progress.end();
    }
  }

  @Override
  public boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public void await(long millis) throws InterruptedException {
    // Zero would be for ever.
    thread.join(Math.max(1, millis));
  }

  @Override
  public int code() {
    LocalPsiFailure known = failure;
    return known == null ? 0 : known.exitCode();
  }

  @Override
  public LocalPsiFailure failure() {
    return ended(failure);
  }

  @Override
  public PsiReport report() {
    return ended(report);
  }

  private static <T> T ended(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("The party has not ended so");
    }
    return value;
  }

  @Override
  public void stop() {
    thread.interrupt();
  }

  @Override
  public void kill() {
    // A thread that computes cannot be ended.
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.console;

import io.heddle.progress.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run on standard error: a bar with rate and time left on a terminal, plain lines
 * elsewhere. Says for whom the run waits once that takes two seconds. Safe for several threads.
 */
public final class ConsoleProgress implements Progress {
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long WAIT_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final boolean terminal;

  private @Nullable String phase;
  private String unit = "";
  private long total;
  private long done;
  private long begun;
  private long lastLine;
  private @Nullable ProgressBar bar;
  private @Nullable String awaited;
  private long waitingSince;
  private long lastWaitingLine;

  ConsoleProgress(PrintStream out, LongSupplier nanoTime, boolean terminal) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.terminal = terminal;
    lastWaitingLine = nanoTime.getAsLong() - WAIT_AGAIN_NANOS;
  }

  /** Shows a run of this process from now on. */
  public static ConsoleProgress create() {
    ConsoleProgress progress = new ConsoleProgress(System.err, System::nanoTime, isTerminal());
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "heddle-progress");
              thread.setDaemon(true);
              return thread;
            });
    var unused = clock.scheduleAtFixedRate(progress::tick, 500, 500, TimeUnit.MILLISECONDS);
    return progress;
  }

  /** Whether standard error, of which Java does not tell, goes to a person. */
  private static boolean isTerminal() {
    try {
      Path device = Path.of("/dev/fd/2").toRealPath();
      return device.startsWith("/dev/pts") || device.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public synchronized void begin(String name, long count, String countedUnit) {
    end();
    phase = name;
    total = count;
    unit = countedUnit;
    done = 0;
    begun = nanoTime.getAsLong();
    lastLine = begun;
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(count > 0 ? count : -1)
              .setUnit(" " + countedUnit, 1)
              .showSpeed()
              .setUpdateIntervalMillis(250)
              .build();
    }
  }

  @Override
  public synchronized void advance(long count) {
    awaited = null;
    done += count;
    if (bar != null) {
      bar.stepBy(count);
      bar.setExtraMessage("");
    }
  }

  @Override
  public synchronized void end() {
    awaited = null;
    if (bar != null) {
      bar.close();
      bar = null;
    } else if (phase != null) {
      double seconds = seconds(nanoTime.getAsLong() - begun);
      out.println(
          phase
              + ": "
              + (done > 0 ? done + " " + unit + ", " + rate(done, seconds) + ", " : "")
              + String.format(Locale.ROOT, "%.1f s", seconds));
    }
    phase = null;
  }

  @Override
  public synchronized void waitingFor(String party) {
    awaited = party;
    waitingSince = nanoTime.getAsLong();
  }

  @Override
  public synchronized void note(String line) {
    awaited = null;
    // On a terminal the cursor may stand behind a bar, which is drawn again below.
    out.println((bar == null ? "" : "\r\u001b[K") + line);
  }

  synchronized void tick() {
    long now = nanoTime.getAsLong();
    if (awaited != null && now - waitingSince >= WAIT_NANOS) {
      if (bar != null) {
        bar.setExtraMessage(" waiting for " + awaited);
      } else if (now - lastWaitingLine >= WAIT_AGAIN_NANOS) {
        lastWaitingLine = now;
        out.println("waiting for " + awaited);
      }
    } else if (bar == null && phase != null && done > 0 && now - lastLine >= LINE_NANOS) {
      lastLine = now;
      out.println(line(seconds(now - begun)));
    }
  }

  private String line(double seconds) {
    String so = phase + ": " + done + (total > 0 ? " of " + total : "") + " " + unit;
    if (total > 0) {
      so += " (" + 100 * done / total + " %)";
    }
    so += ", " + rate(done, seconds);
    return total > done ? so + ", " + Math.round(seconds * (total - done) / done) + " s left" : so;
  }

  private String rate(long count, double seconds) {
    double rate = count / Math.max(seconds, 1e-3);
    String number =
        rate >= 10_000
            ? Math.round(rate / 1000) + "k"
            : String.format(Locale.ROOT, rate >= 10 ? "%.0f" : "%.1f", rate);
    return number + " " + unit + "/s";
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One {@code heddle} process of the demo. Its lines appear here behind its name; the line by which
 * it reports an error is kept back, for the demo to end with.
 */
final class ChildProcess implements AutoCloseable {
  private static final String ERROR_PREFIX = "heddle: ";
  // What every JVM with the Vector API says; told once per party it would only frighten.
  private static final String JVM_NOTICE = "WARNING: Using incubator modules";
  private static final long GRACE_SECONDS = 5;

  private final String name;
  private final Process process;
  private final Thread reader;
  private final Thread hook;
  private volatile @Nullable String errorLine;

  private ChildProcess(String name, Process process, PrintStream to) {
    this.name = name;
    this.process = process;
    reader = new Thread(() -> relay(to), "output of " + name);
    reader.start();
    // Whoever ends the demo ends its parties; also where the terminal does not signal the group.
    hook = new Thread(process::destroy, "end of " + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts {@code heddle} with the arguments.
   *
   * @param directory where it runs and leaves its log
   * @param to where its lines appear
   */
  static ChildProcess start(
      String name, Path launcher, Path directory, List<String> arguments, PrintStream to) {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(launcher.toString());
    builder.command().addAll(arguments);
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(new File("/dev/null"));
    builder.environment().put("HEDDLE_BUILT", "1");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    try {
      return new ChildProcess(name, builder.start(), to);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start the process of " + name, e);
    }
  }

  private void relay(PrintStream to) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ERROR_PREFIX)) {
          errorLine = line.substring(ERROR_PREFIX.length());
        } else if (!line.startsWith(JVM_NOTICE)) {
          to.println("[" + name + "] " + line);
        }
      }
    } catch (IOException e) {
      // The process was ended; what it was about to say no longer matters.
      to.println("[" + name + "] ended");
    }
  }

  String name() {
    return name;
  }

  /** Completes with the exit code. */
  CompletableFuture<Integer> exit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /** The exit code of a process that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  /** Why it failed, in its own words, once it has ended. */
  String error() {
    try {
      reader.join(TimeUnit.SECONDS.toMillis(GRACE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String line = errorLine;
    return line != null ? line : "ended with exit code " + exitCode() + " and gave no reason";
  }

  /** Waits a little for an end that is under way, then ends it. */
  void endSoon() {
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
        if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the process at once if it still runs, and waits for its last lines. */
  @Override
  public void close() {
    process.destroy();
    endSoon();
    try {
      reader.join();
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook with it.
      process.destroyForcibly();
    }
  }
}

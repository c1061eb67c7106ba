// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.party.PartyId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link SweepParty} in a process of its own. */
final class SweepProcess {
  private static final long PATIENCE_SECONDS = 90;

  private final PartyId party;
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> said = new ArrayList<>();
  private boolean ended;

  private SweepProcess(PartyId party, Process process) {
    this.party = party;
    this.process = process;
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader out = process.inputReader(UTF_8)) {
                out.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                // Killed; what it was about to say no longer matters.
              }
              lines.add("");
            });
    reader.setDaemon(true);
    reader.start();
  }

  static SweepProcess start(PartyId party, List<String> command, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(arguments));
    return new SweepProcess(party, new ProcessBuilder(all).redirectErrorStream(true).start());
  }

  /** Waits until it says that it stops, and gives the place; null if it ends instead. */
  @Nullable String waitForStop() throws InterruptedException {
    return waitFor(Stop.AT);
  }

  private @Nullable String waitFor(String start) throws InterruptedException {
    for (String line = next(); !line.isEmpty(); line = next()) {
      if (line.startsWith(start)) {
        return line.substring(start.length());
      }
    }
    return null;
  }

  private String next() throws InterruptedException {
    String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("Party " + party + " hangs; it said " + said);
    }
    if (line.isEmpty()) {
      ended = true;
    } else {
      said.add(line);
    }
    return line;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void goOn() throws IOException {
    OutputStream in = process.getOutputStream();
    in.write('\n');
    in.flush();
  }

  /** As {@code kill -9}; all at once. */
  static void kill(Collection<SweepProcess> victims) throws InterruptedException {
    victims.forEach(victim -> victim.process.toHandle().destroyForcibly());
    for (SweepProcess victim : victims) {
      victim.process.waitFor();
    }
  }

  /** Waits for a good end. */
  void end() throws InterruptedException {
    if (!ended) {
      waitFor("\0");
    }
    int code = process.waitFor();
    if (code != 0) {
      throw new AssertionError("Party " + party + " ended with " + code + " and said " + said);
    }
  }

  /** Waits for a good end, and gives the number of messages it has sent. */
  int finish() throws InterruptedException {
    end();
    return Integer.parseInt(last().split(" ", 2)[0]);
  }

  /** After its end: whether it knows that nobody needs it any more. */
  boolean isSettled() {
    return !last().contains(SweepParty.UNSETTLED);
  }

  private String last() {
    String last = said.isEmpty() ? "" : said.get(said.size() - 1);
    if (!last.startsWith(SweepParty.DONE)) {
      throw new AssertionError("Party " + party + " said " + said);
    }
    return last.substring(SweepParty.DONE.length());
  }

  @Override
  public String toString() {
    return party + " " + said;
  }
}

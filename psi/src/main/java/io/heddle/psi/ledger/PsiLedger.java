// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A party's own record of its intersections, a line of JSON for each that began, was refused or
 * ended: when, with whom, how many ids each brought, what each party learned. Says nothing of the
 * ids. The lines bound what a peer may ask: each id that it brings is a question to this party's
 * list, and a quota counts them over several runs.
 *
 * <p>A run counts from the moment that its line is on the disk, which is before this party answers
 * anything, also if it breaks off later. Several processes may share a ledger. Whoever can write to
 * the file can change it: it is a record for the party itself, no proof for others.
 */
public final class PsiLedger {
  private static final String BEGUN = "begun";
  private static final String REFUSED = "refused";
  private static final String ENDED = "ended";
  private static final String PEERS = "peers";

  private static final ConfigParseOptions JSON =
      ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON);

  // A lock on a file keeps other processes out, not other threads of this one.
  private static final Object THREADS = new Object();

  private final PartyId self;
  private final Path file;
  private final Map<PartyId, Long> quotas;
  private final Duration period;
  private final Clock clock;

  // What has been read of the file, and this party's lines in it.
  private final List<Config> own = new ArrayList<>();
  private byte[] bytesRead = {};

  /** The ledger that a party's configuration names; null if it names none. */
  public static @Nullable PsiLedger of(PartyConfig config) {
    Path file = config.ledger().file();
    return file == null
        ? null
        : new PsiLedger(config.party(), file, config.psiQuotas(), config.ledger().quotaPeriod());
  }

  /**
   * A ledger in a file, which is made when it is first needed, readable by its owner only.
   *
   * @param self whose it is; lines of another party in the file, as in a trial on one machine, do
   *     not count
   * @param quotas how many ids a peer may bring within a period; one that is not named has no bound
   */
  public PsiLedger(PartyId self, Path file, Map<PartyId, Long> quotas, Duration period) {
    this(self, file, quotas, period, Clock.systemUTC());
  }

  PsiLedger(PartyId self, Path file, Map<PartyId, Long> quotas, Duration period, Clock clock) {
    this.self = self;
    this.file = file;
    this.quotas = Map.copyOf(quotas);
    this.period = period;
    this.clock = clock;
  }

  /**
   * Reads what is there while nobody waits, so that a run that begins has to read only what has
   * come since: hundreds of lines take a tenth of a second. Does nothing if there is no file yet,
   * or if it cannot be used: whoever needs it will tell.
   */
  public void readAhead() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      change((channel, lines) -> {});
    } catch (ConfigurationException e) {
      // A run that goes on may not need it any more.
    }
  }

  /**
   * Has on the disk that a run begins. A step that is done again in a session, after a crash,
   * counts once.
   *
   * @throws PrivacyException if a peer would have brought more than its quota within the period
   * @throws ConfigurationException if the file cannot be used
   */
  public void begin(LedgerRun run) {
    change(
        (channel, lines) -> {
          if (isThere(lines, BEGUN, run.session(), run.step())) {
            return;
          }
          String excess = excess(lines, run);
          append(channel, line(run, excess.isEmpty() ? BEGUN : REFUSED));
          if (!excess.isEmpty()) {
            throw new PrivacyException(excess);
          }
        });
  }

  /**
   * Has on the disk how a run ended.
   *
   * @param common how many ids all parties have, as far as this party learned it; -1 if it did not
   */
  public void end(String session, String step, int common) {
    change(
        (channel, lines) -> {
          if (isThere(lines, ENDED, session, step)) {
            return;
          }
          Map<String, Object> line = start(ENDED, session, step);
          if (common >= 0) {
            line.put("common", common);
          }
          append(channel, line);
        });
  }

  private static boolean isThere(List<Config> lines, String event, String session, String step) {
    return lines.stream()
        .anyMatch(
            line ->
                line.getString("event").equals(event)
                    && line.getString("session").equals(session)
                    && line.getString("step").equals(step));
  }

  /** What is wrong with the peers' numbers of ids; empty if nothing is. */
  private String excess(List<Config> lines, LedgerRun run) {
    Instant since = clock.instant().minus(period);
    for (Map.Entry<PartyId, Integer> peer : run.peerIds().entrySet()) {
      PartyId name = peer.getKey();
      Long quota = quotas.get(name);
      if (quota == null) {
        continue;
      }
      long before = 0;
      for (Config line : lines) {
        String path = path(name.name());
        if (line.getString("event").equals(BEGUN)
            && Instant.parse(line.getString("time")).isAfter(since)
            && line.hasPath(path)) {
          before += line.getLong(path);
        }
      }
      if (before + peer.getValue() > quota) {
        return "Party "
            + name
            + " brings "
            + peer.getValue()
            + " ids after "
            + before
            + " within "
            + days(period)
            + ": must be at most "
            + quota
            + " in all (peers."
            + name
            + ".psi-quota, psi.quota-period; "
            + file
            + ")";
      }
    }
    return "";
  }

  private static String path(String peer) {
    return ConfigUtil.joinPath(PEERS, peer);
  }

  private static String days(Duration period) {
    return period.toHours() % 24 == 0 ? period.toDays() + " d" : period.toSeconds() + " s";
  }

  private Map<String, Object> start(String event, String session, String step) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", clock.instant().toString());
    line.put("party", self.name());
    line.put("event", event);
    line.put("session", session);
    line.put("step", step);
    return line;
  }

  private Map<String, Object> line(LedgerRun run, String event) {
    Map<String, Object> line = start(event, run.session(), run.step());
    line.put("job", run.job());
    line.put("protocol", run.protocol());
    line.put("receiver", run.receiver().name());
    line.put("ids", run.ids());
    line.put(PEERS, byName(run.peerIds()));
    line.put("learned", byName(run.learned()));
    return line;
  }

  private static <V> SortedMap<String, V> byName(Map<PartyId, V> map) {
    SortedMap<String, V> named = new TreeMap<>();
    map.forEach((party, value) -> named.put(party.name(), value));
    return named;
  }

  /** What is done with this party's lines while nobody else has them. */
  private interface Change {
    void make(FileChannel channel, List<Config> lines) throws IOException;
  }

  private void change(Change change) {
    synchronized (THREADS) {
      try (FileChannel channel = open()) {
        FileLock lock = channel.lock();
        try {
          readOn(channel);
          change.make(channel, own);
        } finally {
          lock.release();
        }
      } catch (IOException e) {
        throw new ConfigurationException(
            "Cannot use the ledger "
                + file
                + " (psi.ledger): must be a file in a writable directory",
            e);
      }
    }
  }

  private FileChannel open() throws IOException {
    try {
      boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (posix) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      // As every time but the first.
    }
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * The lines that have come since the last time. What stands behind the last whole one was being
   * written when the process was killed, and nothing has followed from it: it goes, unless it is a
   * line but for its end.
   */
  private void readOn(FileChannel channel) throws IOException {
    byte[] all = new byte[Math.toIntExact(channel.size())];
    ByteBuffer unread = ByteBuffer.wrap(all);
    while (unread.hasRemaining() && channel.read(unread) >= 0) {
      // Until all is there.
    }
    if (Arrays.mismatch(all, bytesRead)
        != (all.length > bytesRead.length ? bytesRead.length : -1)) {
      // Lines are only added: this is another file.
      own.clear();
      bytesRead = new byte[0];
    }
    int before = bytesRead.length;
    byte[] fresh = Arrays.copyOfRange(all, before, all.length);
    int whole = fresh.length;
    while (whole > 0 && fresh[whole - 1] != '\n') {
      whole--;
    }
    List<Config> added = new ArrayList<>();
    for (String text : text(fresh, 0, whole).lines().toList()) {
      Config line = parsed(text);
      if (line == null) {
        throw new ConfigurationException(
            "Cannot read line "
                + (text(all, 0, before).lines().count() + added.size() + 1)
                + " of the ledger "
                + file
                + ": must be as this program wrote it. Put it right, or name another file"
                + " (psi.ledger)");
      }
      added.add(line);
    }
    Config last = parsed(text(fresh, whole, fresh.length));
    if (last != null) {
      added.add(last);
      write(channel, "\n");
    } else {
      channel.truncate(before + whole);
    }
    added.stream().filter(line -> line.getString("party").equals(self.name())).forEach(own::add);
    bytesRead =
        last == null
            ? Arrays.copyOf(all, before + whole)
            : ByteBuffer.allocate(all.length + 1).put(all).put((byte) '\n').array();
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private static @Nullable Config parsed(String text) {
    try {
      Config line = ConfigFactory.parseString(text, JSON);
      Instant.parse(line.getString("time"));
      for (String key : List.of("party", "event", "session", "step")) {
        line.getString(key);
      }
      if (line.hasPath(PEERS)) {
        line.getConfig(PEERS).root().keySet().forEach(name -> line.getLong(path(name)));
      }
      return line;
    } catch (ConfigException | DateTimeParseException e) {
      return null;
    }
  }

  private static void append(FileChannel channel, Map<String, Object> line) throws IOException {
    write(channel, ConfigValueFactory.fromMap(line).render(ConfigRenderOptions.concise()) + "\n");
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    channel.position(channel.size());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }
}

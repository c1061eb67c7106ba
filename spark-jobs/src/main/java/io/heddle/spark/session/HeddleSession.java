// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.session.Session;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.logistic.PredictorConsent;
import io.heddle.train.logistic.PrivacyRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * One party's session in one Spark application. Stages find it by name; {@value #DEFAULT} is made
 * on first use from the files that {@code spark.heddle.config} and {@code spark.heddle.job} name.
 * Connects to the peers on the first step, not before.
 *
 * <p>Lives in the driver only. Whoever made it ends it: {@link #finish} where all went well, {@link
 * #fail} where not. Steps are called one after the other.
 */
public final class HeddleSession implements AutoCloseable {
  /** The name of the session that Spark's configuration describes. */
  public static final String DEFAULT = "default";

  private static final String CONFIG = "spark.heddle.config";
  private static final String JOB = "spark.heddle.job";
  private static final Map<String, HeddleSession> BY_NAME = new ConcurrentHashMap<>();

  private final String name;
  private final PartyConfig party;
  private final JobConfig job;
  private final Progress progress;
  private final Supplier<Connection> opener;
  private @Nullable Connection connection;

  private HeddleSession(
      String name,
      PartyConfig party,
      JobConfig job,
      Progress progress,
      Supplier<Connection> opener) {
    job.checkFor(party);
    this.name = name;
    this.party = party;
    this.job = job;
    this.progress = progress;
    this.opener = opener;
  }

  /**
   * Makes a session that stages find under a name, over TLS to the peers that the party's file
   * lists. Nothing is sent yet.
   *
   * @throws ConfigurationException if the party cannot take part in the job
   * @throws IllegalArgumentException if a session of that name is open
   */
  public static HeddleSession register(
      String name, PartyConfig party, JobConfig job, Progress progress) {
    return register(name, party, job, progress, () -> TlsConnection.open(party, job, progress));
  }

  /**
   * As {@link #register(String, PartyConfig, JobConfig, Progress)}, over a transport of the
   * caller's.
   *
   * @param opener called once, on the first step
   */
  public static HeddleSession register(
      String name,
      PartyConfig party,
      JobConfig job,
      Progress progress,
      Supplier<Connection> opener) {
    HeddleSession made = new HeddleSession(name, party, job, progress, opener);
    if (BY_NAME.putIfAbsent(name, made) != null) {
      throw new IllegalArgumentException(
          "A session with the name " + name + " is open: finish it first");
    }
    return made;
  }

  /**
   * The session with a name.
   *
   * @throws ConfigurationException if there is none, and Spark's configuration does not describe it
   */
  public static HeddleSession named(String name, SparkSession spark) {
    HeddleSession known = BY_NAME.get(name);
    if (known != null) {
      return known;
    }
    if (!name.equals(DEFAULT)) {
      throw new ConfigurationException(
          "No Heddle session with the name "
              + name
              + ": must be one of "
              + BY_NAME.keySet()
              + ", or unset to use "
              + CONFIG);
    }
    return BY_NAME.computeIfAbsent(DEFAULT, ignored -> fromSpark(spark));
  }

  private static HeddleSession fromSpark(SparkSession spark) {
    Map<String, String> settings = new HashMap<>();
    for (Tuple2<String, String> setting : spark.sparkContext().getConf().getAll()) {
      settings.put(setting._1(), setting._2());
    }
    Overrides overrides = Overrides.ofSpark(settings);
    PartyConfig party = PartyConfig.load(file(settings, CONFIG), overrides);
    JobConfig job = JobConfig.load(file(settings, JOB), overrides);
    return new HeddleSession(
        DEFAULT,
        party,
        job,
        Progress.NONE,
        () -> TlsConnection.open(party, job, Progress.NONE));
  }

  private static Path file(Map<String, String> settings, String key) {
    String path = settings.get(key);
    if (path == null) {
      throw new ConfigurationException(
          "Missing setting "
              + key
              + " (Spark's configuration): must name this party's file, or a stage must name a"
              + " session in its Param session");
    }
    return Path.of(path);
  }

  /** This party. */
  public PartyId self() {
    return party.party();
  }

  public PartyId labelHolder() {
    return job.labelHolder();
  }

  public boolean holdsLabels() {
    return self().equals(labelHolder());
  }

  /** Length of the Paillier keys of this session's fits. */
  public int keyBits() {
    return job.keyBits();
  }

  /** What this party's own file allows. */
  public PrivacyRules privacyRules() {
    return new PrivacyRules(
        party.privacy().labelRowsPerColumn(),
        PredictorConsent.valueOf(party.privacy().predictor().name()));
  }

  public Progress progress() {
    return progress;
  }

  /** The open session; connects to all peers if no step did so before. */
  public synchronized Session open() {
    if (connection == null) {
      connection = opener.get();
    }
    return connection.session();
  }

  /**
   * Runs one numbered step, which every party must run now, with the same kind and terms. A failure
   * ends the session at all parties.
   *
   * @param kind names the call in errors, such as {@code fit-vertical-logistic-regression}
   */
  public <T> T step(String kind, SortedMap<String, String> terms, Function<Channel, T> body) {
    Session opened = open();
    try {
      return body.apply(opened.beginStep(kind, terms));
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
  }

  /** Adds to a step's terms which rows it is about, for the parties to compare. */
  public void addAlignment(SortedMap<String, String> terms, @Nullable AlignedTable given) {
    terms.put("alignment", given == null ? "within this step" : given.digest());
    if (given != null) {
      terms.put("rows", String.valueOf(given.rows()));
    }
  }

  /**
   * Finds the rows that all parties have, in one order for all.
   *
   * @param table this party's rows
   * @param idCols the columns that together name a row
   * @return what all parties have; table columns as they were, with the aligned index
   * @throws io.heddle.error.DataException if an id is missing, blank or stands twice
   * @throws io.heddle.error.AlignmentException if fewer rows are common than this party allows
   */
  public Aligned align(Channel step, Dataset<Row> table, String... idCols) {
    Ids ids = Ids.collect(table, Arrays.asList(idCols), job.psi().normalise());
    Alignment alignment =
        PrivateSetIntersection.align(
            step.step("align"),
            job.psi().receiver(),
            open().bindingSalt("alignment"),
            ids.keys(),
            new PsiLimits(
                Math.toIntExact(party.privacy().minIntersection()),
                Math.toIntExact(party.privacy().maxPeerSetSize())),
            progress);
    List<byte[]> keys = new ArrayList<>(alignment.rows().length);
    for (int row : alignment.rows()) {
      keys.add(ids.keys().get(row));
    }
    return new Aligned(
        AlignedTable.of(table, idCols, ids.values(), alignment.rows(), alignment.digest()),
        keys,
        ids.keys().size());
  }

  /**
   * An aligned table.
   *
   * @param ids the normalised ids in aligned order
   * @param ownRows how many rows this party's table had
   */
  public record Aligned(AlignedTable table, List<byte[]> ids, int ownRows) {}

  /**
   * Compares with every peer what was sent and received, and ends the session.
   *
   * @throws io.heddle.error.ProtocolException if the transcripts differ
   */
  public void finish() {
    end(Session::finish);
  }

  /** Ends the session and tells every peer that it failed, not why. Never throws. */
  public void fail(Throwable cause) {
    end(session -> session.fail(cause));
  }

  /** Ends the session; one that is not finished has failed. */
  @Override
  public void close() {
    end(Session::close);
  }

  private synchronized void end(Consumer<Session> how) {
    BY_NAME.remove(name, this);
    if (connection != null) {
      try {
        how.accept(connection.session());
      } finally {
        connection.transport().close();
      }
    }
  }

  /**
   * An open session and what carries it.
   *
   * @param transport closed when the session ends
   */
  public record Connection(Session session, Transport transport) {}

  /** What must be closed when a session ends. */
  @FunctionalInterface
  public interface Transport {
    /** Lets go of ports and links; does nothing the second time. */
    void close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageKey;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.PredictorConsent;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringMessages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final String KIND = "job";
  private static final String CONFIG = "spark.heddle.config";
  private static final String JOB = "spark.heddle.job";
  private static final Map<String, HeddleSession> BY_NAME = new ConcurrentHashMap<>();

  private final String name;
  private final PartyConfig party;
  private final JobConfig job;
  private final Progress progress;
  private final Supplier<Exchange> opener;
  private final Map<String, Double> seconds = new HashMap<>();
  private @Nullable Exchange exchange;
  private @Nullable Session session;
  private boolean opening;

  private HeddleSession(
      String name, PartyConfig party, JobConfig job, Progress progress, Supplier<Exchange> opener) {
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
    return register(name, party, job, progress, () -> TlsExchange.open(party, job, codec()));
  }

  /**
   * As {@link #register(String, PartyConfig, JobConfig, Progress)}, over a transport of the
   * caller's.
   *
   * @param opener called once, on {@link #listen} or the first step; the session closes what it
   *     gives
   */
  public static HeddleSession register(
      String name, PartyConfig party, JobConfig job, Progress progress, Supplier<Exchange> opener) {
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
        DEFAULT, party, job, Progress.NONE, () -> TlsExchange.open(party, job, codec()));
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

  /** Every message that a stage of this version sends. */
  private static MessageCodec codec() {
    List<MessageType<?>> types = new ArrayList<>(SessionMessages.TYPES);
    types.addAll(PsiMessages.TYPES);
    types.addAll(LogisticMessages.TYPES);
    types.addAll(ScoringMessages.TYPES);
    return new MessageCodec(types);
  }

  /** The name by which stages find it. */
  public String name() {
    return name;
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

  /**
   * Starts to listen and to look for the peers, and returns at once. From here on {@link #fail}
   * reaches peers that are there or come soon.
   */
  public synchronized Exchange listen() {
    if (exchange == null) {
      exchange = opener.get();
    }
    return exchange;
  }

  /** The open session; waits for all peers if no step did so before. */
  public synchronized Session open() {
    if (session == null) {
      opening = true;
      SortedMap<PartyId, String> roles = new TreeMap<>();
      for (PartyId each : job.parties()) {
        roles.put(each, each.equals(labelHolder()) ? "label-holder" : "feature-holder");
      }
      session =
          Session.open(
              listen(),
              SessionTerms.of(KIND, roles, job.canonicalTerms())
                  .withFloors(
                      new TreeMap<>(
                          Map.of("paillier.key-bits", (long) party.privacy().minKeyBits()))),
              progress);
    }
    return session;
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
      Channel step = opened.beginStep(kind, terms);
      long start = System.nanoTime();
      T result = body.apply(step);
      seconds.merge(kind, (System.nanoTime() - start) / 1e9, Double::sum);
      return result;
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
  }

  /** How long steps of a kind took here, from when all parties had begun them. */
  public double secondsIn(String kind) {
    return seconds.getOrDefault(kind, 0.0);
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
    TableIds collected = TableIds.collect(table, Arrays.asList(idCols), job.psi().normalise());
    List<byte[]> ids = collected.ids().values();
    collected.ids().notes().forEach(progress::note);
    Alignment alignment =
        PrivateSetIntersection.align(
            step.step("align"),
            job.psi().receiver(),
            open().bindingSalt("alignment"),
            ids,
            new PsiLimits(
                job.psi().minIntersection(), Math.toIntExact(party.privacy().maxPeerSetSize())),
            progress);
    List<byte[]> keys = new ArrayList<>(alignment.rows().length);
    for (int row : alignment.rows()) {
      keys.add(ids.get(row));
    }
    return new Aligned(
        AlignedTable.of(table, idCols, collected.values(), alignment.rows(), alignment.digest()),
        keys,
        ids.size());
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
  public synchronized void finish() {
    try {
      if (session != null) {
        session.finish();
      }
    } finally {
      close();
    }
  }

  /**
   * Ends the session and tells every peer that it failed, not why. If the parties have not met yet,
   * waits some seconds for those who are on their way.
   */
  public synchronized void fail(Throwable cause) {
    if (session != null) {
      session.fail(cause);
    } else if (exchange != null && opening) {
      exchange.abort(MessageKey.OPENING, AbortCode.of(cause), "");
    } else if (exchange != null) {
      exchange.abortUnopened(AbortCode.of(cause), progress);
    }
    close();
  }

  /** Ends the session; to the peers one that is not finished has failed. */
  @Override
  public synchronized void close() {
    BY_NAME.remove(name, this);
    if (session != null) {
      session.close();
    }
    if (exchange != null) {
      exchange.close();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageKey;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.MonotoneConstraints;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.VflException;
import io.heddle.identity.Identity;
import io.heddle.party.BinsConsent;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.FoundRows;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ledger.PsiLedger;
import io.heddle.psi.oprf.Oprf;
import io.heddle.session.Session;
import io.heddle.session.SessionFigures;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import io.heddle.spark.table.AlignedTable;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringMessages;
import io.heddle.train.metric.MetricMessages;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreeRules;
import io.heddle.train.trees.TreesScoringMessages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
 * #fail} where not. Steps are called one after the other; {@link #fail} and {@link #close} may come
 * from any thread, and wake one that waits for a peer.
 */
public final class HeddleSession implements AutoCloseable {
  /** The name of the session that Spark's configuration describes. */
  public static final String DEFAULT = "default";

  private static final String KIND = "job";
  private static final String CONFIG = "spark.heddle.config";
  private static final String JOB = "spark.heddle.job";
  private static final Map<String, HeddleSession> BY_NAME = new ConcurrentHashMap<>();

  /** Of the sessions of this process that have ended. */
  private static final List<SessionFigures> ENDED = new ArrayList<>();

  private final String name;
  private final PartyConfig party;
  private final JobConfig job;
  private final Progress progress;
  private final Transport transport;
  private final Map<String, Double> seconds = new HashMap<>();
  private final AtomicInteger openedPredictors = new AtomicInteger();
  private final AtomicLong nodesOfTrees = new AtomicLong();

  /** Held while the parties meet, which may take long; the own monitor is not. */
  private final Object meeting = new Object();

  private @Nullable SessionLog log;
  private @Nullable BlobStore blobs;
  private @Nullable Exchange exchange;
  private @Nullable Session session;
  private boolean opening;
  private boolean ended;

  /** Opens the way to the peers. */
  private interface Transport {
    Exchange open(ExchangeStart start, Supplier<BlobStore> blobs);
  }

  private HeddleSession(
      String name, PartyConfig party, JobConfig job, Progress progress, Transport transport) {
    job.checkFor(party);
    this.name = name;
    this.party = party;
    this.job = job;
    this.progress = progress;
    this.transport = transport;
  }

  /**
   * Makes the session of a command, under the name {@value #DEFAULT}. It is kept on the disk as the
   * party's file says; where the same command was broken off, this one goes on with it.
   *
   * @param command what is run, such as {@code train}
   * @param jobFile the file that all parties hold
   * @param data where this party's rows are
   * @param fresh forgets a session that was broken off
   * @throws io.heddle.error.CheckpointException if what was kept cannot be gone on with
   * @throws ConfigurationException if the party cannot take part in the job, or the job aligns rows
   *     on which nobody can train or score
   */
  public static HeddleSession ofCommand(
      String command,
      Path jobFile,
      String data,
      boolean fresh,
      PartyConfig party,
      JobConfig job,
      Progress progress) {
    job.checkForTraining();
    Identity identity = TlsExchange.identity(party);
    HeddleSession made =
        new HeddleSession(
            DEFAULT,
            party,
            job,
            progress,
            (start, blobs) -> TlsExchange.open(party, job, codec(), identity, start, blobs.get()));
    SessionLog kept =
        SessionLog.ofJob(party, identity, command, jobFile, data, made.terms(), codec(), fresh);
    if (kept != null) {
      kept.notes().forEach(progress::note);
    }
    synchronized (made) {
      made.log = kept;
    }
    return register(made);
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
    return register(new HeddleSession(name, party, job, progress, overTls(party, job)));
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
    return register(new HeddleSession(name, party, job, progress, (start, blobs) -> opener.get()));
  }

  private static Transport overTls(PartyConfig party, JobConfig job) {
    return (start, blobs) ->
        TlsExchange.open(party, job, codec(), TlsExchange.identity(party), start, blobs.get());
  }

  private static HeddleSession register(HeddleSession made) {
    if (BY_NAME.putIfAbsent(made.name, made) != null) {
      made.close();
      throw new IllegalArgumentException(
          "A session with the name " + made.name + " is open: finish it first");
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
    ClusterSafety.require(settings);
    ClusterSafety.requireWorkers(settings);
    Overrides overrides = Overrides.ofSpark(settings);
    PartyConfig party = PartyConfig.load(file(settings, CONFIG), overrides);
    JobConfig job = JobConfig.load(file(settings, JOB), overrides);
    return new HeddleSession(DEFAULT, party, job, Progress.NONE, overTls(party, job));
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
    types.addAll(TreeMessages.TYPES);
    types.addAll(TreesScoringMessages.TYPES);
    types.addAll(MetricMessages.TYPES);
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

  /** Whether this party takes all others as ones that follow protocols. */
  public boolean takesPeersAsSemiHonest() {
    return party.takesAsSemiHonest(job.parties());
  }

  /** Length of the keys of this session's fits. */
  public int keyBits() {
    return job.keyBits();
  }

  /** What this party's own file allows in boosted trees. */
  public TreeRules treeRules() {
    return new TreeRules(party.privacy().bins() == BinsConsent.FULL);
  }

  /** What this party's own file says of its columns in boosted trees. */
  public MonotoneConstraints monotoneConstraints() {
    return party.monotoneConstraints();
  }

  /** The column of scores by trees with each row's leaves, as this party's own file names it. */
  public @Nullable String leafCol() {
    return party.leafCol();
  }

  /** What this party's own file allows in a logistic regression. */
  public PrivacyRules privacyRules() {
    return new PrivacyRules(party.privacy().labelRowsPerColumn(), party.privacy().predictor());
  }

  public Progress progress() {
    return progress;
  }

  /**
   * Starts to listen and to look for the peers, and returns at once. From here on {@link #fail}
   * reaches peers that are there or come soon.
   */
  public synchronized Exchange listen() {
    requireNotEnded();
    if (exchange == null) {
      exchange = transport.open(log == null ? ExchangeStart.first() : log.start(), this::openBlobs);
    }
    return exchange;
  }

  private synchronized BlobStore openBlobs() {
    if (blobs == null) {
      long quota = party.blobs().quotaBytes();
      blobs = log == null ? BlobStore.temporary(quota) : log.blobs(quota);
    }
    return blobs;
  }

  private synchronized void requireNotEnded() {
    if (ended) {
      throw new IllegalStateException("The Heddle session " + name + " has ended");
    }
  }

  /**
   * The open session; waits for all peers if no step did so before. If that fails, {@link #fail}
   * ends it.
   *
   * @throws IllegalStateException if it has ended
   */
  public Session open() {
    synchronized (meeting) {
      Exchange links;
      synchronized (this) {
        if (session != null) {
          return session;
        }
        links = listen();
        opening = true;
      }
      SessionMetrics.register(codec().types());
      Session opened =
          log == null ? Session.open(links, terms(), progress) : Session.open(links, log, progress);
      synchronized (this) {
        if (!ended) {
          session = opened;
          return opened;
        }
      }
      opened.close();
      throw new IllegalStateException(
          "The Heddle session " + name + " was ended while the parties met");
    }
  }

  /**
   * The id of a session that began before this process and is gone on with; null for any other one.
   */
  public synchronized @Nullable String broken() {
    return log == null ? null : log.session();
  }

  /** Whether this command had published its results: only its peers may need it once more. */
  public synchronized boolean isPublished() {
    return log != null && log.isPublished();
  }

  private SessionTerms terms() {
    SortedMap<PartyId, String> roles = new TreeMap<>();
    for (PartyId each : job.parties()) {
      roles.put(each, each.equals(labelHolder()) ? "label-holder" : "feature-holder");
    }
    return SessionTerms.of(KIND, roles, job.canonicalTerms())
        .withFloors(
            new TreeMap<>(
                Map.of(
                    "paillier.key-bits", (long) party.privacy().minKeyBits(),
                    "psi.min-intersection", (long) party.privacy().minIntersection())));
  }

  /**
   * Does this party's own work for a step that comes next, while no peer waits for it yet. A
   * failure ends the session at all parties, as within a step.
   */
  public <T> T beforeStep(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
  }

  /**
   * Runs one numbered step, which every party must run now, with the same kind and terms. A failure
   * ends the session at all parties.
   *
   * @param kind names the call in errors, such as {@code fit-vertical-logistic-regression}
   */
  public <T> T step(String kind, SortedMap<String, String> terms, Function<Channel, T> body) {
    try {
      Channel step = open().beginStep(kind, terms);
      long start = System.nanoTime();
      T result = body.apply(step);
      seconds.merge(kind, (System.nanoTime() - start) / 1e9, Double::sum);
      return result;
    } catch (VflException e) {
      VflException cause = known(e);
      fail(cause);
      throw cause;
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
  }

  /** What has ended the session here, where a worker has only seen that its way is closed. */
  private VflException known(VflException seen) {
    Exchange links;
    Session opened;
    synchronized (this) {
      links = exchange;
      opened = session;
    }
    if (links == null || opened == null || !(seen instanceof PeerUnavailableException)) {
      return seen;
    }
    try {
      links.requireAlive(opened.id());
      return seen;
    } catch (PeerAbortedException ofPeer) {
      ofPeer.addSuppressed(seen);
      return ofPeer;
    } catch (VflException same) {
      return seen;
    }
  }

  /**
   * How many of this party's predictors the fits of this session have opened so far. All fits
   * count, whatever rows they took: rows of two fits may be the same ones under another digest.
   */
  public int openedPredictors() {
    return openedPredictors.get();
  }

  /**
   * On how many nodes of trees the fits of this session have asked for sums over this party's bins
   * so far, as {@link TreeRules#nodesCounted} has them; all fits count, as with {@link
   * #openedPredictors}.
   */
  public long nodesOfTrees() {
    return nodesOfTrees.get();
  }

  /** Counts nodes on which a fit has asked for such sums. */
  public void countNodesOfTrees(long nodes) {
    nodesOfTrees.addAndGet(nodes);
  }

  /** Counts predictors that a fit has opened. */
  public void countOpenedPredictors(int passes) {
    openedPredictors.addAndGet(passes);
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
   * @throws io.heddle.error.AlignmentException if fewer rows are common than the job asks for
   * @throws ConfigurationException if the job asks for other rows than the common ones, each once,
   *     for all parties
   */
  public Aligned align(Channel step, Dataset<Row> table, String... idCols) {
    job.checkForTraining();
    SparkIds own = SparkIds.of(table, Arrays.asList(idCols), job.psi(), progress);
    Channel narrower = step.step("align");
    PsiLimits limits = PsiLimits.of(party, job, PsiLedger.of(party), open().id(), narrower);
    byte[] salt = open().bindingSalt("alignment");
    Oprf oprf = Oprf.of(job, party, () -> TlsExchange.identity(party));
    if (job.parties().size() > 2 || oprf != null) {
      return own.aligned(
          PrivateSetIntersection.align(
              narrower,
              job.psi().receiver(),
              salt,
              open()::privateRandomness,
              // Of ids that repeat in the table it has collected one each.
              OwnRows.of(own.collect(), PsiDuplicates.REFUSE),
              limits,
              progress,
              oprf));
    }
    FoundRows found =
        PrivateSetIntersection.align(
            narrower, job.psi().receiver(), salt, open()::privateRandomness, own, limits, progress);
    return found instanceof DealtAlignment dealt
        ? own.aligned(dealt)
        : own.aligned((Alignment) found);
  }

  /**
   * An aligned table.
   *
   * @param ids the normalised ids in aligned order
   * @param ownRows how many rows this party's table had
   */
  public record Aligned(AlignedTable table, AlignedIds ids, int ownRows) {}

  /**
   * Compares with every peer what was sent and received, and ends the session. That of a command
   * ends with {@link #leave}, after its results are published.
   *
   * @throws io.heddle.error.ProtocolException if the transcripts differ
   */
  public void finish() {
    boolean finished = false;
    try {
      Session opened;
      synchronized (this) {
        opened = session;
      }
      if (opened != null) {
        opened.finish();
        if (log == null) {
          // Nobody calls leave() once this is closed, and a peer may not have this party's word
          // yet.
          boolean unused = opened.leave();
        }
      }
      finished = true;
    } finally {
      if (log == null || !finished) {
        close();
      }
    }
  }

  /**
   * After {@link #finish} and once the results are published: waits for peers that have not come as
   * far, and ends the session.
   */
  public void leave() {
    try {
      Session opened;
      synchronized (this) {
        opened = session;
      }
      if (opened != null && !opened.leave()) {
        progress.note(
            "a peer has not confirmed the end: should it have to go on later, run this command"
                + " again");
      }
    } finally {
      close();
    }
  }

  /**
   * Ends the session and tells every peer that it failed, not why. If the parties have not met yet,
   * waits some seconds for those who are on their way.
   */
  public void fail(Throwable cause) {
    end(
        (links, opened, met) -> {
          if (opened != null) {
            opened.fail(cause);
          } else if (met) {
            links.abort(MessageKey.OPENING, code(cause), "");
          } else {
            links.abortUnopened(code(cause), progress);
          }
        });
  }

  /** A session that began before this process can be gone on with once the cause is mended. */
  private synchronized AbortCode code(Throwable cause) {
    return log != null && log.isAgain() ? AbortCode.FAILED : AbortCode.of(cause);
  }

  /** Ends the session; to the peers one that is not finished has failed. */
  @Override
  public void close() {
    end((links, opened, met) -> {});
  }

  /** What is said to the peers at the end. */
  private interface LastWord {
    void say(Exchange links, @Nullable Session opened, boolean met);
  }

  /** Only the first end counts. Nothing is sent with the monitor held: a peer may be slow. */
  private void end(LastWord word) {
    Exchange links;
    Session opened;
    SessionLog kept;
    BlobStore stored;
    boolean met;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      links = exchange;
      opened = session;
      kept = log;
      stored = blobs;
      met = opening;
    }
    try (kept;
        stored;
        links;
        opened) {
      if (links != null) {
        word.say(links, opened, met);
      }
    } finally {
      synchronized (ENDED) {
        if (opened != null) {
          ENDED.add(opened.figures());
        }
        BY_NAME.remove(name, this);
      }
    }
  }

  /**
   * Gives a worker of this process its way to the stores of a session.
   *
   * @param publicKey of the worker
   * @param driverHost where executors find this process if it listens on all its addresses
   */
  static WorkerPlugin.Pass admit(Blobs blobs, byte[] publicKey, String driverHost) {
    HeddleSession of = of(blobs);
    if (of == null || !(of.listen() instanceof NettyExchange links)) {
      throw new IllegalStateException("An executor asks for a session that is not open here");
    }
    String host = of.party.listen().host();
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    return new WorkerPlugin.Pass(
        links.dataWays(everywhere ? driverHost : host),
        WorkerCertificate.sign(TlsExchange.identity(of.party), publicKey, blobs.session()));
  }

  /** Why a worker should not go on; empty if it should. */
  static String failure(Blobs blobs) {
    HeddleSession of = of(blobs);
    if (of == null) {
      return "The session has ended";
    }
    try {
      of.listen().requireAlive(blobs.session());
      return "";
    } catch (VflException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static @Nullable HeddleSession of(Blobs blobs) {
    return BY_NAME.values().stream()
        .filter(each -> each.self().equals(blobs.self()) && each.isSession(blobs.session()))
        .findFirst()
        .orElse(null);
  }

  private synchronized boolean isSession(String id) {
    return session != null && session.id().equals(id);
  }

  /** Of every session that this process has opened. */
  static List<SessionFigures> figures() {
    synchronized (ENDED) {
      List<SessionFigures> all = new ArrayList<>(ENDED);
      BY_NAME.values().forEach(each -> each.addFigures(all));
      return all;
    }
  }

  private synchronized void addFigures(List<SessionFigures> all) {
    if (session != null) {
      all.add(session.figures());
    }
  }
}

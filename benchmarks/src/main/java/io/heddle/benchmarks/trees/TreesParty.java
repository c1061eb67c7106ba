// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.benchmarks.trees.PartyFigures.Crossed;
import io.heddle.benchmarks.trees.PartyFigures.Holder;
import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.command.ProcessUsage;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreeRules;
import io.heddle.train.trees.TreeScores;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesFeatureHolder;
import io.heddle.train.trees.TreesFit;
import io.heddle.train.trees.TreesLabelHolder;
import io.heddle.train.trees.TreesScoringFeatureHolder;
import io.heddle.train.trees.TreesScoringLabelHolder;
import io.heddle.train.trees.TreesSummary;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One party of a run: trains, scores the training rows, and measures itself. */
final class TreesParty {
  static final PartyId LABEL_HOLDER = new PartyId("label-holder");
  static final PartyId FEATURE_HOLDER = new PartyId("feature-holder");

  static final String START = "start";
  static final String TRAINING = "training";
  static final String FIT = "fit";
  private static final String SCORE = "score";
  private static final String CARRY = "carry";

  private static final int CHUNKS_TO_A_SAMPLE = 16;

  private final Settings settings;
  private final TreeTerms terms;
  private final boolean holdsLabels;
  private final Map<String, Cost> phases = new LinkedHashMap<>();
  private final List<Cost> trees = new ArrayList<>();
  private final TimedChannel.Acts acts = new TimedChannel.Acts(act -> between(act));
  private final Cost.Watch watch = new Cost.Watch();
  private final Cost.Watch whole = new Cost.Watch();
  private final List<UnitCosts> units = new ArrayList<>();
  private @Nullable Operations operations;
  private int chunks;
  private Map<String, Cost> training = new LinkedHashMap<>();

  TreesParty(Settings settings, boolean holdsLabels) {
    this.settings = settings;
    this.holdsLabels = holdsLabels;
    terms = settings.terms();
  }

  /** Laps at what the engine tells of its way. */
  private final class Stages implements Progress {
    private final Session session;
    private final int rows;

    Stages(Session session, int rows) {
      this.session = session;
      this.rows = rows;
    }

    @Override
    public void begin(String phase, long total, String unit) {
      phases.put("setUp", watch.lap());
      whole.lap();
      acts.restart();
    }

    @Override
    public void advance(long count) {
      if (count > 0) {
        trees.add(watch.lap());
        acts.endTree();
        if (settings.isOn("units")) {
          apart(() -> measureUnits(session, rows));
        }
      }
    }

    @Override
    public void end() {
      phases.put(TRAINING, whole.lap());
      training = acts.costs();
      watch.lap();
    }

    @Override
    public void waitingFor(String party) {}

    @Override
    public void note(String line) {
      System.err.println(line);
    }
  }

  PartyFigures run(Supplier<Exchange> opening) {
    phases.put(START, new Cost(ProcessUsage.seconds(), ProcessUsage.cpuSeconds()));
    watch.lap();
    TreesTable table = TreesTable.of(settings, holdsLabels);
    phases.put("table", watch.lap());
    try (Exchange exchange = opening.get();
        Session session =
            Session.open(
                exchange,
                SessionTerms.of(
                    "trees",
                    Map.of(LABEL_HOLDER, "label-holder", FEATURE_HOLDER, "feature-holder"),
                    new TreeMap<>()),
                Progress.NONE)) {
      Channel step = session.beginStep(FIT, new TreeMap<>(terms.asTerms()));
      phases.put("connect", watch.lap());
      PartyTable aligned =
          new PartyTable(
              LocalAlignedRows.of(
                  table.rows(), table.columns(), Runtime.getRuntime().availableProcessors()),
              table.names(),
              Sha256.of());
      return holdsLabels
          ? ofLabelHolder(session, step, table, aligned)
          : ofFeatureHolder(session, step, aligned);
    }
  }

  private PartyFigures ofLabelHolder(
      Session session, Channel step, TreesTable table, PartyTable aligned) {
    AdditivePrivateKey key = TreesLabelHolder.key(session::privateRandomness, step, terms);
    phases.put("key", watch.lap());
    byte[] seed = TreesLabelHolder.roundingSeed(session::privateRandomness, step);
    TreesFit fit =
        new TreesLabelHolder(terms, key, session::privateRandomness, seed)
            .fit(
                new TimedChannel(step, acts),
                aligned,
                table.labels(),
                null,
                new Stages(session, table.rows()));
    TreeScores scores =
        new TreesScoringLabelHolder(fit.part())
            .score(session.beginStep(SCORE, new TreeMap<>()), aligned, Progress.NONE);
    return finished(session, fit).with(holder(fit, table, scores.rawPrediction()[0], seed));
  }

  private PartyFigures ofFeatureHolder(Session session, Channel step, PartyTable aligned) {
    TreesFit fit =
        new TreesFeatureHolder(
                terms, new TreeRules(settings.isOn("all-bins")), session::privateRandomness)
            .fit(
                new TimedChannel(step, acts),
                LABEL_HOLDER,
                aligned,
                0,
                new Stages(session, aligned.rows().rows()));
    new TreesScoringFeatureHolder(fit.part())
        .score(session.beginStep(SCORE, new TreeMap<>()), LABEL_HOLDER, aligned, Progress.NONE);
    return finished(session, fit);
  }

  private PartyFigures finished(Session session, TreesFit fit) {
    phases.put("score", watch.lap());
    session.finish();
    fit.summary().warnings().forEach(System.err::println);
    return new PartyFigures(
        phases,
        trees,
        training,
        acts.costsOfTrees(),
        session.traffic().lines().stream()
            .filter(line -> line.messagesSent() > 0 && !line.stepKind().equals(CARRY))
            .map(
                line ->
                    new Crossed(
                        line.stepKind(),
                        line.type().getSimpleName(),
                        line.messagesSent(),
                        line.bytesSent()))
            .toList(),
        fit.summary().addedRows(),
        fit.summary().additions(),
        fit.summary().sums(),
        ProcessUsage.peakMemoryMiB(),
        peakHeapMiB(),
        units,
        null);
  }

  /** What the clocks leave out. */
  private void apart(Runnable work) {
    Cost.Watch own = new Cost.Watch();
    work.run();
    Cost cost = own.lap();
    watch.leaveOut(cost);
    whole.leaveOut(cost);
    acts.leaveOut(cost);
  }

  /** Takes samples, from the second tree on, of what has just been done. */
  private void between(String act) {
    Operations sampled = operations;
    if (sampled == null) {
      return;
    }
    if (act.equals("work before sending " + TimedChannel.DERIVATIVES)) {
      // Those before are on their way, and these are not yet.
      if (chunks++ % CHUNKS_TO_A_SAMPLE == 0) {
        apart(sampled::sampleEncrypting);
      }
    } else if (act.equals("waiting for and reading " + TimedChannel.DESCENT)) {
      apart(sampled::sampleAdding);
    }
  }

  /** Of the tree that has ended; of the first one there are none, for it tells what to sample. */
  private void measureUnits(Session session, int rows) {
    int ciphertextBytes = terms.keyBits() / 4;
    Operations sampled = operations;
    if (sampled == null) {
      operations = warmedUp(session, rows, ciphertextBytes);
    }
    // Both parties go on from here together.
    double carry =
        Operations.carry(
            session.beginStep(CARRY, new TreeMap<>()),
            holdsLabels,
            TreeMessages.CHUNK_CIPHERTEXTS * ciphertextBytes);
    if (sampled != null) {
      units.add(sampled.taken(carry));
    }
  }

  private Operations warmedUp(Session session, int rows, int ciphertextBytes) {
    long derivatives =
        session.traffic().lines().stream()
            .filter(line -> line.type().getSimpleName().equals(TimedChannel.DERIVATIVES))
            .mapToLong(line -> line.bytesSent() + line.bytesReceived())
            .sum();
    int ofTree = Math.toIntExact(derivatives / ciphertextBytes);
    int rowsPerCiphertext = Math.round((float) terms.sampleRows(rows) / ofTree);
    Operations sampled =
        new Operations(
            holdsLabels,
            terms.keyBits(),
            rowsPerCiphertext * OptionsTable.slotBits(rows, rowsPerCiphertext),
            ofTree);
    sampled.warmUp();
    return sampled;
  }

  private Holder holder(TreesFit fit, TreesTable table, double[] scores, byte[] seed) {
    TreeEnsemble ensemble = fit.part().ensemble();
    if (ensemble == null) {
      throw new AssertionError("The label holder has no trees");
    }
    Double difference = null;
    Double seconds = null;
    if (settings.isOn("reference")) {
      Cost.Watch plaintext = new Cost.Watch();
      TreeEnsemble reference =
          JoinedTrees.of(
                  terms,
                  seed,
                  table.labels(),
                  List.of(table.columns(), TreesTable.of(settings, false).columns()))
              .fit(ensemble.trees().size());
      seconds = plaintext.lap().seconds();
      difference = ensemble.largestLeafDifference(reference);
    }
    TreesSummary summary = fit.summary();
    return new Holder(
        summary.trees(),
        summary.sharedTrees(),
        summary.sharedNodes(),
        summary.rowsPerCiphertext(),
        encryptions(terms.sampleRows(table.rows()), summary),
        summary.losses().get(summary.losses().size() - 1),
        TreesTable.auc(table.labels(), scores),
        difference,
        seconds);
  }

  private static long encryptions(int rows, TreesSummary summary) {
    int perCiphertext = summary.rowsPerCiphertext();
    return (rows + perCiphertext - 1L) / perCiphertext * summary.sharedTrees();
  }

  private static double peakHeapMiB() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum()
        / (1024.0 * 1024.0);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import io.heddle.spark.TlsParties;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.AlignedIds;
import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.session.HeddleSession.Aligned;
import io.heddle.spark.session.PinnedAlign;
import io.heddle.spark.session.WorkerPlugin;
import io.heddle.spark.table.AlignedTable;
import io.heddle.spark.table.SparkAlignedRows;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.PassListener;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringFeatureHolder;
import io.heddle.train.logistic.ScoringLabelHolder;
import io.heddle.train.logistic.ScoringMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * For tests: a driver with executors in processes of their own, on which two parties align, train
 * and score again and again, with all that they draw the same each time. What each run leaves is
 * printed as one line.
 */
final class ClusterFit {
  static final int PARTITIONS = 2;

  /**
   * Starts the line of a run: what was trained, where an executor died, and the digest of all that
   * came of it.
   */
  static final String RUN = "RUN ";

  static final String TREES = "trees, ";

  /** In place of the number of a kernel: the reading of the ids. */
  private static final int READING = -1;

  private static final int ROWS = 300;

  /**
   * Ids that only the retailer has, where ids stay with tasks: with them it has three partitions.
   */
  private static final int MANY = 8000;

  /** Of one run. On two cores under load 13 an undisturbed one has taken a minute and a half. */
  private static final Duration MOST = Duration.ofMinutes(5);

  private static final List<String> COLUMNS = List.of("a", "b", "c");
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(2).build();
  private static final PrivacyRules RULES = new PrivacyRules(10, PredictorConsent.FULL);
  private static final List<MessageType<?>> TYPES =
      Stream.of(
              PsiMessages.TYPES, LogisticMessages.TYPES, ScoringMessages.TYPES, ClusterTrees.TYPES)
          .<MessageType<?>>flatMap(List::stream)
          .toList();
  private static final MessageCodec CODEC = Parties.codec(TYPES);

  private final SparkSession spark;
  private final Path marks;
  private final boolean beside;
  private final boolean trees;
  private final Path job;
  private final Map<PartyId, PrivateRandomness> randomness = new ConcurrentHashMap<>();
  private final Map<PartyId, Dataset<Row>> tables;

  private ClusterFit(SparkSession spark, Path marks, boolean beside, boolean trees) {
    this.spark = spark;
    this.marks = marks;
    this.beside = beside;
    this.trees = trees;
    job =
        beside
            ? TlsParties.configure(marks, "psi { protocol = kkrt, partition-ids = 4096 }")
            : marks;
    // In tasks there must be several partitions, of which few rows are common.
    tables =
        Map.of(
            TwoParties.BANK,
            TwoParties.bankTable(spark, beside ? -ROWS : 0, ROWS),
            TwoParties.RETAILER,
            TwoParties.retailerTable(
                spark, beside ? 0 : ROWS / 10, ROWS + (beside ? MANY : ROWS / 10)));
    // What Spark does but once, on a busy machine in minutes, is no time that a party waits.
    for (Dataset<Row> table : tables.values()) {
      List<Row> unused = read(table, null).select("id").toJavaRDD().collect();
    }
    Parties.run(
        List.of(),
        TwoParties.BANK,
        this::keepRandomness,
        TwoParties.RETAILER,
        this::keepRandomness);
  }

  private boolean keepRandomness(Session session) {
    randomness.put(session.self(), session::privateRandomness);
    return true;
  }

  /** Where an executor dies. */
  private record Kill(PartyId party, int call) {
    Fate fate(Path marks) {
      return new Fate(marks.resolve("killed-" + party + "-" + call).toString());
    }

    @Override
    public String toString() {
      return party + (call == READING ? "'s ids" : "'s kernel " + call);
    }
  }

  /**
   * Arguments: a folder for marks, the master, how often an executor dies: spread evenly over the
   * kernels of both parties and the reading of their ids; after that the parties grow trees, where
   * three die, in two runs. Then {@code beside} if the parties meet over sockets, intersect in
   * tasks, and all goes from store to store. There four die, in two runs: as they make rows and
   * tags, encrypt, and add up what was fetched; and three over trees.
   */
  public static void main(String[] arguments) throws IOException {
    SparkSession spark =
        SparkSession.builder()
            .master(arguments[1])
            .appName("heddle-executors")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.memory", "640m")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.sql.shuffle.partitions", PARTITIONS)
            .config("spark.sql.warehouse.dir", arguments[0] + "/warehouse")
            // A machine under load answers late, which is no death.
            .config("spark.network.timeout", "300s")
            .config("spark.plugins", WorkerPlugin.class.getName())
            .getOrCreate();
    try {
      Path folder = Path.of(arguments[0]);
      boolean beside = arguments.length > 3;
      new ClusterFit(spark, folder, beside, false).runAll(Integer.parseInt(arguments[2]));
      // Kernels have the numbers of others: what has died there lives here.
      Path marks = Files.createDirectory(folder.resolve("trees"));
      new ClusterFit(spark, marks, beside, true).runAll(3);
    } finally {
      spark.stop();
    }
  }

  private void runAll(int kills) {
    List<String> ofBank = new ArrayList<>();
    List<String> ofRetailer = new ArrayList<>();
    print("undisturbed", run(List.of(), ofBank, ofRetailer));
    for (List<Kill> together : chosen(kills, ofBank, ofRetailer)) {
      print(together.toString(), run(together, new ArrayList<>(), new ArrayList<>()));
    }
  }

  private List<List<Kill>> chosen(int kills, List<String> ofBank, List<String> ofRetailer) {
    if (beside) {
      return trees
          ? whereTreesAreEncrypted(ofBank, ofRetailer)
          : besideTheLinks(ofBank, ofRetailer);
    }
    return trees
        ? whereTreesAreGrown(ofBank, ofRetailer)
        : spread(kills, ofBank.size(), ofRetailer.size());
  }

  /** One in the intersection and one in the fit, at each party in turn. */
  private static List<List<Kill>> besideTheLinks(List<String> ofBank, List<String> ofRetailer) {
    return List.of(
        List.of(
            // The receiver's rows are in the sender's store, and no driver knows it.
            new Kill(TwoParties.BANK, ofBank.indexOf("PartitionTask") + 1),
            // In the second pass: what was fetched once may lie in a cache.
            new Kill(TwoParties.RETAILER, ofRetailer.lastIndexOf("Stored") + 1)),
        List.of(
            // The sender's tags are in the receiver's store.
            new Kill(TwoParties.RETAILER, ofRetailer.indexOf("PartitionTask") + 1),
            new Kill(TwoParties.BANK, ofBank.lastIndexOf("ResidualEncryption") + 1)));
  }

  /** As columns are cut into bins, and as derivatives are added up by what was made of them. */
  private static List<List<Kill>> whereTreesAreGrown(List<String> ofBank, List<String> ofRetailer) {
    return List.of(
        List.of(new Kill(TwoParties.RETAILER, ofRetailer.indexOf("ColumnBins[]") + 1)),
        List.of(
            new Kill(TwoParties.BANK, ofBank.indexOf("ColumnBins[]") + 1),
            new Kill(TwoParties.RETAILER, ofRetailer.lastIndexOf("Accumulation") + 1)));
  }

  /** In the second tree: as its ciphertexts are fetched, and as they are made and added up. */
  private static List<List<Kill>> whereTreesAreEncrypted(
      List<String> ofBank, List<String> ofRetailer) {
    return List.of(
        List.of(new Kill(TwoParties.RETAILER, ofRetailer.lastIndexOf("GradientSlices") + 1)),
        List.of(
            new Kill(TwoParties.BANK, ofBank.lastIndexOf("GradientEncryption") + 1),
            new Kill(TwoParties.RETAILER, ofRetailer.lastIndexOf("Accumulation") + 1)));
  }

  private static List<List<Kill>> spread(int kills, int ofBank, int ofRetailer) {
    List<Kill> all = new ArrayList<>();
    for (int call = 1; call <= ofRetailer; call++) {
      all.add(new Kill(TwoParties.RETAILER, call));
    }
    all.add(new Kill(TwoParties.RETAILER, READING));
    all.add(new Kill(TwoParties.BANK, READING));
    for (int call = 1; call <= ofBank; call++) {
      all.add(new Kill(TwoParties.BANK, call));
    }
    int count = Math.min(kills, all.size());
    List<List<Kill>> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(List.of(all.get((2 * i + 1) * all.size() / (2 * count))));
    }
    return chosen;
  }

  private void print(String run, String digest) {
    System.out.println(RUN + (trees ? TREES : "") + run + ": " + digest);
  }

  /** The digest of both models, the scores, and every message of both parties in its order. */
  private String run(List<Kill> kills, List<String> ofBank, List<String> ofRetailer) {
    List<Message> bankSent = Collections.synchronizedList(new ArrayList<>());
    List<Message> retailerSent = Collections.synchronizedList(new ArrayList<>());
    Parties.Code<String> bank = session -> role(session, bankSent, ofBank, kills);
    Parties.Code<String> retailer = session -> role(session, retailerSent, ofRetailer, kills);
    List<String> results =
        beside
            ? besideTheLinks(bank, retailer)
            : List.copyOf(
                Parties.run(
                        new InMemory(MOST),
                        TYPES,
                        Map.of(TwoParties.BANK, bank, TwoParties.RETAILER, retailer))
                    .values());
    for (Kill kill : kills) {
      if (!kill.fate(marks).isMet()) {
        throw new AssertionError("No executor died at " + kill);
      }
    }
    MessageDigest digest = Sha256.newDigest();
    results.forEach(result -> digest.update(result.getBytes(StandardCharsets.UTF_8)));
    for (List<Message> sent : List.of(bankSent, retailerSent)) {
      for (Message message : sent) {
        byte[] body = CODEC.encode(message);
        digest.update(ByteBuffer.allocate(4).putInt(body.length).array());
        digest.update(body);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Over sockets, with sessions that executors find. */
  private List<String> besideTheLinks(Parties.Code<String> bank, Parties.Code<String> retailer) {
    Map<PartyId, Callable<String>> calls = new TreeMap<>();
    calls.put(TwoParties.BANK, () -> inSession(TwoParties.BANK, bank));
    calls.put(TwoParties.RETAILER, () -> inSession(TwoParties.RETAILER, retailer));
    SortedMap<PartyId, String> results = Parties.together(calls, MOST);
    return List.copyOf(results.values());
  }

  private String inSession(PartyId self, Parties.Code<String> code) throws Exception {
    PartyConfig party =
        PartyConfig.load(
            marks.resolve(self.name()).resolve("heddle.conf"), Overrides.ofArguments(List.of()));
    try (HeddleSession session =
        HeddleSession.register(
            self.name(), party, JobConfig.load(job, Overrides.NONE), Progress.NONE)) {
      String result = code.run(session.open());
      session.finish();
      return result;
    }
  }

  private String role(Session session, List<Message> sent, List<String> calls, List<Kill> kills) {
    PartyId self = session.self();
    boolean bank = self.equals(TwoParties.BANK);
    Kill kill =
        kills.stream()
            .filter(each -> each.party().equals(self))
            .findFirst()
            .orElse(new Kill(self, 0));
    int fatal = kill.call();
    Fate fate = kill.fate(marks);
    PrivateRandomness mine = Objects.requireNonNull(randomness.get(self));
    Dataset<Row> table =
        read(Objects.requireNonNull(tables.get(self)), fatal == READING ? fate : null);

    Aligned aligned =
        beside
            ? PinnedAlign.align(
                tapped(session, "align", sent),
                JobConfig.load(job, Overrides.NONE),
                mine,
                table,
                ids -> new FatalIds(ids, calls, fatal, fate))
            : align(tapped(session, "align", sent), mine, table);
    try (AlignedRows<ColumnBlock> rows =
        new FatalRows<>(
            SparkAlignedRows.of(
                table(aligned).select(AlignedTable.INDEX, "features"),
                aligned.table().rows(),
                PARTITIONS),
            calls,
            fatal,
            fate)) {
      PartyTable columns =
          new PartyTable(rows, COLUMNS, HexFormat.of().parseHex(aligned.table().digest()));
      Channel step = tapped(session, "fit", sent);
      if (trees) {
        Supplier<Channel> scoring = () -> tapped(session, "score", sent);
        return bank
            ? ClusterTrees.ofLabelHolder(step, scoring, mine, columns, labels(aligned))
            : ClusterTrees.ofFeatureHolder(step, scoring, TwoParties.BANK, mine, columns);
      }
      LogisticFit fit;
      String scores = "";
      if (bank) {
        fit =
            new LogisticLabelHolder(
                    TERMS,
                    RULES,
                    LogisticLabelHolder.key(mine, step, TERMS),
                    mine,
                    LogisticLabelHolder.roundingSeed(mine, step))
                .fit(step, columns, labels(aligned), null, PassListener.NONE, Progress.NONE);
        scores =
            bits(
                new ScoringLabelHolder(fit.part())
                    .score(tapped(session, "score", sent), columns, Progress.NONE)
                    .rawPrediction());
      } else {
        fit =
            new LogisticFeatureHolder(TERMS, RULES, mine)
                .fit(step, TwoParties.BANK, columns, 0, PassListener.NONE, Progress.NONE);
        new ScoringFeatureHolder(fit.part(), RULES, mine)
            .score(tapped(session, "score", sent), TwoParties.BANK, columns, Progress.NONE);
      }
      return bits(fit.part().coefficients()) + bits(fit.part().intercept()) + scores;
    }
  }

  private static double[] labels(Aligned aligned) {
    return aligned.table().collect("label").stream().mapToDouble(row -> row.getDouble(1)).toArray();
  }

  private static Dataset<Row> table(Aligned aligned) {
    return aligned.table().table();
  }

  /** In this process. */
  private static Aligned align(Channel step, PrivateRandomness mine, Dataset<Row> table) {
    List<Row> ids = table.select("id").toJavaRDD().collect();
    List<byte[]> own =
        ids.stream().map(row -> row.getString(0).getBytes(StandardCharsets.UTF_8)).toList();
    Alignment alignment =
        PrivateSetIntersection.align(
            step,
            TwoParties.BANK,
            new byte[32],
            mine,
            own,
            new PsiLimits(1, 10 * ROWS),
            Progress.NONE);
    return new Aligned(
        AlignedTable.of(table, new String[] {"id"}, ids, alignment.rows(), alignment.digest()),
        AlignedIds.of(own),
        own.size());
  }

  private static Channel tapped(Session session, String step, List<Message> sent) {
    return TappedChannel.keepingSent(session.beginStep(step, new TreeMap<>()), sent);
  }

  /**
   * As all parties in memory, with the time that executors take.
   *
   * @param most for a run
   */
  record InMemory(Duration most) implements Parties.Network {
    @Override
    public SortedMap<PartyId, Exchange> apply(Collection<PartyId> parties, MessageCodec codec) {
      return InMemoryExchange.network(parties, codec);
    }

    @Override
    public <R> SortedMap<PartyId, R> together(Map<PartyId, ? extends Callable<R>> calls) {
      return Parties.together(calls, most);
    }
  }

  /** The table as executors read it; one of them may die over its last partition. */
  private Dataset<Row> read(Dataset<Row> table, @Nullable Fate fate) {
    return spark.createDataFrame(
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(table.collectAsList(), PARTITIONS)
            .map(
                row -> {
                  if (fate != null && TaskContext.getPartitionId() == PARTITIONS - 1) {
                    fate.meet();
                  }
                  return row;
                }),
        table.schema());
  }

  private static String bits(double... values) {
    return Arrays.stream(values).mapToObj(Double::toHexString).toList().toString();
  }
}

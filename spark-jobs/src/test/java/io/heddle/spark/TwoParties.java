// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.spark.session.HeddleSession;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.ScoringMessages;
import io.heddle.train.metric.MetricMessages;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreesScoringMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A bank with labels and a retailer without, each with a session of its own name in this JVM, over
 * an exchange in memory; and tables for them.
 */
public final class TwoParties {
  public static final PartyId BANK = new PartyId("bank");
  public static final PartyId RETAILER = new PartyId("retailer");

  private TwoParties() {}

  /**
   * Runs both at once and returns what the bank and the retailer returned.
   *
   * @param folder for the configuration files
   * @param overrides {@code key=value} for the files of both
   */
  public static <R> List<R> run(
      Path folder,
      List<String> overrides,
      Function<HeddleSession, R> bank,
      Function<HeddleSession, R> retailer) {
    return run(folder, overrides, FrameObserver.NONE, bank, retailer);
  }

  /** As above, with an eye on all application frames. */
  public static <R> List<R> run(
      Path folder,
      List<String> overrides,
      FrameObserver observer,
      Function<HeddleSession, R> bank,
      Function<HeddleSession, R> retailer) {
    return run(folder, overrides, List.of(), List.of(), observer, bank, retailer);
  }

  /** As above, with settings that one party has alone and that go before those of both. */
  public static <R> List<R> run(
      Path folder,
      List<String> overrides,
      List<String> ofBank,
      List<String> ofRetailer,
      FrameObserver observer,
      Function<HeddleSession, R> bank,
      Function<HeddleSession, R> retailer) {
    List<io.heddle.channel.MessageType<?>> types = new ArrayList<>(PsiMessages.TYPES);
    types.addAll(LogisticMessages.TYPES);
    types.addAll(ScoringMessages.TYPES);
    types.addAll(TreeMessages.TYPES);
    types.addAll(TreesScoringMessages.TYPES);
    types.addAll(MetricMessages.TYPES);
    Collection<PartyId> parties = List.of(BANK, RETAILER);
    SortedMap<PartyId, Exchange> network =
        InMemoryExchange.network(
            parties,
            Parties.codec(types),
            ExchangeLimits.DEFAULT,
            ExchangeTimeouts.DEFAULT,
            party -> observer);
    Overrides both = Overrides.ofArguments(overrides);
    Overrides bankSettings = Overrides.ofArguments(ofBank).before(both);
    Overrides retailerSettings = Overrides.ofArguments(ofRetailer).before(both);
    Path jobFile = jobFile(folder);
    HeddleSession bankSession =
        HeddleSession.register(
            BANK.name(),
            PartyConfig.load(partyFile(folder, BANK, RETAILER), bankSettings),
            JobConfig.load(jobFile, bankSettings),
            Progress.NONE,
            () -> network.get(BANK));
    HeddleSession retailerSession =
        HeddleSession.register(
            RETAILER.name(),
            PartyConfig.load(partyFile(folder, RETAILER, BANK), retailerSettings),
            JobConfig.load(jobFile, retailerSettings),
            Progress.NONE,
            () -> network.get(RETAILER));
    try (bankSession;
        retailerSession) {
      SortedMap<PartyId, R> results =
          Parties.together(
              Map.of(
                  BANK,
                  () -> bank.apply(bankSession),
                  RETAILER,
                  () -> retailer.apply(retailerSession)));
      return List.of(results.get(BANK), results.get(RETAILER));
    }
  }

  /** A job file of both parties. */
  public static Path jobFile(Path folder) {
    return write(folder.resolve("job.conf"), "parties = [bank, retailer]\nlabel-holder = bank\n");
  }

  /** A party's file; its peer's address leads nowhere. */
  public static Path partyFile(Path folder, PartyId self, PartyId peer) {
    return write(
        folder.resolve(self + ".conf"),
        "party = "
            + self
            + "\npeers."
            + peer
            + " { address = \"127.0.0.1:1\", fingerprint = \"sha256:"
            + "0".repeat(64)
            + "\" }\n");
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The bank's rows: id, three features in one vector, a label that hangs on both parties'
   * features.
   *
   * @param from the first customer; both tables of a customer fit together
   */
  public static Dataset<Row> bankTable(SparkSession spark, int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      double[] x = features(i);
      double logit = 1.2 * x[0] - 0.7 * x[1] + 1.5 * x[3] - 0.9 * x[5] + 0.4;
      boolean positive =
          new SplittableRandom(i * 31L + 7).nextDouble() < 1 / (1 + Math.exp(-logit));
      rows.add(
          RowFactory.create(
              "customer-" + i, Vectors.dense(x[0], x[1], x[2]), positive ? 1.0 : 0.0));
    }
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("id", DataTypes.StringType)
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType));
  }

  /** The retailer's rows: id, three features in one vector. */
  public static Dataset<Row> retailerTable(SparkSession spark, int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = to - 1; i >= from; i--) {
      double[] x = features(i);
      rows.add(RowFactory.create("customer-" + i, Vectors.dense(x[3], x[4], x[5])));
    }
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("id", DataTypes.StringType)
            .add("features", SQLDataTypes.VectorType()));
  }

  /** All six features of a customer, uniform on [-2, 2]. */
  public static double[] features(int customer) {
    SplittableRandom random = new SplittableRandom(customer);
    double[] x = new double[6];
    for (int j = 0; j < x.length; j++) {
      x[j] = 4 * random.nextDouble() - 2;
    }
    return x;
  }
}

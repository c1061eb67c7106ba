// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.DataSource;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.psi.table.Ids;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.ml.VerticalGBTClassificationModel;
import io.heddle.spark.ml.VerticalGBTRegressionModel;
import io.heddle.spark.session.HeddleSession;
import io.heddle.train.logistic.JoinedReference;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.trees.JoinedTrees;
import io.heddle.train.trees.TreeEnsemble;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreesModelPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Jobs whose label holder names a column of row weights: what they train is what training in the
 * clear with the same weights gives, as the stages with {@code weightCol} do.
 */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class JobWeightsTest {
  private static final int CUSTOMERS = 1000;

  private final SparkSession spark;
  private final Path folder;

  JobWeightsTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private static double weight(int customer) {
    return customer % 3 == 0 ? 2 : 1;
  }

  /** Of every third customer it hangs on the columns the other way round. */
  private static double label(int customer) {
    double[] x = TwoParties.features(customer);
    double z = (customer % 3 == 0 ? -1 : 1) * (1.2 * x[0] - x[1] + 1.5 * x[3]);
    return new SplittableRandom(customer * 31L + 7).nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  }

  private DataSource csv(HeddleSession session) {
    StringBuilder text =
        new StringBuilder(session.holdsLabels() ? "id,w.1,a,b,c,y\n" : "id,d,e,f\n");
    for (int i = session.holdsLabels() ? 0 : 100; i < CUSTOMERS; i++) {
      double[] x = TwoParties.features(i);
      text.append("c-").append(i);
      if (session.holdsLabels()) {
        text.append(String.format(",%s,%s,%s,%s,%s\n", weight(i), x[0], x[1], x[2], label(i)));
      } else {
        text.append(String.format(",%s,%s,%s\n", x[3], x[4], x[5]));
      }
    }
    try {
      return new DataSource.File(
          Files.writeString(folder.resolve(session.self() + ".csv"), text).toString(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path place(String party, String what) {
    return folder.resolve(party + "-" + what);
  }

  /** What both trained with these settings. */
  private JobConfig train(List<String> settings) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(List.of("data.id=id", "privacy.consent.predictor=full"));
    JobConfig job = JobConfig.load(TwoParties.jobFile(folder), Overrides.ofArguments(all));
    Function<HeddleSession, Integer> party =
        session -> {
          String self = session.self().name();
          List<String> own = new ArrayList<>(all);
          own.add("trace.dir=" + place(self, "trace"));
          if (session.holdsLabels()) {
            own.addAll(List.of("data.label=y", "data.weight=w.1"));
          }
          PartyConfig config =
              PartyConfig.load(folder.resolve(self + ".conf"), Overrides.ofArguments(own));
          new TrainJob(spark, session, config, job)
              .run(csv(session), place(self, "model"), place(self, "run"));
          return 0;
        };
    TwoParties.run(folder, all, party, party);
    return job;
  }

  /** The training rows in aligned order. */
  private List<Integer> trained() throws IOException {
    Map<ByteBuffer, Integer> customers = new HashMap<>();
    for (int i = 0; i < CUSTOMERS; i++) {
      customers.put(ByteBuffer.wrap(Ids.encode("c-" + i)), i);
    }
    List<Integer> trained =
        TraceFiles.readTrainingIds(place("bank", "trace")).stream()
            .map(id -> customers.getOrDefault(ByteBuffer.wrap(id), -1))
            .toList();
    assertThat(trained).hasSizeGreaterThan(500).doesNotContain(-1);
    return trained;
  }

  private static double[] values(List<Integer> customers, IntToDoubleFunction of) {
    return customers.stream().mapToDouble(of::applyAsDouble).toArray();
  }

  /** By party, column and row. */
  private static List<double[][]> columns(List<Integer> customers) {
    return IntStream.of(0, 3)
        .mapToObj(
            first ->
                IntStream.range(first, first + 3)
                    .mapToObj(j -> values(customers, i -> TwoParties.features(i)[j]))
                    .toArray(double[][]::new))
        .toList();
  }

  private TreesModelPart part(String objective) {
    String part = TrainedPart.in(place("bank", "model")).toUri().toString();
    return objective.equals("squared")
        ? VerticalGBTRegressionModel.load(part).part()
        : VerticalGBTClassificationModel.load(part).part();
  }

  @ParameterizedTest
  @ValueSource(strings = {"logistic", "squared"})
  void train_trees_areThoseOfTheWeights(String objective) throws IOException {
    JobConfig job =
        train(
            List.of(
                "algorithm=gbt",
                "gbt.objective=" + objective,
                "gbt.num_round=3",
                "gbt.max_depth=2",
                "gbt.firstTreeAlone=false"));

    List<Integer> trained = trained();
    JoinedTrees equal =
        JoinedTrees.of(
            TreeTerms.of(job),
            TraceFiles.readSeed(place("bank", "trace")),
            values(trained, JobWeightsTest::label),
            columns(trained));
    TreeEnsemble weighted = equal.withWeights(values(trained, JobWeightsTest::weight)).fit(3);
    TreesModelPart part = part(objective);
    assertThat(part.columnNames()).containsExactly("a", "b", "c");
    assertThat(part.ensemble()).isEqualTo(weighted);
    assertThat(equal.fit(3).trees()).isNotEqualTo(weighted.trees());
  }

  @Test
  void train_logisticRegression_isThatOfTheWeights() throws IOException {
    JobConfig job = train(List.of("logistic.maxIter=4"));

    List<List<double[]>> passes = new ArrayList<>();
    List<double[]> ofBank = TraceFiles.readCoefficients(place("bank", "trace"));
    List<double[]> ofRetailer = TraceFiles.readCoefficients(place("retailer", "trace"));
    for (int pass = 0; pass < ofBank.size(); pass++) {
      passes.add(List.of(ofBank.get(pass), ofRetailer.get(pass)));
    }
    List<Integer> trained = trained();
    double[] weights = values(trained, JobWeightsTest::weight);
    assertThat(difference(job, trained, weights, passes)).isLessThan(1e-6);
    assertThat(difference(job, trained, null, passes)).isGreaterThan(0.05);
  }

  private double difference(
      JobConfig job,
      List<Integer> trained,
      double @Nullable [] weights,
      List<List<double[]>> passes)
      throws IOException {
    LogisticTerms terms =
        LogisticTerms.builder()
            .regParam(job.logistic().regParam())
            .maxIter(job.logistic().maxIter())
            .tol(job.logistic().tol())
            .keyBits(job.keyBits())
            .build();
    List<List<double[]>> inTheClear =
        JoinedReference.train(
            terms,
            50,
            values(trained, JobWeightsTest::label),
            weights,
            columns(trained),
            TraceFiles.readSeed(place("bank", "trace")),
            passes.size());
    return JoinedReference.maxCoefficientDifference(passes, inTheClear);
  }
}

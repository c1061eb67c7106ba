// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PrivacyException;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.session.HeddleSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables that can be read but not trained on, through the whole job of both parties. */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class BadTablesTest {
  private static final int ROWS = 80;
  private static final String GOOD_BANK = table("id,label,a", i -> "k" + i + "," + i % 2 + "," + i);
  private static final String GOOD_RETAILER = table("id,b.c,d", i -> "k" + i + "," + i % 7 + ",5");

  private final SparkSession spark;
  private final Path folder;

  BadTablesTest(SparkSession spark, @TempDir Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  private static String table(String header, IntFunction<String> line) {
    return IntStream.range(0, ROWS)
        .mapToObj(line)
        .collect(Collectors.joining("\n", header + "\n", "\n"));
  }

  static Stream<Arguments> bad() {
    String wideHeader =
        "id," + IntStream.range(0, 2_000).mapToObj(j -> "c" + j).collect(Collectors.joining(","));
    return Stream.of(
        Arguments.of(
            "repeated ids",
            GOOD_BANK + "k1,1,1\nk2,0,2\n",
            GOOD_RETAILER,
            DataException.class,
            "2 of 82 ids of id repeat an earlier id"),
        Arguments.of(
            "missing and blank ids",
            GOOD_BANK + ",1,1\n\"  \",0,2\n",
            GOOD_RETAILER,
            DataException.class,
            "2 of 82 ids of id are missing or blank"),
        Arguments.of(
            "no id in common",
            GOOD_BANK,
            table("id,b", i -> "other" + i + "," + i),
            AlignmentException.class,
            "common"),
        Arguments.of(
            "too few ids in common",
            GOOD_BANK,
            table("id,b", i -> (i < 3 ? "k" : "other") + i + "," + i),
            AlignmentException.class,
            "common"),
        Arguments.of(
            "NFC here, NFD there",
            table("id,label,a", i -> "\u00e9" + i + "," + i % 2 + "," + i),
            table("id,b", i -> "e\u0301" + i + "," + i),
            AlignmentException.class,
            "common"),
        Arguments.of(
            "one class",
            table("id,label,a", i -> "k" + i + ",1," + i),
            GOOD_RETAILER,
            DataException.class,
            "have one label"),
        Arguments.of(
            "a third class",
            table("id,label,a", i -> "k" + i + "," + i % 3 + "," + i),
            GOOD_RETAILER,
            DataException.class,
            "labels are"),
        Arguments.of(
            "huge values",
            GOOD_BANK,
            table("id,b", i -> "k" + i + ",1e308"),
            DataException.class,
            "Column b has"),
        Arguments.of(
            "too many columns for the rows",
            GOOD_BANK,
            table(wideHeader, i -> "k" + i + ("," + i).repeat(2_000)),
            PrivacyException.class,
            "2000"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void train_badTable_failsAtBothAndLeavesNothing(
      String what, String bank, String retailer, Class<?> kind, String says) throws IOException {
    Throwable failure = catchThrowable(() -> train(bank, retailer));

    assertThat(failure).isInstanceOf(kind).hasMessageContaining(says);
    assertThat(failure.getMessage()).doesNotContain("k1").doesNotContain("1e308");
    assertThat(failure.getSuppressed())
        .as("the other party's")
        .hasSize(1)
        .allMatch(other -> other instanceof PeerAbortedException || kind.isInstance(other));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "bank.conf", "bank.csv", "job.conf", "retailer.conf", "retailer.csv");
    }
  }

  @Test
  void train_oddButUsableTables_ends() {
    // A constant column, a column with a dot, and ids that only a careful reader keeps apart.
    String zeros = "0".repeat(10_000);
    String bank =
        "\uFEFF"
            + GOOD_BANK
            + "007,1,3\n7,0,4\n07,1,5\n"
            + (zeros + "1,1,2\n")
            + (zeros + "2,0,1\n");
    String retailer = GOOD_RETAILER + "7,1,5\n007,2,5\n" + zeros + "2,6,5\n";

    assertThatCode(() -> train(bank, retailer)).doesNotThrowAnyException();
    assertThat(folder.resolve("retailer-model")).isDirectory();
    assertThat(folder.resolve("bank-model")).isDirectory();
  }

  @Test
  void train_idsInTwoUnicodeForms_meetUnderTheRule() {
    String bank = table("id,label,a", i -> "\u00e9" + i + "," + i % 2 + "," + i);
    String retailer =
        table(
            "id,b", i -> Normalizer.normalize("\u00e9" + i, Normalizer.Form.NFD) + "," + i * i % 9);

    assertThatCode(() -> train(bank, retailer, "psi.normalise=nfc")).doesNotThrowAnyException();
    assertThat(folder.resolve("bank-model")).isDirectory();
  }

  private void train(String bank, String retailer, String... more) throws IOException {
    Files.writeString(folder.resolve("bank.csv"), bank);
    Files.writeString(folder.resolve("retailer.csv"), retailer);
    List<String> settings =
        new ArrayList<>(
            List.of(
                "data.id=id",
                "privacy.consent.labels=10",
                "privacy.consent.predictor=full",
                "psi.min-intersection=20",
                "logistic.maxIter=3"));
    settings.addAll(List.of(more));
    Function<HeddleSession, Integer> train =
        session -> {
          List<String> own = new ArrayList<>(settings);
          if (session.holdsLabels()) {
            own.add("data.label=label");
          }
          String name = session.self().name();
          PartyConfig party =
              PartyConfig.load(folder.resolve(name + ".conf"), Overrides.ofArguments(own));
          JobConfig job =
              JobConfig.load(folder.resolve("job.conf"), Overrides.ofArguments(settings));
          try {
            new TrainJob(spark, session, party, job)
                .run(
                    folder.resolve(name + ".csv").toString(),
                    folder.resolve(name + "-model"),
                    null);
          } catch (RuntimeException e) {
            session.fail(e);
            throw e;
          }
          return 0;
        };
    TwoParties.run(folder, settings, train, train);
  }
}

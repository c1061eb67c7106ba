// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Traffic;
import io.heddle.train.logistic.Fits.Joined;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Eight parties train over sockets what one would on the joined columns. Property {@code
 * heddle.test.scale}: {@code all} for 100,000 rows.
 */
class EightPartiesScaleTest {
  private static final boolean ALL = "all".equals(System.getProperty("heddle.test.scale"));
  private static final int ROWS = ALL ? 100_000 : 2_000;
  private static final int PARTIES = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(60);
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(ALL ? 10 : 3).build();

  /** What a party ends with. */
  private record End(List<double[]> trace, Traffic traffic) {}

  /** On loopback; nobody is lost because somebody computes. */
  private static final class Patient implements Parties.Network {
    private static final ExchangeTimeouts TIMEOUTS =
        new ExchangeTimeouts(
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            PATIENCE,
            Duration.ofMinutes(1));

    @Override
    public SortedMap<PartyId, Exchange> apply(Collection<PartyId> parties, MessageCodec codec) {
      return new NettyNetwork(ExchangeLimits.DEFAULT, TIMEOUTS, party -> FrameObserver.NONE)
          .apply(parties, codec);
    }

    @Override
    public <R> SortedMap<PartyId, R> together(Map<PartyId, ? extends Callable<R>> calls) {
      return Parties.together(calls, PATIENCE);
    }
  }

  private static Parties.Code<End> labelHolder(Joined joined) {
    return session -> {
      List<double[]> trace = new ArrayList<>();
      LogisticFit unused =
          new LogisticLabelHolder(
                  TERMS, Fits.FULL, Fits.KEY, session::privateRandomness, Fits.seed())
              .fit(
                  Fits.begin(session, TERMS),
                  Fits.table(joined.holders().get(0), joined.rows(), 1),
                  joined.labels(),
                  null,
                  (pass, coefficients) -> trace.add(coefficients),
                  Progress.NONE);
      return new End(trace, session.traffic());
    };
  }

  private static Parties.Code<End> featureHolder(Joined joined, int number) {
    return session -> {
      List<double[]> trace = new ArrayList<>();
      LogisticFit unused =
          new LogisticFeatureHolder(TERMS, Fits.FULL, session::privateRandomness)
              .fit(
                  Fits.begin(session, TERMS),
                  Fits.BANK,
                  Fits.table(joined.holders().get(number), joined.rows(), 2),
                  0,
                  (pass, coefficients) -> trace.add(coefficients),
                  Progress.NONE);
      return new End(trace, session.traffic());
    };
  }

  @Test
  void fit_eightPartiesOverTls_hasTheCoefficientsOfTheJoinedColumns() {
    Joined joined = Fits.generate(ROWS, 21, 1, 2, 2, 2, 2, 2, 2, 2);
    Map<PartyId, Parties.Code<End>> parties = new TreeMap<>();
    parties.put(Fits.BANK, labelHolder(joined));
    for (int k = 1; k < PARTIES; k++) {
      parties.put(Fits.featureHolder(k), featureHolder(joined, k));
    }
    long from = System.nanoTime();
    SortedMap<PartyId, End> ends = Parties.run(new Patient(), Fits.TYPES, parties);
    double seconds = (System.nanoTime() - from) / 1e9;

    int passes = Objects.requireNonNull(ends.get(Fits.BANK)).trace().size();
    List<List<double[]>> trace =
        IntStream.range(0, passes)
            .mapToObj(pass -> ends.values().stream().map(end -> end.trace().get(pass)).toList())
            .toList();
    List<List<double[]>> reference =
        JoinedReference.train(
            TERMS,
            Fits.FULL.rowsPerColumn(),
            joined.labels(),
            null,
            joined.holders(),
            Fits.seed(),
            passes);
    double most = JoinedReference.maxCoefficientDifference(trace, reference);
    long sent = ends.values().stream().mapToLong(end -> end.traffic().bytesSent()).sum();
    System.out.printf(
        "%d parties, %d rows, 15 columns, %d passes in one session over TLS: %.1f s, %.1f MiB sent,"
            + " %.1f MiB of them by the label holder; largest difference of a coefficient %.1e%n",
        PARTIES,
        ROWS,
        passes,
        seconds,
        sent / 1048576.0,
        Objects.requireNonNull(ends.get(Fits.BANK)).traffic().bytesSent() / 1048576.0,
        most);

    assertThat(ends).hasSize(PARTIES);
    assertThat(passes).isGreaterThan(2);
    assertThat(most).isLessThanOrEqualTo(1e-6);
    assertThat(
            JoinedReference.maxCoefficientDifference(
                trace,
                TextbookReference.train(
                    TERMS,
                    Fits.FULL.rowsPerColumn(),
                    joined.labels(),
                    null,
                    joined.holders(),
                    Fits.seed(),
                    passes)))
        .isLessThanOrEqualTo(1e-6);
    assertThat(sent)
        .isEqualTo(ends.values().stream().mapToLong(end -> end.traffic().bytesReceived()).sum());
  }
}

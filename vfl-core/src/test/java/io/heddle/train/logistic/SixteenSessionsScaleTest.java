// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.channel.Exchange;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import io.heddle.train.logistic.Fits.Joined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Sixteen fits at once over one pair of exchanges, and two that fail among them. */
class SixteenSessionsScaleTest {
  private static final int SESSIONS = 16;
  private static final LogisticTerms TERMS =
      LogisticTerms.builder().maxIter(2).columnBits(8).build();
  private static final PartyId SHOP = Fits.featureHolder(1);

  private static Joined joined(int number) {
    return Fits.generate(150 + number, number, 1, 2);
  }

  /** Begins when all threads are there. */
  private static Callable<double[]> role(
      CountDownLatch all,
      Exchange exchange,
      int number,
      String value,
      Parties.Code<LogisticFit> code) {
    return () -> {
      all.countDown();
      all.await();
      SessionTerms terms =
          SessionTerms.of(
              "train",
              Map.of(Fits.BANK, "label-holder", SHOP, "feature-holder"),
              new TreeMap<>(Map.of("value", value)));
      try (Session session = Session.open(exchange, number, terms, Progress.NONE)) {
        LogisticFit fit = code.run(session);
        session.finish();
        return fit.part().coefficients();
      }
    };
  }

  private static Parties.Code<LogisticFit> labelHolder(Joined joined) {
    return session ->
        new LogisticLabelHolder(TERMS, Fits.FULL, Fits.KEY, session::privateRandomness, Fits.seed())
            .fit(
                Fits.begin(session, TERMS),
                Fits.table(joined.holders().get(0), joined.rows(), 3),
                joined.labels(),
                null,
                (pass, coefficients) -> {},
                Progress.NONE);
  }

  private static Parties.Code<LogisticFit> featureHolder(Joined joined) {
    return session ->
        new LogisticFeatureHolder(TERMS, Fits.FULL, session::privateRandomness)
            .fit(
                Fits.begin(session, TERMS),
                Fits.BANK,
                Fits.table(joined.holders().get(1), joined.rows(), 2),
                0,
                (pass, coefficients) -> {},
                Progress.NONE);
  }

  private static Parties.Code<LogisticFit> breaking() {
    return session -> {
      Fits.begin(session, TERMS);
      throw new IllegalStateException("planted");
    };
  }

  @Test
  void fits_sixteenAtOnceAndTwoThatFail_areThoseOfEachAlone() throws Exception {
    int differs = SESSIONS + 1;
    int breaks = SESSIONS + 2;
    SortedMap<PartyId, Exchange> exchanges =
        new NettyNetwork().apply(List.of(Fits.BANK, SHOP), Parties.codec(Fits.TYPES));
    Exchange bank = Objects.requireNonNull(exchanges.get(Fits.BANK));
    Exchange shop = Objects.requireNonNull(exchanges.get(SHOP));
    ExecutorService threads = Executors.newFixedThreadPool(2 * breaks);
    CountDownLatch all = new CountDownLatch(2 * breaks);
    List<Future<double[]>> ofBank = new ArrayList<>();
    List<Future<double[]>> ofShop = new ArrayList<>();
    try {
      for (int number = 1; number <= breaks; number++) {
        Joined joined = joined(number);
        ofBank.add(
            threads.submit(
                role(
                    all,
                    bank,
                    number,
                    "same",
                    number == breaks ? breaking() : labelHolder(joined))));
        ofShop.add(
            threads.submit(
                role(
                    all,
                    shop,
                    number,
                    number == differs ? "other" : "same",
                    featureHolder(joined))));
      }
      for (int number = 1; number <= SESSIONS; number++) {
        List<LogisticFit> alone = Fits.fit(TERMS, joined(number), null).fits();
        assertThat(get(ofBank, number)).isEqualTo(alone.get(0).part().coefficients());
        assertThat(get(ofShop, number)).isEqualTo(alone.get(1).part().coefficients());
      }
      for (List<Future<double[]>> party : List.of(ofBank, ofShop)) {
        assertThat(catchThrowable(() -> get(party, differs)))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(ProtocolException.class)
            .hasMessageContaining("value");
      }
      assertThat(catchThrowable(() -> get(ofBank, breaks))).hasMessageContaining("planted");
      assertThat(catchThrowable(() -> get(ofShop, breaks))).hasMessageContaining("bank failed");
    } finally {
      exchanges.values().forEach(Exchange::close);
      threads.shutdownNow();
    }
  }

  private static double[] get(List<Future<double[]>> party, int number) throws Exception {
    return party.get(number - 1).get(3, TimeUnit.MINUTES);
  }
}

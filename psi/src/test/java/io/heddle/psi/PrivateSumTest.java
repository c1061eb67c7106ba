// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.error.AlignmentException;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PrivateSum.Result;
import io.heddle.psi.shared.RunRecord;
import io.heddle.session.Session;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateSumTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");
  private static final long LARGEST = 1_000_000_000_000_000L;

  private final Map<PartyId, byte[]> states = new ConcurrentHashMap<>();
  private final Map<PartyId, Integer> recorded = new ConcurrentHashMap<>();
  private final Queue<Message> answers = new ConcurrentLinkedQueue<>();

  private static JobConfig.Psi terms(PsiDuplicates duplicates) {
    return new JobConfig.Psi(
        PsiProtocol.AUTO,
        RECEIVER,
        PsiResult.SUM,
        PsiJoin.INNER,
        duplicates,
        List.of(),
        10,
        JobConfig.Psi.USUAL_PARTITION_IDS,
        new JobConfig.Sum("amount", 2));
  }

  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id-" + i).toList();
  }

  /** Keeps what is committed, and the sums that are sent. */
  private final class Kept extends ForwardingChannel {
    Kept(Channel channel) {
      super(channel);
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      return new Kept(narrower);
    }

    @Override
    public void send(PartyId to, Message message) {
      if (message.getClass().getSimpleName().equals("IntersectionSum")) {
        answers.add(message);
      }
      super.send(to, message);
    }

    @Override
    public void commit(byte[] state) {
      states.put(self(), state);
    }
  }

  /** Gives what was kept, and speaks with nobody. */
  private final class Ended extends ForwardingChannel {
    Ended(Channel channel) {
      super(channel);
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      return new Ended(narrower);
    }

    @Override
    public void send(PartyId to, Message message) {
      throw new AssertionError("The step has ended");
    }

    @Override
    public <M extends Message> M receive(PartyId from, Class<M> type) {
      throw new AssertionError("The step has ended");
    }

    @Override
    public byte @Nullable [] restored() {
      return states.get(self());
    }
  }

  private Result run(
      Session session,
      Channel step,
      JobConfig.Psi terms,
      List<String> ids,
      long @Nullable [] values) {
    RunRecord record =
        new RunRecord() {
          @Override
          public void begin(PsiProtocol protocol, int own, SortedMap<PartyId, Integer> peerIds) {}

          @Override
          public void end(int common) {
            recorded.put(session.self(), common);
          }
        };
    return PrivateSum.run(
        step,
        terms,
        2048,
        session.bindingSalt("psi"),
        session::privateRandomness,
        OwnRows.of(bytes(ids), terms.duplicates()),
        values,
        new PsiLimits(
            terms.minIntersection(), 10_000, terms.protocol(), true, record, terms.partitionIds()),
        Progress.NONE);
  }

  private List<Result> run(
      JobConfig.Psi terms, List<String> receivers, List<String> senders, long[] values) {
    return Parties.run(
        PsiMessages.TYPES,
        RECEIVER,
        session ->
            run(
                session,
                new Kept(session.beginStep("psi", new TreeMap<>())),
                terms,
                receivers,
                null),
        SENDER,
        session ->
            run(
                session,
                new Kept(session.beginStep("psi", new TreeMap<>())),
                terms,
                senders,
                values));
  }

  /** In the clear, by another way; the first row of an id counts. */
  private static BigDecimal plain(List<String> receivers, List<String> senders, long[] values) {
    Set<String> wanted = new HashSet<>(receivers);
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < values.length; i++) {
      if (wanted.remove(senders.get(i))) {
        sum = sum.add(BigInteger.valueOf(values[i]));
      }
    }
    return new BigDecimal(sum, 2);
  }

  /** Several messages of values, the extremes among the common ones, ids that repeat. */
  @Test
  void run_manyValues_isThePlainSumAndIsGivenAgain() {
    Random random = new Random(11);
    List<String> receivers = new ArrayList<>(ids(0, 1500));
    List<String> senders = new ArrayList<>(ids(500, 2700));
    Collections.shuffle(receivers, random);
    Collections.shuffle(senders, random);
    senders.addAll(senders.subList(0, 40));
    long[] values = random.longs(senders.size(), -LARGEST, LARGEST + 1).toArray();
    for (int i = 0; i < 20; i++) {
      values[senders.indexOf("id-" + (600 + i))] = i % 2 == 0 ? LARGEST : -LARGEST / 2;
    }
    JobConfig.Psi terms = terms(PsiDuplicates.FIRST);
    BigDecimal expected = plain(receivers, senders, values);

    List<Result> results = run(terms, receivers, senders, values);

    assertThat(results).containsExactly(new Result(1000, null), new Result(1000, expected));
    assertThat(recorded).containsEntry(RECEIVER, 1000).containsEntry(SENDER, 1000);
    assertThat(answers).hasSize(1);
    again(terms, receivers, senders, values, expected);
  }

  private void again(
      JobConfig.Psi terms,
      List<String> receivers,
      List<String> senders,
      long[] values,
      BigDecimal expected) {
    List<Result> results =
        Parties.run(
            PsiMessages.TYPES,
            RECEIVER,
            session -> run(session, ended(session), terms, receivers, null),
            SENDER,
            session -> {
              Channel ended = ended(session);
              long[] other = values.clone();
              other[0]++;
              assertThatThrownBy(() -> run(session, ended, terms, senders, other))
                  .isInstanceOf(CheckpointException.class)
                  .hasMessageContaining("values have changed since they were added up");
              byte[] state = Objects.requireNonNull(states.get(SENDER));
              for (int length : new int[] {0, 3, state.length - 1, state.length + 1}) {
                states.put(SENDER, Arrays.copyOf(state, length));
                assertThatThrownBy(() -> run(session, ended, terms, senders, values))
                    .isInstanceOf(CheckpointException.class);
              }
              states.put(SENDER, state);
              return run(session, ended, terms, senders, values);
            });
    assertThat(results).containsExactly(new Result(1000, null), new Result(1000, expected));
  }

  private Channel ended(Session session) {
    return new Ended(session.beginStep("psi", new TreeMap<>()));
  }

  @Test
  void run_smallestIntersectionOfExtremes_isThePlainSum() {
    List<String> senders = ids(0, 10);
    long[] values = new long[10];
    Arrays.fill(values, -LARGEST);

    assertThat(run(terms(PsiDuplicates.REFUSE), ids(0, 11), senders, values))
        .containsExactly(
            new Result(10, null),
            new Result(10, BigDecimal.valueOf(-LARGEST, 2).multiply(BigDecimal.TEN).setScale(2)));
  }

  /** Empty tables, no common id, a single one, one too few: no sum leaves the receiver. */
  @ParameterizedTest(name = "{0} of {1} and {2}")
  @CsvSource({"0, 0, 0", "0, 0, 12", "0, 12, 0", "0, 12, 12", "1, 1, 1", "1, 12, 12", "9, 9, 12"})
  void run_fewerCommonThanTheFloor_failsBeforeTheSumIsOpened(
      int common, int receivers, int senders) {
    long[] values = new long[senders];
    Arrays.fill(values, 424_242);

    assertThatThrownBy(
            () ->
                run(
                    terms(PsiDuplicates.REFUSE),
                    ids(0, receivers),
                    ids(receivers - common, receivers - common + senders),
                    values))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining(
            "Only " + common + " ids are common to all parties: must be at least 10")
        .satisfies(
            thrown -> {
              assertThat(thrown.toString()).doesNotContain("424242", "id-");
              assertThat(thrown.getSuppressed())
                  .allSatisfy(
                      other -> assertThat(other.toString()).doesNotContain("424242", "id-"));
            });
    assertThat(recorded).isEmpty();
    assertThat(states).isEmpty();
    assertThat(answers).isEmpty();
  }

  @Test
  void run_valuesOrTermsThatAreNotASums_areRefused() {
    JobConfig.Psi terms = terms(PsiDuplicates.REFUSE);
    JobConfig.Psi kkrt =
        new JobConfig.Psi(
            PsiProtocol.KKRT,
            RECEIVER,
            PsiResult.SUM,
            PsiJoin.INNER,
            PsiDuplicates.REFUSE,
            List.of(),
            10,
            JobConfig.Psi.USUAL_PARTITION_IDS,
            terms.sum());
    JobConfig.Psi lower =
        new JobConfig.Psi(
            PsiProtocol.AUTO,
            RECEIVER,
            PsiResult.SUM,
            PsiJoin.INNER,
            PsiDuplicates.REFUSE,
            List.of(),
            9,
            JobConfig.Psi.USUAL_PARTITION_IDS,
            terms.sum());
    List<Throwable> thrown =
        Parties.run(
            PsiMessages.TYPES,
            RECEIVER,
            session -> {
              Channel step = session.beginStep("psi", new TreeMap<>());
              assertThatThrownBy(() -> run(session, step, terms, ids(0, 3), new long[3]))
                  .isInstanceOf(IllegalArgumentException.class);
              return new AssertionError();
            },
            SENDER,
            session -> {
              Channel step = session.beginStep("psi", new TreeMap<>());
              assertThatThrownBy(() -> run(session, step, terms, ids(0, 3), null))
                  .isInstanceOf(IllegalArgumentException.class);
              assertThatThrownBy(() -> run(session, step, terms, ids(0, 3), new long[2]))
                  .isInstanceOf(IllegalArgumentException.class);
              assertThatThrownBy(() -> run(session, step, kkrt, ids(0, 3), new long[3]))
                  .isInstanceOf(ConfigurationException.class)
                  .hasMessageContaining("must be auto or ecdh");
              assertThatThrownBy(() -> run(session, step, lower, ids(0, 3), new long[3]))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessage("Invalid minimum intersection 9: must be 10 or more for a sum");
              return new AssertionError();
            });
    assertThat(thrown).hasSize(2);
  }
}

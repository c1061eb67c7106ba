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
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Joins that had ended when a party was started again, whose peers speak no more. */
class RestartedJoinTest {
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);
  private static final PartyId RECEIVER = new PartyId("party-1");
  private static final List<String> IDS = List.of("a", "b", "a", "z", "c", "b", "y", "z");

  private final Map<String, byte[]> states = new ConcurrentHashMap<>();

  private static String key(Channel step) {
    return step.self() + " " + step.path();
  }

  /** Keeps what is committed. */
  private final class Kept extends ForwardingChannel {
    Kept(Channel channel) {
      super(channel);
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      return new Kept(narrower);
    }

    @Override
    public void commit(byte[] state) {
      states.put(key(this), state);
    }
  }

  /** Gives what was kept and speaks with nobody. */
  private final class Ended implements Channel {
    private final PartyId self;
    private final int parties;
    private final String path;

    Ended(PartyId self, int parties, String path) {
      this.self = self;
      this.parties = parties;
      this.path = path;
    }

    @Override
    public PartyId self() {
      return self;
    }

    @Override
    public SortedSet<PartyId> peers() {
      SortedSet<PartyId> peers = new TreeSet<>();
      IntStream.range(0, parties).forEach(i -> peers.add(new PartyId("party-" + i)));
      peers.remove(self);
      return peers;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public Channel step(String name) {
      return new Ended(self, parties, path + "/" + name);
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
    public void commit(byte[] state) {
      throw new AssertionError("The step has ended");
    }

    @Override
    public byte @Nullable [] restored() {
      return states.get(key(this));
    }
  }

  private static JobConfig.Psi terms(PsiResult result, PsiJoin join, PsiDuplicates duplicates) {
    return new JobConfig.Psi(
        JobConfig.PsiProtocol.AUTO, RECEIVER, result, join, duplicates, List.of(), 1);
  }

  private static JoinedRows run(
      Channel step, JobConfig.Psi terms, PrivateRandomness randomness, List<String> ids) {
    OwnRows own =
        OwnRows.of(
            ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList(),
            terms.duplicates());
    return PrivateJoin.run(step, terms, new byte[32], randomness, own, ANY, Progress.NONE, null);
  }

  private static List<String> ids(PartyId party) {
    return switch (party.name()) {
      case "party-0" -> List.of("a", "b", "a", "c", "b", "x", "y");
      case "party-1" -> IDS;
      default -> List.of("b", "a", "x", "b");
    };
  }

  private SortedMap<PartyId, JoinedRows> run(int parties, JobConfig.Psi terms) {
    Map<PartyId, Parties.Code<JoinedRows>> codes = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      PartyId party = new PartyId("party-" + i);
      codes.put(
          party,
          session ->
              run(
                  new Kept(session.beginStep("psi", new TreeMap<>())),
                  terms,
                  session::privateRandomness,
                  ids(party)));
    }
    return Parties.run(PsiMessages.TYPES, codes);
  }

  private JoinedRows again(PartyId party, int parties, JobConfig.Psi terms, List<String> ids) {
    return run(
        new Ended(party, parties, "1-psi"),
        terms,
        (purpose, context) -> {
          throw new AssertionError("Asks for randomness");
        },
        ids);
  }

  @ParameterizedTest
  @CsvSource({
    "2, BOTH, LEFT, EXPAND",
    "3, BOTH, LEFT, FIRST",
    "3, BOTH, INNER, EXPAND",
    "2, RECEIVER, DIFFERENCE, EXPAND",
    "2, CARDINALITY, INNER, FIRST"
  })
  void step_thatHasEnded_givesTheSameRows(
      int parties, PsiResult result, PsiJoin join, PsiDuplicates duplicates) {
    JobConfig.Psi terms = terms(result, join, duplicates);
    run(parties, terms)
        .forEach(
            (party, first) -> {
              JoinedRows again = again(party, parties, terms, ids(party));
              assertThat(again.common()).isEqualTo(first.common());
              assertThat(again.rows()).isEqualTo(first.rows());
              assertThat(again.digest()).isEqualTo(first.digest());
            });
  }

  @Test
  void step_thatHasEndedWithOtherRows_isRefused() {
    JobConfig.Psi expand = terms(PsiResult.BOTH, PsiJoin.LEFT, PsiDuplicates.EXPAND);
    assertThat(run(2, expand)).hasSize(2);
    List<String> oneMoreCommon = new ArrayList<>(IDS);
    oneMoreCommon.add("a");
    List<String> oneMoreOther = new ArrayList<>(IDS);
    oneMoreOther.add("z");
    for (List<String> changed : List.of(oneMoreCommon, oneMoreOther)) {
      assertThatThrownBy(() -> again(RECEIVER, 2, expand, changed))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("The rows of this party's ids have changed");
    }
    List<String> other = List.of("a", "b", "c", "x");
    assertThatThrownBy(() -> again(RECEIVER, 2, expand, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("The ids have changed");
  }

  @Test
  void count_thatHasEndedWithOtherIds_isRefused() {
    JobConfig.Psi count = terms(PsiResult.CARDINALITY, PsiJoin.INNER, PsiDuplicates.FIRST);
    assertThat(run(2, count).get(RECEIVER)).extracting(JoinedRows::common).isEqualTo(4);
    assertThatThrownBy(() -> again(RECEIVER, 2, count, List.of("a", "b")))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "The ids have changed since they were counted. Put the data back or begin anew");
  }

  @ParameterizedTest
  @CsvSource({"BOTH, LEFT, EXPAND", "CARDINALITY, INNER, FIRST"})
  void state_damaged_isRefusedOrReadAsItIs(
      PsiResult result, PsiJoin join, PsiDuplicates duplicates) {
    JobConfig.Psi terms = terms(result, join, duplicates);
    JoinedRows first = Objects.requireNonNull(run(2, terms).get(RECEIVER));
    String key =
        states.keySet().stream()
            .filter(each -> each.startsWith(RECEIVER.name()))
            .filter(each -> result == PsiResult.CARDINALITY || each.endsWith("/rows"))
            .findFirst()
            .orElseThrow();
    byte[] state = Objects.requireNonNull(states.get(key));
    int refused = 0;
    for (int i = 0; i <= state.length; i++) {
      byte[] cut = Arrays.copyOf(state, i == state.length ? i + 1 : i);
      states.put(key, cut);
      assertThatThrownBy(() -> again(RECEIVER, 2, terms, IDS))
          .isInstanceOf(CheckpointException.class);
      if (i < state.length) {
        byte[] changed = state.clone();
        changed[i] ^= 1;
        states.put(key, changed);
        try {
          // A number of a peer's, which only the peer could tell from another.
          assertThat(again(RECEIVER, 2, terms, IDS).digest().length)
              .isEqualTo(first.digest().length);
        } catch (CheckpointException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Intersections that had ended when a party was started again. */
class RestartedIntersectionTest {
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);

  private PsiLimits limits = ANY;
  private static final PartyId RECEIVER = new PartyId("party-1");

  private final Map<PartyId, byte[]> states = new ConcurrentHashMap<>();
  private final Map<PartyId, Channel> channels = new ConcurrentHashMap<>();

  /** Keeps the state; speaks with nobody where one is given. */
  private static final class Restarted extends ForwardingChannel {
    private final Map<PartyId, byte[]> states;
    private final byte @Nullable [] restored;

    Restarted(Channel channel, Map<PartyId, byte[]> states, byte @Nullable [] restored) {
      super(channel);
      this.states = states;
      this.restored = restored;
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      return new Restarted(narrower, states, null);
    }

    @Override
    public void send(PartyId to, Message message) {
      requireNotEnded();
      super.send(to, message);
    }

    @Override
    public <M extends Message> M receive(PartyId from, Class<M> type) {
      requireNotEnded();
      return super.receive(from, type);
    }

    private void requireNotEnded() {
      if (restored != null) {
        throw new AssertionError("The step has ended");
      }
    }

    @Override
    public void commit(byte[] state) {
      requireNotEnded();
      states.put(self(), state);
    }

    @Override
    public byte @Nullable [] restored() {
      return restored;
    }
  }

  private static List<String> ids(int party) {
    List<String> ids = new ArrayList<>();
    IntStream.range(10 * party, 10 * party + 40).forEach(i -> ids.add("customer-" + i));
    Collections.shuffle(ids, new Random(party));
    return ids;
  }

  private Alignment run(
      Channel step, PrivateRandomness randomness, List<String> ids, boolean allLearn) {
    List<byte[]> bytes = ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
    byte[] salt = new byte[32];
    if (allLearn) {
      return PrivateSetIntersection.align(
          step, RECEIVER, salt, randomness, bytes, limits, Progress.NONE);
    }
    Intersection found =
        PrivateSetIntersection.intersect(
            step, RECEIVER, salt, randomness, bytes, limits, Progress.NONE);
    return new Alignment(found.rows(), new byte[32], found.protocol());
  }

  private Map<PartyId, Alignment> run(int parties, boolean allLearn) {
    Map<PartyId, Parties.Code<Alignment>> code = new HashMap<>();
    for (int i = 0; i < parties; i++) {
      int number = i;
      PartyId party = new PartyId("party-" + i);
      code.put(
          party,
          session -> {
            Channel step = session.beginStep("psi", new TreeMap<>());
            channels.put(party, step);
            return run(
                new Restarted(step, states, null),
                session::privateRandomness,
                ids(number),
                allLearn);
          });
    }
    return Parties.run(PsiMessages.TYPES, code);
  }

  private Alignment restart(PartyId party, byte[] state, List<String> ids, boolean allLearn) {
    return run(
        new Restarted(Objects.requireNonNull(channels.get(party)), states, state),
        (purpose, context) -> {
          throw new AssertionError("Asks for randomness");
        },
        ids,
        allLearn);
  }

  private static List<String> rows(List<String> ids, Alignment alignment) {
    return Arrays.stream(alignment.rows()).mapToObj(ids::get).toList();
  }

  @ParameterizedTest
  @CsvSource({"2, true", "2, false", "3, true", "3, false"})
  void step_thatHasEnded_givesTheSameRowsWhereverTheyStandNow(int parties, boolean allLearn) {
    Map<PartyId, Alignment> ended = run(parties, allLearn);
    for (int i = 0; i < parties; i++) {
      PartyId party = new PartyId("party-" + i);
      Alignment first = Objects.requireNonNull(ended.get(party));
      List<String> shuffled = ids(i);
      Collections.shuffle(shuffled, new Random(99));
      Alignment again =
          restart(party, Objects.requireNonNull(states.get(party)), shuffled, allLearn);
      assertThat(again.digest()).isEqualTo(first.digest());
      assertThat(first.rows().length)
          .isEqualTo(allLearn || party.equals(RECEIVER) ? 50 - 10 * parties : 0);
      if (allLearn) {
        assertThat(rows(shuffled, again)).isEqualTo(rows(ids(i), first));
      } else {
        assertThat(rows(shuffled, again)).containsExactlyInAnyOrderElementsOf(rows(ids(i), first));
        assertThat(again.rows()).isSorted();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KKRT", "RR22"})
  void step_thatHasEndedByAnotherProtocol_saysSoAgain(PsiProtocol protocol) {
    limits = new PsiLimits(0, 100, protocol, true);
    Alignment first = Objects.requireNonNull(run(2, true).get(RECEIVER));
    byte[] state = Objects.requireNonNull(states.get(RECEIVER));
    Alignment again = restart(RECEIVER, state, ids(1), true);
    assertThat(again.digest()).isEqualTo(first.digest());
    assertThat(rows(ids(1), again)).isEqualTo(rows(ids(1), first)).hasSize(30);
    assertThat(again.protocol()).isEqualTo(first.protocol()).isEqualTo(protocol);
  }

  @Test
  void step_thatHasEndedWithOtherIds_isRefusedWithCountsOnly() {
    run(2, true);
    byte[] state = Objects.requireNonNull(states.get(RECEIVER));
    List<String> other = ids(1);
    other.set(3, "customer-999");
    assertThatThrownBy(() -> restart(RECEIVER, state, other, true))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "The ids have changed since the last commit of this step: 40 then, 40 others now. Put"
                + " the data back or begin anew");
    assertThatThrownBy(() -> restart(RECEIVER, state, other.subList(0, 30), true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("40 then, 30 now");
  }

  @Test
  void state_damaged_isRefusedOrReadAsItIs() {
    run(2, true);
    byte[] state = Objects.requireNonNull(states.get(RECEIVER));
    SortedIds ids =
        SortedIds.of(ids(1).stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList());
    Channel channel = Objects.requireNonNull(channels.get(RECEIVER));
    List<byte[]> damaged = new ArrayList<>();
    for (int i = 0; i < state.length; i++) {
      damaged.add(Arrays.copyOf(state, i));
      byte[] changed = state.clone();
      changed[i] ^= 1;
      damaged.add(changed);
    }
    damaged.add(Arrays.copyOf(state, state.length + 1));
    int refused = 0;
    for (byte[] each : damaged) {
      try {
        Settled read =
            Objects.requireNonNull(Settled.restored(new Restarted(channel, states, each), ids));
        assertThat(read.toBytes(ids)).isEqualTo(each);
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(state.length);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.channel.SentMessages;
import io.heddle.channel.TappedChannel;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import io.heddle.session.PinnedSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same step with the same session secrets and what was kept of it, as after a crash. */
class OprfRepeatedStepTest {
  private static final List<String> FEW = IntStream.range(0, 40).mapToObj(i -> "id-" + i).toList();
  private static final List<String> MANY =
      IntStream.range(30, 300).mapToObj(i -> "id-" + i).toList();

  private final OprfParties parties;

  /** What each party keeps of the protocol's own step. */
  private final Map<PartyId, byte[]> states = new ConcurrentHashMap<>();

  OprfRepeatedStepTest(@TempDir Path directory) {
    parties = new OprfParties(directory);
    parties.around = channel -> new Kept(channel, states);
  }

  /** Keeps the state of the narrower step, and gives it back. */
  private static final class Kept extends ForwardingChannel {
    private final Map<PartyId, byte[]> states;

    Kept(Channel channel, Map<PartyId, byte[]> states) {
      super(channel);
      this.states = states;
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      Map<PartyId, byte[]> all = states;
      return new ForwardingChannel(narrower) {
        @Override
        protected Channel around(Channel narrowest, String other) {
          throw new AssertionError("No narrower step");
        }

        @Override
        public void commit(byte[] state) {
          all.put(self(), state);
        }

        @Override
        public byte @Nullable [] restored() {
          return all.get(self());
        }
      };
    }
  }

  /** All bytes of a run, from the opening to the end. */
  private SortedMap<String, byte[]> run(String secret, List<String> few, List<String> many) {
    SentMessages sent = new SentMessages();
    parties.network = sent;
    parties.opening = (exchange, terms) -> PinnedSession.open(exchange, terms, secret, secret);
    assertThat(parties.run(few, many).ofReceiver()).hasSize(10);
    return sent.byDirection();
  }

  private static List<String> shuffled(List<String> ids, long seed) {
    List<String> other = new ArrayList<>(ids);
    Collections.shuffle(other, new Random(seed));
    return other;
  }

  private static void assertSame(
      SortedMap<String, byte[]> first, SortedMap<String, byte[]> second) {
    assertThat(second.keySet()).isEqualTo(first.keySet());
    first.forEach((way, bytes) -> assertThat(second.get(way)).as(way).isEqualTo(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "false, true, false",
    "false, false, true",
    "true, true, false",
    "true, false, true",
    "true, true, true"
  })
  void step_repeatedAfterAllThatItWrote_sendsTheSameAndCountsOnce(
      boolean warm, boolean allLearn, boolean prepared) {
    parties.allLearn = allLearn;
    parties.prepared = prepared;
    if (warm) {
      run("an earlier session", FEW, MANY);
      states.clear();
    }
    SortedMap<String, byte[]> first = run("secret", FEW, MANY);
    long asked = parties.asked();
    assertThat(asked).isEqualTo(warm ? 80 : 40);
    for (long seed = 1; seed <= 2; seed++) {
      // The tags are on the disk by now, and the key has expired.
      parties.now = parties.now.plus(Duration.ofDays(5));
      // Nothing is made ready for a session that goes on.
      parties.prepared = false;
      assertSame(first, run("secret", shuffled(FEW, seed), shuffled(MANY, seed)));
      assertThat(parties.asked()).isEqualTo(asked);
    }
  }

  /** The list that it began with is not on the disk any more: it has put another in its place. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void step_repeatedAfterItReplacedTheList_sendsTheSameAndCountsOnce(boolean prepared) {
    List<String> changed = new ArrayList<>(MANY);
    changed.set(200, "another");
    run("an earlier session", FEW, MANY);
    states.clear();
    parties.prepared = prepared;
    SortedMap<String, byte[]> first = run("secret", FEW, changed);
    parties.prepared = false;
    assertSame(first, run("secret", FEW, changed));
    assertThat(parties.asked()).isEqualTo(80);
  }

  @Test
  void step_ofAnotherSession_countsAgainAndSendsOtherPoints() {
    SortedMap<String, byte[]> first = run("secret", FEW, MANY);
    states.clear();
    SortedMap<String, byte[]> second = run("another", FEW, MANY);
    assertThat(second.get("receiver to sender")).isNotEqualTo(first.get("receiver to sender"));
    assertThat(parties.asked()).isEqualTo(80);
  }

  @Test
  void step_idsChangedSince_isRefusedWithCountsOnly() {
    run("secret", FEW, MANY);
    List<String> other = new ArrayList<>(MANY);
    other.set(200, "marker");
    assertThatThrownBy(() -> run("secret", FEW, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "The ids have changed since this step began: 270 then, 270 now. Put the data back or"
                + " begin anew");
  }

  @Test
  void step_keyOrTagsReplacedSince_isRefused() throws IOException {
    run("an earlier session", FEW, MANY);
    states.clear();
    run("secret", FEW, MANY);
    Map<PartyId, byte[]> kept = Map.copyOf(states);
    // Another run of the same parties, on another set.
    states.clear();
    run("another", FEW, MANY.subList(0, 200));
    states.putAll(kept);
    states.remove(RECEIVER);
    assertThatThrownBy(() -> run("secret", FEW, MANY))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has been replaced since this run began: begin anew");
  }

  /** By others than the step itself: what it said with them cannot be said again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void step_tagsGoneSince_isRefusedBeforeItSaysAnythingElse(boolean damaged) throws IOException {
    run("an earlier session", FEW, MANY);
    states.clear();
    run("secret", FEW, MANY);
    if (damaged) {
      Files.write(parties.cache(), new byte[200]);
    } else {
      Files.delete(parties.cache());
    }
    List<Message> sent = new CopyOnWriteArrayList<>();
    UnaryOperator<Channel> kept = parties.around;
    UnaryOperator<Channel> tapped =
        TappedChannel.sending(
            message -> {
              sent.add(message);
              return message;
            });
    parties.around = channel -> kept.apply(tapped.apply(channel));
    assertThatThrownBy(() -> run("secret", FEW, MANY))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("The tags of sender that this run began with are gone: begin anew");
    assertThat(sent).hasAtLeastOneElementOfType(KeyOffer.class);
    assertThat(sent).doesNotHaveAnyElementsOfTypes(TagRequest.class);
  }

  @Test
  void states_ofAnotherVersion_areRefused() {
    run("secret", FEW, MANY);
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      byte[] state = Objects.requireNonNull(states.get(party));
      byte[] changed = state.clone();
      changed[0]++;
      states.put(party, changed);
      assertThatThrownBy(() -> run("secret", FEW, MANY))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("is of another version");
      states.put(party, state);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two to four parties that talk over links which are cut, and are killed while they do. */
class ExchangeScheduleTest {
  private static final int WINDOW = 1 << 16;
  private static final int LARGEST = 1 << 20;

  private final Path directory;

  ExchangeScheduleTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** What all say to each other, round by round: in each all send, then all receive. */
  private record Talk(List<PartyId> parties, List<List<Word>> rounds, long seed) {

    /** One message. */
    record Word(PartyId from, PartyId to, int round, int number, int size) {
      Blob blob() {
        byte[] bytes = new byte[size];
        new SplittableRandom((round * 31L + number) * 31 + from.hashCode() * 7L + to.hashCode())
            .nextBytes(bytes);
        return new Blob(bytes);
      }
    }

    static Talk of(long seed) {
      SplittableRandom random = new SplittableRandom(~seed);
      List<PartyId> parties =
          IntStream.range(0, 2 + random.nextInt(3))
              .mapToObj(i -> new PartyId("party-" + i))
              .toList();
      List<List<Word>> rounds = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      for (int round = 0; round < count; round++) {
        List<Word> words = new ArrayList<>();
        for (PartyId from : parties) {
          for (PartyId to : parties) {
            if (!from.equals(to)) {
              words(words, from, to, round, random);
            }
          }
        }
        rounds.add(words);
      }
      return new Talk(parties, rounds, seed);
    }

    /** No more than the window takes, or one. */
    private static void words(
        List<Word> words, PartyId from, PartyId to, int round, SplittableRandom random) {
      int room = WINDOW;
      int wanted = random.nextInt(5);
      for (int number = 0; number < wanted; number++) {
        int most = room - ExchangeLimits.MESSAGE_COST - 4;
        int size =
            switch (random.nextInt(8)) {
              case 0 -> most;
              case 1 -> random.nextInt(LARGEST);
              case 2 -> 0;
              default -> random.nextInt(3000);
            };
        if (number > 0 && size > most) {
          continue;
        }
        words.add(new Word(from, to, round, number, Math.max(0, size)));
        room -= ExchangeLimits.MESSAGE_COST + 4 + size;
        if (room < ExchangeLimits.MESSAGE_COST + 4) {
          return;
        }
      }
    }

    /** Sends and receives; the digest of all that came. */
    String run(Session session) {
      PartyId self = session.self();
      Random random = new Random(seed * 31 + self.hashCode());
      Channel talk = session.beginStep("talk", new TreeMap<>());
      byte[] state = talk.restored();
      int done = 0;
      byte[] digest = new byte[32];
      if (state != null) {
        ByteBuffer kept = ByteBuffer.wrap(state);
        done = kept.getInt();
        kept.get(digest);
      }
      for (int round = 0; round < rounds.size(); round++) {
        List<Word> own = shuffled(round, random, word -> word.from().equals(self));
        List<Word> theirs = shuffled(round, random, word -> word.to().equals(self));
        boolean commits = random.nextBoolean() || round == rounds.size() - 1;
        if (round < done) {
          continue;
        }
        Channel channel = talk.step("round-" + round);
        own.forEach(word -> channel.send(word.to(), word.blob()));
        for (Word word : theirs) {
          byte[] bytes = channel.receive(word.from(), Blob.class).bytes();
          assertThat(bytes).isEqualTo(word.blob().bytes());
          digest = Sha256.of(digest, bytes);
        }
        if (commits) {
          talk.commit(ByteBuffer.allocate(36).putInt(round + 1).put(digest).array());
        }
      }
      return java.util.HexFormat.of().formatHex(digest);
    }

    /** In any order of peers, each peer's in order. */
    private List<Word> shuffled(
        int round, Random random, java.util.function.Predicate<Word> which) {
      List<Word> words = rounds.get(round).stream().filter(which).toList();
      Map<String, ArrayList<Word>> byPair = new TreeMap<>();
      List<String> order = new ArrayList<>();
      for (Word word : words) {
        String pair = word.from() + " " + word.to();
        byPair.computeIfAbsent(pair, any -> new ArrayList<>()).add(word);
        order.add(pair);
      }
      Collections.shuffle(order, random);
      List<Word> shuffled = new ArrayList<>();
      for (String pair : order) {
        List<Word> left = byPair.getOrDefault(pair, new ArrayList<>());
        shuffled.add(left.remove(0));
      }
      return shuffled;
    }

    Map<PartyId, Parties.Code<String>> code() {
      Map<PartyId, Parties.Code<String>> code = new TreeMap<>();
      parties.forEach(party -> code.put(party, this::run));
      return code;
    }
  }

  /** Every other schedule is one of parties that keep their session, and are killed. */
  private void run(long seed, SimulatedNetwork network) throws IOException {
    Talk talk = Talk.of(seed);
    if (seed % 2 == 0) {
      Parties.run(
          network,
          TestMessage.TYPES,
          (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce"),
          talk.code());
    } else {
      Path disks = Files.createTempDirectory(directory, "disks");
      SimulatedJob.run(network, disks, TestMessage.TYPES, talk.code());
      delete(disks);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void schedules_anySeed_allReceiveWhatWasSent() {
    Schedules.run("an exchange", 600, this::run);
  }

  @Test
  void schedule_sameSeedTwice_isTheSame() throws IOException {
    for (long seed = 1; seed <= 40; seed++) {
      SimulatedNetwork once = new SimulatedNetwork(seed);
      run(seed, once);
      SimulatedNetwork again = new SimulatedNetwork(seed);
      run(seed, again);
      assertThat(again.told()).as("seed " + seed).isEqualTo(once.told());
      assertThat(again.trace()).as("seed " + seed).isEqualTo(once.trace());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.AlignmentException;
import io.heddle.error.DataException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.FoundRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.kkrt.KkrtTaskMessage.NameBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.RowBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TagBlobs;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.psi.tasks.IdSum;
import io.heddle.psi.tasks.IdTasks;
import io.heddle.psi.tasks.OwnIds;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intersections whose ids stay with tasks, over an exchange in memory and real stores. */
class KkrtTasksTest {
  private static final PartyId RECEIVER = PartitionRuns.RECEIVER;
  private static final PartyId SENDER = PartitionRuns.SENDER;

  private final Map<PartyId, BlobStore> stores =
      new TreeMap<>(
          Map.of(RECEIVER, BlobStore.temporary(256 << 20), SENDER, BlobStore.temporary(256 << 20)));
  private final Map<PartyId, Queue<Message>> sent =
      Map.of(RECEIVER, new ConcurrentLinkedQueue<>(), SENDER, new ConcurrentLinkedQueue<>());
  private boolean stored = true;

  @AfterEach
  void close() {
    stores.values().forEach(BlobStore::close);
  }

  private static PsiLimits limits(int partitionIds, int minIntersection) {
    return new PsiLimits(
        minIntersection,
        PsiLimits.LARGEST_SET,
        PsiProtocol.KKRT,
        true,
        RunRecord.NONE,
        partitionIds);
  }

  private Parties.Code<FoundRows> code(OwnIds ids, PsiLimits limits, UnaryOperator<Channel> wrap) {
    return session -> {
      Channel step =
          TappedChannel.keepingSent(
              stored
                  ? StoredChannel.of(
                      session.beginStep("psi", new TreeMap<>()), session.id(), stores)
                  : session.beginStep("psi", new TreeMap<>()),
              Objects.requireNonNull(sent.get(session.self())));
      return PrivateSetIntersection.align(
          wrap.apply(step),
          RECEIVER,
          session.bindingSalt("psi"),
          session::privateRandomness,
          ids,
          limits,
          Progress.NONE);
    };
  }

  private SortedMap<PartyId, FoundRows> run(
      OwnIds receiver,
      OwnIds sender,
      PsiLimits limits,
      UnaryOperator<Channel> wrapReceiver,
      UnaryOperator<Channel> wrapSender) {
    return Parties.run(
        InMemoryExchange::network,
        PsiMessages.TYPES,
        (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce"),
        Map.of(
            RECEIVER, code(receiver, limits, wrapReceiver),
            SENDER, code(sender, limits, wrapSender)));
  }

  private SortedMap<PartyId, FoundRows> run(OwnIds receiver, OwnIds sender, int partitionIds) {
    return run(
        receiver,
        sender,
        limits(partitionIds, 0),
        UnaryOperator.identity(),
        UnaryOperator.identity());
  }

  private static boolean isRows(Message message) {
    return message.getClass().getSimpleName().equals("KkrtRows");
  }

  private static DealtAlignment dealt(@Nullable FoundRows found) {
    assertThat(found).isInstanceOf(DealtAlignment.class);
    return (DealtAlignment) Objects.requireNonNull(found);
  }

  static Stream<Arguments> pairs() {
    List<String> none = List.of();
    return Stream.of(
        Arguments.of("overlap", range(0, 300), range(200, 600), 50),
        Arguments.of("all common", range(0, 200), range(0, 200), 60),
        Arguments.of("none common", range(0, 200), range(300, 500), 60),
        Arguments.of("empty receiver", none, range(0, 200), 60),
        Arguments.of("empty sender", range(0, 200), none, 60),
        Arguments.of("one of many", List.of("customer-7"), range(0, 200), 60),
        Arguments.of("many and one of them", range(0, 200), List.of("customer-7"), 60),
        Arguments.of(
            "more blocks than a blob has", range(0, 250_000), range(240_000, 240_100), 110_000));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void sets_inTasks_giveThePlainIntersection(
      String name, List<String> receiver, List<String> sender, int partitionIds) {
    Partitions partitions = Partitions.of(receiver.size(), sender.size(), partitionIds);
    assertThat(partitions.count()).isGreaterThan(1);
    Set<String> expected = new HashSet<>(receiver);
    expected.retainAll(new HashSet<>(sender));
    LocalIds ofReceiver = new LocalIds(shuffled(receiver, 1), false);
    LocalIds ofSender = new LocalIds(shuffled(sender, 2), false);
    SortedMap<PartyId, FoundRows> found = run(ofReceiver, ofSender, partitionIds);

    DealtAlignment atReceiver = dealt(found.get(RECEIVER));
    DealtAlignment atSender = dealt(found.get(SENDER));
    assertThat(atReceiver.rows()).isEqualTo(expected.size()).isEqualTo(atSender.rows());
    assertThat(atReceiver.digest()).isEqualTo(atSender.digest()).hasSize(32);
    assertThat(ofReceiver.aligned(atReceiver))
        .hasSameSizeAs(expected)
        .hasSameElementsAs(expected)
        .isEqualTo(ofSender.aligned(atSender));
    assertThat(sent.values())
        .allSatisfy(
            messages -> assertThat(messages).noneMatch(m -> isRows(m) || m instanceof KkrtMessage));
  }

  private List<String> bodies() {
    var codec = Parties.codec(PsiMessages.TYPES);
    List<String> bodies = new ArrayList<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      Objects.requireNonNull(sent.get(party))
          .forEach(message -> bodies.add(HexFormat.of().formatHex(codec.encode(message))));
    }
    return bodies;
  }

  @Test
  void step_repeatedInAnotherOrderWithEachTaskTwice_sendsTheSameBytes() {
    run(new LocalIds(range(0, 300), false), new LocalIds(range(200, 500), false), 50);
    List<String> first = bodies();
    sent.values().forEach(Queue::clear);
    run(
        new LocalIds(shuffled(range(0, 300), 1), true),
        new LocalIds(shuffled(range(200, 500), 2), true),
        50);
    assertThat(bodies()).isEqualTo(first).hasSizeGreaterThan(3 * 6);
    sent.values().forEach(Queue::clear);
    run(new LocalIds(range(0, 301), false), new LocalIds(range(200, 500), false), 50);
    Set<String> blobs = new HashSet<>(first);
    blobs.retainAll(new HashSet<>(bodies()));
    // The size of the one that has the same ids, its half of the coin, and what says yes.
    assertThat(blobs).allMatch(body -> body.length() <= 64);
  }

  /**
   * What the key of a run's ids and its tasks' secrets are must not go to executors but by name.
   */
  @Test
  void tasks_whatIsShipped_holdsNoSecret() {
    List<byte[]> secrets = new ArrayList<>();
    LocalIds ofReceiver = new LocalIds(range(0, 300), false);
    LocalIds ofSender = new LocalIds(range(200, 500), false);
    List<Session> sessions = Collections.synchronizedList(new ArrayList<>());
    Map<PartyId, Parties.Code<FoundRows>> codes = new TreeMap<>();
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      codes.put(
          party,
          session -> {
            sessions.add(session);
            FoundRows found =
                code(
                        party.equals(RECEIVER) ? ofReceiver : ofSender,
                        limits(50, 0),
                        UnaryOperator.identity())
                    .run(session);
            byte[] secret = new byte[32];
            session.privateRandomness("psi/ids key", "1-psi".getBytes(UTF_8)).fill(0, secret);
            synchronized (secrets) {
              secrets.add(secret);
            }
            return found;
          });
    }
    Parties.run(
        InMemoryExchange::network,
        PsiMessages.TYPES,
        (exchange, terms) -> PinnedSession.open(exchange, terms, "secret", "nonce"),
        codes);
    assertThat(secrets).hasSize(2);
    for (LocalIds ids : List.of(ofReceiver, ofSender)) {
      assertThat(ids.shipped).hasSizeGreaterThan(20);
      for (byte[] bytes : ids.shipped) {
        assertThat(bytes.length).isLessThan(4000);
        secrets.forEach(
            secret ->
                assertThat(new String(bytes, ISO_8859_1))
                    .doesNotContain(new String(secret, 0, 16, ISO_8859_1))
                    .doesNotContain("customer-"));
      }
    }
  }

  @Test
  void parties_oneHasNoTasks_meetInTheirProcesses() {
    List<String> common = range(200, 300);
    OwnIds inProcess =
        new OwnIds() {
          @Override
          public List<byte[]> collect() {
            return range(200, 500).stream().map(id -> id.getBytes(UTF_8)).toList();
          }

          @Override
          public @Nullable IdTasks tasks() {
            return null;
          }
        };
    SortedMap<PartyId, FoundRows> found = run(new LocalIds(range(0, 300), false), inProcess, 50);
    assertThat(found.values()).allMatch(rows -> rows instanceof Alignment);
    int[] rows = ((Alignment) Objects.requireNonNull(found.get(RECEIVER))).rows();
    assertThat(Arrays.stream(rows).mapToObj(row -> "customer-" + row))
        .containsExactlyInAnyOrderElementsOf(common);
    assertThat(sent.get(RECEIVER)).anyMatch(KkrtTasksTest::isRows);
  }

  @Test
  void parties_withoutStores_meetInTheirProcesses() {
    stored = false;
    SortedMap<PartyId, FoundRows> found =
        run(new LocalIds(range(0, 300), false), new LocalIds(range(200, 500), false), 50);
    assertThat(found.values())
        .allMatch(rows -> rows instanceof Alignment alignment && alignment.rows().length == 100);
  }

  @Test
  void sets_inOnePartition_goAsEverBefore() {
    SortedMap<PartyId, FoundRows> found =
        run(new LocalIds(range(0, 300), false), new LocalIds(range(200, 500), false), 150);
    assertThat(found.values())
        .allMatch(rows -> rows instanceof Alignment alignment && alignment.rows().length == 100);
    assertThat(sent.get(SENDER)).noneMatch(message -> message instanceof KkrtTaskMessage);
  }

  @Test
  void sets_withTooFewInCommon_failAtBothBeforeANameIsSent() {
    assertThatThrownBy(
            () ->
                run(
                    new LocalIds(range(0, 300), false),
                    new LocalIds(range(200, 500), false),
                    limits(50, 101),
                    UnaryOperator.identity(),
                    UnaryOperator.identity()))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("Only 100 ids are common");
    assertThat(sent.get(RECEIVER)).noneMatch(message -> message instanceof NameBlobs);
  }

  /** Notes what it is told; may refuse a beginning. */
  private static final class Notes implements RunRecord {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final boolean refuses;

    Notes(boolean refuses) {
      this.refuses = refuses;
    }

    @Override
    public void begin(PsiProtocol protocol, int ids, SortedMap<PartyId, Integer> peerIds) {
      lines.add(protocol + " " + ids + " " + peerIds);
      if (refuses) {
        throw new PrivacyException("too many");
      }
    }

    @Override
    public void end(int common) {
      lines.add("end " + common);
    }
  }

  private Parties.Code<FoundRows> noted(LocalIds ids, Notes notes) {
    return code(
        ids,
        new PsiLimits(0, PsiLimits.LARGEST_SET, PsiProtocol.KKRT, true, notes, 50),
        UnaryOperator.identity());
  }

  private SortedMap<PartyId, FoundRows> run(Notes ofReceiver, Notes ofSender) {
    return Parties.run(
        PsiMessages.TYPES,
        Map.of(
            RECEIVER, noted(new LocalIds(range(0, 300), false), ofReceiver),
            SENDER, noted(new LocalIds(range(200, 490), false), ofSender)));
  }

  @Test
  void run_inTasks_standsOnBothRecords() {
    Notes ofReceiver = new Notes(false);
    Notes ofSender = new Notes(false);
    assertThat(run(ofReceiver, ofSender).values()).allMatch(DealtAlignment.class::isInstance);
    assertThat(ofReceiver.lines).containsExactly("KKRT 300 {" + SENDER + "=290}", "end 100");
    assertThat(ofSender.lines).containsExactly("KKRT 290 {" + RECEIVER + "=300}", "end 100");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void run_refusedByARecord_hasSentNothingThatIdsBear(boolean receiverRefuses) {
    Notes refusing = new Notes(true);
    Notes other = new Notes(false);
    assertThatThrownBy(
            () -> {
              if (receiverRefuses) {
                run(refusing, other);
              } else {
                run(other, refusing);
              }
            })
        .isInstanceOf(PrivacyException.class);
    assertThat(refusing.lines).hasSize(1);
    assertThat(other.lines).noneMatch(line -> line.startsWith("end"));
    assertThat(Objects.requireNonNull(sent.get(receiverRefuses ? RECEIVER : SENDER)))
        .hasSize(1)
        .allMatch(SetSize.class::isInstance);
    // The key of the own ids, for the own tasks.
    assertThat(stores.values()).allMatch(store -> store.usedBytes() < 200);
  }

  private interface Change {
    Message of(Message message);
  }

  private static byte[][] changed(byte[][] digests) {
    byte[][] changed = digests.clone();
    changed[changed.length - 1] = changed[changed.length - 1].clone();
    changed[changed.length - 1][0] ^= 1;
    return changed;
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        lie(
            RECEIVER,
            "rows of another partition",
            RowBlobs.class,
            (p, b, d) -> new RowBlobs(p + 1, b, d),
            "must be 1"),
        lie(
            RECEIVER,
            "rows of another size",
            RowBlobs.class,
            (p, b, d) -> new RowBlobs(p, b - 56, d),
            "must be 1 of"),
        lie(
            RECEIVER,
            "more blobs of rows",
            RowBlobs.class,
            (p, b, d) -> new RowBlobs(p, b, new byte[2][32]),
            "2 blobs of"),
        lie(
            RECEIVER,
            "rows that are not there",
            RowBlobs.class,
            (p, b, d) -> new RowBlobs(p, b, changed(d)),
            "no such blob"),
        lie(
            SENDER,
            "tags of another partition",
            TagBlobs.class,
            (p, b, d) -> new TagBlobs(p - 1, b, d),
            "must be 1"),
        lie(
            SENDER,
            "fewer tags",
            TagBlobs.class,
            (p, b, d) -> new TagBlobs(p, b - 1, d),
            "must be 3 of"),
        lie(
            SENDER,
            "fewer lists",
            TagBlobs.class,
            (p, b, d) -> new TagBlobs(p, b, Arrays.copyOf(d, 2)),
            "2 blobs of"),
        lie(
            SENDER,
            "tags that are not there",
            TagBlobs.class,
            (p, b, d) -> new TagBlobs(p, b, changed(d)),
            "no such blob"),
        lie(
            RECEIVER,
            "names of another partition",
            NameBlobs.class,
            (p, b, d) -> new NameBlobs(p + 1, b, d),
            "must be 1"),
        lie(
            RECEIVER,
            "half a name",
            NameBlobs.class,
            (p, b, d) -> new NameBlobs(p, b - 1, d),
            "must be at most"),
        lie(
            RECEIVER,
            "more names than ids",
            NameBlobs.class,
            (p, b, d) -> new NameBlobs(p, b * 100, d),
            "must be at most"),
        lie(
            RECEIVER,
            "one name less",
            NameBlobs.class,
            (p, b, d) -> new NameBlobs(p, b - 7, d),
            ""),
        lie(
            RECEIVER,
            "names that are not there",
            NameBlobs.class,
            (p, b, d) -> new NameBlobs(p, b, changed(d)),
            "no such blob"));
  }

  private interface Lie {
    Message of(int partition, long bytes, byte[][] digests);
  }

  private static Arguments lie(
      PartyId liar,
      String what,
      Class<? extends KkrtTaskMessage.OfPartition> type,
      Lie lie,
      String message) {
    Change change =
        sent ->
            type.isInstance(sent)
                    && sent instanceof KkrtTaskMessage.OfPartition part
                    && part.partition() == 1
                ? lie.of(part.partition(), part.bytesBeside(), part.digests())
                : sent;
    return Arguments.of(what, liar, change, message);
  }

  private void assertRefused(PartyId liar, UnaryOperator<Channel> wrap, String message) {
    assertThatThrownBy(
            () ->
                run(
                    new LocalIds(range(0, 300), false),
                    new LocalIds(range(200, 500), false),
                    limits(140, 0),
                    liar.equals(RECEIVER) ? wrap : UnaryOperator.identity(),
                    liar.equals(SENDER) ? wrap : UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .isNotInstanceOf(PeerAbortedException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void party_liesOfASecondPartition_isRefused(
      String what, PartyId liar, Change change, String message) {
    assertRefused(liar, TappedChannel.sending(change::of), message);
  }

  static Stream<Arguments> otherBytes() {
    return Stream.of(
        Arguments.of(
            "rows cut",
            RECEIVER,
            body(RowBlobs.class, b -> Arrays.copyOf(b, b.length - 56)),
            "must be 291312"),
        Arguments.of(
            "rows too long",
            RECEIVER,
            body(RowBlobs.class, b -> Arrays.copyOf(b, b.length + 1)),
            "must be at most"),
        Arguments.of(
            "tags cut",
            SENDER,
            body(TagBlobs.class, b -> Arrays.copyOf(b, b.length - 1)),
            "bytes from a peer"),
        Arguments.of(
            "a tag twice",
            SENDER,
            body(
                TagBlobs.class,
                b -> {
                  System.arraycopy(b, 0, b, 8, 8);
                  return b;
                }),
            "holds one twice"),
        Arguments.of(
            "names not ascending",
            RECEIVER,
            body(
                NameBlobs.class,
                b -> {
                  b[0] = (byte) 0xff;
                  return b;
                }),
            "not ascending"),
        Arguments.of(
            "a name of no id",
            RECEIVER,
            body(
                NameBlobs.class,
                b -> {
                  b[b.length - 1] ^= 1;
                  return b;
                }),
            "of no id of this party"));
  }

  private interface Body {
    Message of(Channel channel, Map<PartyId, BlobStore> stores, Message message);
  }

  /**
   * Puts another body in the place of the first one that a message of the second partition names.
   */
  private static Body body(
      Class<? extends KkrtTaskMessage.OfPartition> type, UnaryOperator<byte[]> change) {
    return (channel, stores, message) -> {
      if (!(type.isInstance(message)
          && message instanceof KkrtTaskMessage.OfPartition part
          && part.partition() == 1)) {
        return message;
      }
      PartyId peer = channel.peers().first();
      // It lies in the peer's store, which this test has; the session is the only one there.
      byte[][] digests = part.digests().clone();
      byte[] body =
          change.apply(
              Objects.requireNonNull(stores.get(peer))
                  .get(channel.blobs().session(), digests[0], 1 << 20));
      digests[0] = channel.blobs().put(peer, body);
      if (message instanceof RowBlobs) {
        return new RowBlobs(1, part.bytesBeside(), digests);
      }
      return message instanceof TagBlobs
          ? new TagBlobs(1, part.bytesBeside(), digests)
          : new NameBlobs(1, part.bytesBeside(), digests);
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherBytes")
  void party_putsOtherBytes_isRefused(String what, PartyId liar, Body body, String message) {
    UnaryOperator<Channel> wrap =
        channel -> TappedChannel.sending(each -> body.of(channel, stores, each)).apply(channel);
    assertRefused(liar, wrap, message);
  }

  /** Deals out other ids than it counted, or, later, works on others than it dealt out. */
  @Test
  void table_thatChangesMeanwhile_endsTheRunBeforeAnythingIsShown() {
    List<String> changing = new ArrayList<>(range(0, 300));
    LocalIds ids = new LocalIds(changing, false);
    UnaryOperator<Channel> wrap =
        TappedChannel.sending(
            message -> {
              if (message instanceof RowBlobs rows && rows.partition() == 3) {
                ids.swap();
              }
              return message;
            });
    assertThatThrownBy(
            () ->
                run(
                    ids,
                    new LocalIds(range(200, 500), false),
                    limits(50, 0),
                    wrap,
                    UnaryOperator.identity()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("partition 4 are not those that the run began with");
  }

  @Test
  void idSum_manyInAnyOrder_isTheSumModulo2To256() {
    SplittableRandom random = new SplittableRandom(5);
    IdSum sum = new IdSum();
    BigInteger expected = BigInteger.ZERO;
    for (int i = 0; i < 1000; i++) {
      byte[] number = new byte[32];
      random.nextBytes(number);
      if (i % 3 == 0) {
        Arrays.fill(number, 0, 28, (byte) 0xff);
      }
      sum.add(number);
      expected = expected.add(new BigInteger(1, number));
    }
    assertThat(new BigInteger(1, sum.toBytes()))
        .isEqualTo(expected.mod(BigInteger.ONE.shiftLeft(256)));
  }
}

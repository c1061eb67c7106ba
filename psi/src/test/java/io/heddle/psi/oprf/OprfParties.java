// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Channel;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.checkpoint.OwnDirectory;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.PartyConfig;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** For tests: a receiver and a sender that keep between runs what they keep. */
final class OprfParties {
  static final PartyId RECEIVER = new PartyId("receiver");
  static final PartyId SENDER = new PartyId("sender");
  static final String RECEIVER_PRINT = "sha256:" + "12".repeat(32);
  static final String SENDER_PRINT = "sha256:" + "34".repeat(32);

  /** What both hold after a run, and what crossed in its step. */
  record Run(
      List<String> ofReceiver,
      List<String> ofSender,
      OprfFigures receiver,
      OprfFigures sender,
      SortedMap<PartyId, Queue<Message>> sent) {

    boolean cacheUsed() {
      if (receiver.cacheUsed() != sender.cacheUsed()) {
        throw new AssertionError("The parties disagree");
      }
      return receiver.cacheUsed();
    }

    /** All messages of a type, of either party. */
    <M> List<M> sent(Class<M> type) {
      return sent.values().stream()
          .flatMap(Queue::stream)
          .filter(type::isInstance)
          .map(type::cast)
          .toList();
    }
  }

  private final Path directory;
  Parties.Network network = InMemoryExchange::network;
  Parties.Opening opening = (exchange, terms) -> Session.open(exchange, terms, Progress.NONE);
  PsiLimits limits = new PsiLimits(0, PsiLimits.LARGEST_SET);
  Duration lifetime = Duration.ofDays(7);
  int maxQueries = 1000;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  String receiverPrint = RECEIVER_PRINT;
  String senderPrint = SENDER_PRINT;
  boolean allLearn = true;

  /** Whether both make ready what they can before the step, as the command does. */
  boolean prepared;

  /** For which step, and of which ids. */
  String preparedStep = "1-psi";

  UnaryOperator<List<String>> preparedIds = UnaryOperator.identity();

  /** What happens at the receiver when it has made ready what it can. */
  Runnable afterwards = () -> {};

  /** How far the receiver's clock is ahead. */
  Duration receiverAhead = Duration.ZERO;

  /** What the receiver was told. */
  final List<String> notes = new CopyOnWriteArrayList<>();

  UnaryOperator<Channel> around = UnaryOperator.identity();

  OprfParties(Path directory) {
    this.directory = directory;
  }

  Path directory(PartyId party) {
    return directory.resolve(party.name());
  }

  /** Where the receiver keeps the tags. */
  Path cache() {
    return directory(RECEIVER).resolve("tags-" + senderPrint.substring("sha256:".length()));
  }

  /** Where the sender keeps its key. */
  Path key() {
    return directory(SENDER).resolve("key-" + receiverPrint.substring("sha256:".length()));
  }

  static byte[] fileKey(PartyId party) {
    return Arrays.copyOf(party.name().getBytes(StandardCharsets.UTF_8), 32);
  }

  Oprf oprf(PartyId party) {
    return new Oprf(
        new PartyConfig.Oprf(directory(party), lifetime, maxQueries),
        fileKey(party),
        peer -> peer.equals(SENDER) ? senderPrint : receiverPrint,
        () -> party.equals(RECEIVER) ? now.plus(receiverAhead) : now);
  }

  /** How many questions the sender has counted. */
  long asked() {
    byte[] content =
        OwnDirectory.open(directory(SENDER))
            .readSealed(String.valueOf(key().getFileName()), fileKey(SENDER));
    return SetKey.read(Objects.requireNonNull(content)).asked();
  }

  static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  Run run(List<String> receiver, List<String> sender) {
    Map<PartyId, List<String>> sets = Map.of(RECEIVER, receiver, SENDER, sender);
    Map<PartyId, Oprf> means = Map.of(RECEIVER, oprf(RECEIVER), SENDER, oprf(SENDER));
    SortedMap<PartyId, Queue<Message>> sent = new TreeMap<>();
    Map<PartyId, Parties.Code<List<String>>> code = new TreeMap<>();
    sets.forEach(
        (party, ids) -> {
          Queue<Message> own = new ConcurrentLinkedQueue<>();
          sent.put(party, own);
          code.put(
              party,
              session -> {
                Oprf oprf = Objects.requireNonNull(means.get(party));
                if (prepared) {
                  prepare(oprf, session, ids);
                }
                Channel step =
                    TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), own);
                int[] rows = rows(session, around.apply(step), ids, oprf);
                return Arrays.stream(rows).mapToObj(ids::get).toList();
              });
        });
    SortedMap<PartyId, List<String>> common =
        Parties.run(network, PsiMessages.TYPES, opening, code);
    return new Run(
        Objects.requireNonNull(common.get(RECEIVER)),
        Objects.requireNonNull(common.get(SENDER)),
        figures(means, RECEIVER),
        figures(means, SENDER),
        sent);
  }

  private void prepare(Oprf oprf, Session session, List<String> ids) {
    oprf.prepare(
        preparedStep,
        session.self().equals(RECEIVER),
        session.peers().first(),
        session::privateRandomness,
        OwnRows.of(bytes(preparedIds.apply(ids)), PsiDuplicates.REFUSE).ids(),
        progress(session));
    if (session.self().equals(RECEIVER)) {
      afterwards.run();
    }
  }

  private Progress progress(Session session) {
    return session.self().equals(SENDER)
        ? Progress.NONE
        : new Progress() {
          @Override
          public void note(String line) {
            notes.add(line);
          }
        };
  }

  private static OprfFigures figures(Map<PartyId, Oprf> means, PartyId party) {
    return Objects.requireNonNull(Objects.requireNonNull(means.get(party)).figures());
  }

  private int[] rows(Session session, Channel step, List<String> ids, Oprf oprf) {
    byte[] salt = session.bindingSalt("psi");
    if (!allLearn) {
      return PrivateSetIntersection.intersect(
              step,
              RECEIVER,
              salt,
              session::privateRandomness,
              OwnRows.of(bytes(ids), PsiDuplicates.REFUSE),
              limits,
              progress(session),
              oprf)
          .rows();
    }
    Alignment alignment =
        PrivateSetIntersection.align(
            step,
            RECEIVER,
            salt,
            session::privateRandomness,
            OwnRows.of(bytes(ids), PsiDuplicates.REFUSE),
            limits,
            progress(session),
            oprf);
    return alignment.rows();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.SentMessages;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.PinnedSession;
import io.heddle.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** For tests: intersections by kkrt with secrets that can be had again, and what crossed. */
final class KkrtRuns {
  static final PartyId RECEIVER = new PartyId("receiver");
  static final PartyId SENDER = new PartyId("sender");
  private static final PsiLimits KKRT =
      new PsiLimits(0, PsiLimits.LARGEST_SET, PsiProtocol.KKRT, true);

  /** Step, key and digests of messages are not what is compared here. */
  private static final Set<String> OPENINGS =
      Set.of("SetSize", "IntersectionSize", "Proposal", "Answer", "Outcome");

  private KkrtRuns() {}

  /**
   * One run.
   *
   * @param ofReceiver its common ids, in the order of its rows
   * @param sent all bytes of all messages, from the opening to the end
   * @param messages what each party sent in the step
   * @param salt the session's, public to both
   */
  record Run(
      List<String> ofReceiver,
      List<String> ofSender,
      SortedMap<String, byte[]> sent,
      Map<PartyId, Queue<Message>> messages,
      byte[] salt) {

    /** All 16 bytes one after another in what a party sent, of whatever says more than a count. */
    Set<String> blocks(PartyId party) {
      Set<String> blocks = new HashSet<>();
      for (Message message : Objects.requireNonNull(messages.get(party))) {
        if (!OPENINGS.contains(message.getClass().getSimpleName())) {
          byte[] body = Parties.codec(PsiMessages.TYPES).encode(message);
          // Behind the numbers that stand before a list.
          for (int at = 0; at + 28 <= body.length; at++) {
            blocks.add(HexFormat.of().formatHex(body, at + 12, at + 28));
          }
        }
      }
      return blocks;
    }

    <M extends Message> List<M> all(PartyId party, Class<M> type) {
      return Objects.requireNonNull(messages.get(party)).stream()
          .filter(type::isInstance)
          .map(type::cast)
          .toList();
    }
  }

  static List<String> range(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "customer-" + i).toList();
  }

  static List<String> shuffled(List<String> ids, long seed) {
    List<String> other = new ArrayList<>(ids);
    Collections.shuffle(other, new Random(seed));
    return other;
  }

  /** Both parties, in memory. */
  static Run run(String secret, List<String> receiver, List<String> sender, boolean allLearn) {
    SentMessages sent = new SentMessages();
    Map<PartyId, Queue<Message>> messages =
        Map.of(RECEIVER, new ConcurrentLinkedQueue<>(), SENDER, new ConcurrentLinkedQueue<>());
    AtomicReference<byte[]> salt = new AtomicReference<>(new byte[0]);
    SortedMap<PartyId, List<String>> common =
        Parties.run(
            sent,
            PsiMessages.TYPES,
            (exchange, terms) -> PinnedSession.open(exchange, terms, secret, "nonce"),
            new TreeMap<>(
                Map.of(
                    RECEIVER, code(receiver, allLearn, messages, salt),
                    SENDER, code(sender, allLearn, messages, salt))));
    return new Run(
        Objects.requireNonNull(common.get(RECEIVER)),
        Objects.requireNonNull(common.get(SENDER)),
        sent.byDirection(),
        messages,
        Objects.requireNonNull(salt.get()));
  }

  private static Parties.Code<List<String>> code(
      List<String> ids,
      boolean allLearn,
      Map<PartyId, Queue<Message>> messages,
      AtomicReference<byte[]> salt) {
    return session -> {
      salt.set(session.bindingSalt("psi"));
      Channel step =
          TappedChannel.keepingSent(
              session.beginStep("psi", new TreeMap<>()),
              Objects.requireNonNull(messages.get(session.self())));
      return Arrays.stream(rows(session, step, ids, allLearn)).mapToObj(ids::get).toList();
    };
  }

  private static int[] rows(Session session, Channel step, List<String> ids, boolean allLearn) {
    List<byte[]> bytes = ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
    byte[] salt = session.bindingSalt("psi");
    return allLearn
        ? PrivateSetIntersection.align(
                step, RECEIVER, salt, session::privateRandomness, bytes, KKRT, Progress.NONE)
            .rows()
        : PrivateSetIntersection.intersect(
                step, RECEIVER, salt, session::privateRandomness, bytes, KKRT, Progress.NONE)
            .rows();
  }
}

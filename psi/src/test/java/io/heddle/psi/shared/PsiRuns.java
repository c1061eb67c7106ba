// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

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

/** For tests: intersections of two parties with secrets that can be had again, and what crossed. */
public final class PsiRuns {
  public static final PartyId RECEIVER = new PartyId("receiver");
  public static final PartyId SENDER = new PartyId("sender");

  /** Step, key and digests of messages are not what is compared here. */
  private static final Set<String> OPENINGS =
      Set.of("SetSize", "IntersectionSize", "Proposal", "Answer", "Outcome");

  private PsiRuns() {}

  /**
   * One run.
   *
   * @param ofReceiver its common ids, in the order of its rows
   * @param sent all bytes of all messages, from the opening to the end
   * @param messages what each party sent in the step
   * @param salt the session's, public to both
   */
  public record Run(
      List<String> ofReceiver,
      List<String> ofSender,
      SortedMap<String, byte[]> sent,
      Map<PartyId, Queue<Message>> messages,
      byte[] salt) {

    /**
     * All 16 bytes one after another in what a party sent, of whatever says more than a count.
     *
     * @param step from one to the next
     */
    public Set<String> blocks(PartyId party, int step) {
      Set<String> blocks = new HashSet<>();
      for (Message message : Objects.requireNonNull(messages.get(party))) {
        if (!OPENINGS.contains(message.getClass().getSimpleName())) {
          byte[] body = Parties.codec(PsiMessages.TYPES).encode(message);
          // Behind the numbers that stand before a list.
          for (int at = 0; at + 28 <= body.length; at += step) {
            blocks.add(HexFormat.of().formatHex(body, at + 12, at + 28));
          }
        }
      }
      return blocks;
    }

    public <M extends Message> List<M> all(PartyId party, Class<M> type) {
      return Objects.requireNonNull(messages.get(party)).stream()
          .filter(type::isInstance)
          .map(type::cast)
          .toList();
    }
  }

  public static List<String> range(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "customer-" + i).toList();
  }

  public static List<String> shuffled(List<String> ids, long seed) {
    List<String> other = new ArrayList<>(ids);
    Collections.shuffle(other, new Random(seed));
    return other;
  }

  /** Both parties, in memory. */
  public static Run run(
      PsiProtocol protocol,
      String secret,
      List<String> receiver,
      List<String> sender,
      boolean allLearn) {
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
                    RECEIVER, code(protocol, receiver, allLearn, messages, salt),
                    SENDER, code(protocol, sender, allLearn, messages, salt))));
    return new Run(
        Objects.requireNonNull(common.get(RECEIVER)),
        Objects.requireNonNull(common.get(SENDER)),
        sent.byDirection(),
        messages,
        Objects.requireNonNull(salt.get()));
  }

  private static Parties.Code<List<String>> code(
      PsiProtocol protocol,
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
      return Arrays.stream(rows(protocol, session, step, ids, allLearn))
          .mapToObj(ids::get)
          .toList();
    };
  }

  private static int[] rows(
      PsiProtocol protocol, Session session, Channel step, List<String> ids, boolean allLearn) {
    PsiLimits limits = new PsiLimits(0, PsiLimits.LARGEST_SET, protocol, true);
    List<byte[]> bytes = ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
    byte[] salt = session.bindingSalt("psi");
    return allLearn
        ? PrivateSetIntersection.align(
                step, RECEIVER, salt, session::privateRandomness, bytes, limits, Progress.NONE)
            .rows()
        : PrivateSetIntersection.intersect(
                step, RECEIVER, salt, session::privateRandomness, bytes, limits, Progress.NONE)
            .rows();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.SenderPoints;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EcdhFreshSecretsTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");

  /** All points and tags of one run, in hex. */
  private static Set<String> run() {
    // The same binding for each run: what differs is due to the secrets alone.
    PsiTerms terms =
        new PsiTerms(new byte[32], true, 0, 100, PsiProtocol.ECDH, true, RunRecord.NONE);
    List<byte[]> ids =
        IntStream.range(0, 40).mapToObj(i -> ("id-" + i).getBytes(StandardCharsets.UTF_8)).toList();
    Queue<Message> sent = new ConcurrentLinkedQueue<>();
    Parties.run(
        PsiMessages.TYPES,
        RECEIVER,
        session ->
            new EcdhReceiver(terms, session::privateRandomness, Progress.NONE)
                .run(
                    TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), sent),
                    SENDER,
                    ids,
                    ids.size()),
        SENDER,
        session ->
            new EcdhSender(terms, session::privateRandomness, Progress.NONE)
                .run(
                    TappedChannel.keepingSent(session.beginStep("psi", new TreeMap<>()), sent),
                    RECEIVER,
                    ids,
                    ids.size()));
    Set<String> seen = new HashSet<>();
    for (Message message : sent) {
      if (message instanceof BlindedPoints own) {
        cut(own.points(), 32, seen);
      } else if (message instanceof SenderPoints theirs) {
        cut(theirs.points(), 32, seen);
      } else if (message instanceof BlindedTags tags) {
        cut(tags.items(), tags.width(), seen);
      }
    }
    return seen;
  }

  private static void cut(byte[] flat, int width, Set<String> into) {
    for (int at = 0; at < flat.length; at += width) {
      into.add(HexFormat.of().formatHex(flat, at, at + width));
    }
  }

  @Test
  void twoSessions_sameIdsAndBinding_shareNoPointAndNoTag() {
    Set<String> first = run();
    Set<String> second = run();
    // Equal sets, yet no point of one party is one of the other.
    assertThat(first).hasSize(3 * 40);
    assertThat(first).doesNotContainAnyElementsOf(second);
  }
}

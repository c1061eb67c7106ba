// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static io.heddle.psi.shared.PsiRuns.RECEIVER;
import static io.heddle.psi.shared.PsiRuns.SENDER;
import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.MessageCodec;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
import io.heddle.psi.shared.PsiRuns;
import io.heddle.psi.shared.PsiRuns.Run;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same step with the same session secrets, as a party does it again after a restart. */
class KkrtRepeatedStepTest {
  private static final int ROWS_TYPE = 94;

  private static List<String> receiver() {
    List<String> ids = new ArrayList<>(range(0, 60));
    ids.addAll(List.of("", "a", "\u00e9", "\uffee", "\ud83d\ude00"));
    return ids;
  }

  private static List<String> sender() {
    List<String> ids = new ArrayList<>(range(20, 90));
    ids.addAll(List.of("", "\u00e9", "\ud83d\ude00"));
    return ids;
  }

  private static void assertSameBytes(Run first, Run second) {
    assertThat(second.sent().keySet()).isEqualTo(first.sent().keySet());
    first
        .sent()
        .forEach((way, bytes) -> assertThat(second.sent().get(way)).as(way).isEqualTo(bytes));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void step_repeatedWithIdsInOtherOrders_sendsTheSameBytes(boolean allLearn) {
    Run first = PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), sender(), allLearn);
    assertThat(first.sent()).hasSize(2);
    assertThat(Objects.requireNonNull(first.sent().get("receiver to sender")).length)
        .isGreaterThan(5202 * 56);
    for (long seed = 1; seed <= 2; seed++) {
      Run second =
          PsiRuns.run(
              PsiProtocol.KKRT,
              "secret",
              shuffled(receiver(), seed),
              shuffled(sender(), seed),
              allLearn);
      assertSameBytes(first, second);
      assertThat(second.ofSender()).isEqualTo(first.ofSender());
      if (allLearn) {
        assertThat(second.ofReceiver()).isEqualTo(first.ofReceiver());
      } else {
        assertThat(second.ofReceiver()).hasSameElementsAs(first.ofReceiver());
      }
    }
  }

  @Test
  void step_otherSessionSecrets_sharesNoBlock() {
    Run first = PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), sender(), true);
    // The same nonces, so the same session id and salt: the secrets alone differ.
    Run second = PsiRuns.run(PsiProtocol.KKRT, "other secret", receiver(), sender(), true);
    for (var party : List.of(RECEIVER, SENDER)) {
      assertThat(first.blocks(party, 1)).hasSizeGreaterThan(1000);
      assertThat(disjoint(second.blocks(party, 1), first.blocks(party, 1))).isTrue();
    }
    assertThat(second.ofReceiver())
        .isNotEqualTo(first.ofReceiver())
        .hasSameElementsAs(first.ofReceiver());
  }

  private static boolean disjoint(Set<String> some, Set<String> others) {
    Set<String> both = new HashSet<>(some);
    both.retainAll(others);
    return both.isEmpty();
  }

  @Test
  void step_oneIdMoreAtOneParty_meetsOtherMasksAtBoth() {
    Run first = PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), sender(), true);
    List<String> moreAtReceiver = new ArrayList<>(receiver());
    moreAtReceiver.add("one more");
    List<String> moreAtSender = new ArrayList<>(sender());
    moreAtSender.add("one more");
    for (Run second :
        List.of(
            PsiRuns.run(PsiProtocol.KKRT, "secret", moreAtReceiver, sender(), true),
            PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), moreAtSender, true))) {
      assertThat(disjoint(rows(second), rows(first))).isTrue();
      assertThat(disjoint(tags(second), tags(first))).isTrue();
      assertThat(second.ofReceiver())
          .isNotEqualTo(first.ofReceiver())
          .hasSameElementsAs(first.ofReceiver());
    }
  }

  /** All 16 bytes at a row's words in the receiver's masked codes. */
  private static Set<String> rows(Run run) {
    MessageCodec codec = new MessageCodec(PsiMessages.TYPES);
    Set<String> blocks = new HashSet<>();
    Objects.requireNonNull(run.messages().get(RECEIVER)).stream()
        .filter(message -> codec.type(message.getClass()).id() == ROWS_TYPE)
        .map(codec::encode)
        .forEach(
            body -> {
              for (int at = 12; at + 16 <= body.length; at += 8) {
                blocks.add(HexFormat.of().formatHex(body, at, at + 16));
              }
            });
    assertThat(blocks).hasSize(5202 * 7 - 1);
    return blocks;
  }

  private static Set<String> tags(Run run) {
    Set<String> tags = new HashSet<>();
    for (SenderTags sent : run.all(SENDER, SenderTags.class)) {
      for (int at = 0; at < sent.items().length; at += sent.width()) {
        tags.add(HexFormat.of().formatHex(sent.items(), at, at + sent.width()));
      }
    }
    assertThat(tags).isNotEmpty();
    return tags;
  }

  @Test
  void step_ofAnyIds_showsTheSenderNamesOnly() {
    Run run = PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), sender(), true);
    assertThat(run.all(RECEIVER, CommonNames.class)).hasSize(1);
    assertThat(run.all(SENDER, SenderTags.class)).hasSize(3);
    assertThat(tags(run)).hasSize(3 * sender().size());
    Run alone = PsiRuns.run(PsiProtocol.KKRT, "secret", receiver(), sender(), false);
    assertThat(alone.all(RECEIVER, CommonNames.class)).isEmpty();
    assertThat(alone.ofSender()).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static io.heddle.psi.shared.PsiRuns.RECEIVER;
import static io.heddle.psi.shared.PsiRuns.SENDER;
import static io.heddle.psi.shared.PsiRuns.range;
import static io.heddle.psi.shared.PsiRuns.shuffled;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.party.PartyId;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.shared.PsiRuns;
import io.heddle.psi.shared.PsiRuns.Run;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same step with the same session secrets, as a party does it again after a restart. */
class Rr22RepeatedStepTest {
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

  private static Run run(
      String secret, List<String> receiver, List<String> sender, boolean allLearn) {
    return PsiRuns.run(PsiProtocol.RR22, secret, receiver, sender, allLearn);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void step_repeatedWithIdsInOtherOrders_sendsTheSameBytes(boolean allLearn) {
    Run first = run("secret", receiver(), sender(), allLearn);
    assertThat(first.sent()).hasSize(2);
    Run second = run("secret", shuffled(receiver(), 1), shuffled(sender(), 2), allLearn);
    assertThat(second.sent().keySet()).isEqualTo(first.sent().keySet());
    first
        .sent()
        .forEach((way, bytes) -> assertThat(second.sent().get(way)).as(way).isEqualTo(bytes));
    assertThat(second.ofSender()).isEqualTo(first.ofSender());
    assertThat(second.ofReceiver()).hasSameElementsAs(first.ofReceiver());
  }

  private static void assertDisjoint(Run first, Run second, int least) {
    for (PartyId party : List.of(RECEIVER, SENDER)) {
      Set<String> both = new HashSet<>(first.blocks(party, 4));
      assertThat(both).hasSizeGreaterThan(least);
      both.retainAll(second.blocks(party, 4));
      assertThat(both).isEmpty();
    }
  }

  @Test
  void step_otherSessionSecrets_sharesNoBlock() {
    Run first = run("secret", receiver(), sender(), true);
    // The same nonces, so the same session id and salt: the secrets alone differ.
    Run second = run("other secret", receiver(), sender(), true);
    assertDisjoint(first, second, 10_000);
    assertThat(second.ofReceiver())
        .isNotEqualTo(first.ofReceiver())
        .hasSameElementsAs(first.ofReceiver());
  }

  @Test
  void step_oneIdMoreAtOneParty_meetsOtherMasksAtBoth() {
    Run first = run("secret", receiver(), sender(), true);
    List<String> moreAtReceiver = new ArrayList<>(receiver());
    moreAtReceiver.add("one more");
    List<String> moreAtSender = new ArrayList<>(sender());
    moreAtSender.add("one more");
    for (Run second :
        List.of(
            run("secret", moreAtReceiver, sender(), true),
            run("secret", receiver(), moreAtSender, true))) {
      Set<String> tags = new HashSet<>(tags(second));
      tags.retainAll(tags(first));
      assertThat(tags).isEmpty();
      assertThat(second.ofReceiver())
          .isNotEqualTo(first.ofReceiver())
          .hasSameElementsAs(first.ofReceiver());
    }
    assertDisjoint(first, run("secret", moreAtReceiver, moreAtSender, true), 10_000);
  }

  private static Set<String> tags(Run run) {
    Set<String> tags = new HashSet<>();
    for (IdTags sent : run.all(SENDER, IdTags.class)) {
      for (int at = 0; at < sent.items().length; at += sent.width()) {
        tags.add(HexFormat.of().formatHex(sent.items(), at, at + sent.width()));
      }
    }
    assertThat(tags).isNotEmpty();
    return tags;
  }

  @Test
  void step_ofAnyIds_showsTheSenderPlacesOnly() {
    Run run = run("secret", receiver(), sender(), true);
    List<CommonPlaces> places = run.all(RECEIVER, CommonPlaces.class);
    assertThat(places).hasSize(1);
    assertThat(java.util.BitSet.valueOf(places.get(0).bits()).cardinality())
        .isEqualTo(run.ofSender().size());
    assertThat(tags(run)).hasSize(sender().size());
    Run alone = run("secret", receiver(), sender(), false);
    assertThat(alone.all(RECEIVER, CommonPlaces.class)).isEmpty();
    assertThat(alone.ofSender()).isEmpty();
  }
}

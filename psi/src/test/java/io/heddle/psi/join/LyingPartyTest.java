// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.error.AlignmentException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.JoinedRows;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateJoin;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.join.JoinMessage.Multiplicities;
import io.heddle.psi.join.JoinMessage.OtherRows;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A party that tells another one of rows that it does not have. */
class LyingPartyTest {
  private static final PartyId LIAR = new PartyId("party-0");
  private static final PartyId VICTIM = new PartyId("party-1");

  private static Map<PartyId, JoinedRows> run(
      int parties, PartyId receiver, PsiJoin join, UnaryOperator<Message> lie) {
    JobConfig.Psi terms =
        new JobConfig.Psi(
            JobConfig.PsiProtocol.AUTO,
            receiver,
            PsiResult.BOTH,
            join,
            PsiDuplicates.EXPAND,
            List.of(),
            1);
    UnaryOperator<Channel> lying =
        TappedChannel.sending(
            (to, message) -> List.of(to.equals(VICTIM) ? lie.apply(message) : message));
    Map<PartyId, Parties.Code<JoinedRows>> codes = new TreeMap<>();
    for (int i = 0; i < parties; i++) {
      PartyId party = new PartyId("party-" + i);
      codes.put(
          party,
          session -> {
            List<byte[]> ids =
                Stream.of("a", "b", "a", "only " + party)
                    .map(id -> id.getBytes(StandardCharsets.UTF_8))
                    .toList();
            Channel step = session.beginStep("psi", new TreeMap<>());
            return PrivateJoin.run(
                party.equals(LIAR) ? lying.apply(step) : step,
                terms,
                session.bindingSalt("psi"),
                session::privateRandomness,
                OwnRows.of(ids, terms.duplicates()),
                PsiLimits.DEFAULT,
                Progress.NONE,
                null);
          });
    }
    return Parties.run(PsiMessages.TYPES, codes);
  }

  private static Message oneMore(Message message) {
    if (message instanceof Multiplicities honest) {
      int[] counts = honest.counts().clone();
      counts[0]++;
      return new Multiplicities(counts);
    }
    return message instanceof OtherRows honest ? new OtherRows(honest.rows() + 1) : message;
  }

  @ParameterizedTest(name = "{0} parties, {1} compares, {2}")
  @CsvSource({
    "2, party-0, INNER",
    "2, party-1, INNER",
    "3, party-1, INNER",
    "3, party-2, INNER",
    "3, party-0, LEFT"
  })
  void run_countThatIsNotTheLiars_endsAllAlike(int parties, String receiver, PsiJoin join) {
    assertThatThrownBy(() -> run(parties, new PartyId(receiver), join, LyingPartyTest::oneMore))
        .isInstanceOf(AlignmentException.class)
        .hasMessageContaining("The parties' alignments differ")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .hasSize(parties - 1)
                    .hasOnlyElementsOfType(AlignmentException.class));
  }

  /** The control: the same parties without a lie. */
  @Test
  void run_noLie_ends() {
    assertThat(run(3, LIAR, PsiJoin.LEFT, message -> message))
        .allSatisfy((party, joined) -> assertThat(joined.rows()).hasSize(8 + 1 + 1));
  }
}

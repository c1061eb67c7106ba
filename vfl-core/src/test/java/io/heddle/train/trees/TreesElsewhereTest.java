// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.Elsewhere.Crossed;
import io.heddle.train.trees.Forests.Joined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trees by rows on executors are those by rows in this JVM, and ciphertexts go to rows once. */
class TreesElsewhereTest {
  private static final Parties.Opening PINNED =
      (exchange, opened) -> PinnedSession.open(exchange, opened, "secret", "nonce");

  static Stream<TreeTerms> terms() {
    TreeTerms.Builder all = TreeTerms.builder().maxIter(2).maxDepth(3).maxBins(8);
    return Stream.of(
        all.firstTreeAlone(false).build(),
        TreeTerms.builder()
            .maxIter(2)
            .maxDepth(3)
            .maxBins(8)
            .firstTreeAlone(false)
            .subsamplingRate(0.6)
            .featureSubsetStrategy("0.7")
            .build(),
        TreeTerms.builder()
            .maxIter(2)
            .maxDepth(3)
            .maxLeaves(5)
            .maxBins(8)
            .firstTreeAlone(false)
            .scheme(TreeScheme.OKAMOTO_UCHIYAMA)
            .build());
  }

  private static List<TreesFit> fit(
      TreeTerms terms, Joined joined, Map<PartyId, List<Crossed>> crossed) {
    Map<PartyId, Parties.Code<TreesFit>> code = new HashMap<>();
    for (int k = 0; k < joined.holders().size(); k++) {
      PartyId party = k == 0 ? Forests.BANK : Forests.featureHolder(k);
      PartyTable here = Forests.table(joined.holders().get(k), joined.rows(), 3);
      List<Crossed> seen = crossed.get(party);
      PartyTable table = seen == null ? here : Elsewhere.table(here, seen);
      code.put(
          party,
          session ->
              party.equals(Forests.BANK)
                  ? new TreesLabelHolder(
                          terms, Forests.key(terms), session::privateRandomness, Forests.seed())
                      .fit(
                          Forests.begin(session, terms),
                          table,
                          joined.labels(),
                          null,
                          Progress.NONE)
                  : new TreesFeatureHolder(terms, new TreeRules(true), session::privateRandomness)
                      .fit(Forests.begin(session, terms), Forests.BANK, table, 0, Progress.NONE));
    }
    return List.copyOf(
        Parties.run(InMemoryExchange::network, TreeMessages.TYPES, PINNED, code).values());
  }

  @ParameterizedTest
  @MethodSource("terms")
  void fit_rowsOnExecutors_isTheSameAndShipsCiphertextsOnce(TreeTerms terms) {
    Joined joined = Forests.generate(700, 71, true, 2, 4);
    List<Crossed> crossed = Collections.synchronizedList(new ArrayList<>());
    List<TreesFit> here = fit(terms, joined, Map.of());
    List<TreesFit> elsewhere = fit(terms, joined, Map.of(Forests.featureHolder(1), crossed));

    assertThat(elsewhere.get(0).part().ensemble()).isEqualTo(here.get(0).part().ensemble());
    assertThat(elsewhere.get(1).part()).isEqualTo(here.get(1).part());
    int pieceBytes = terms.sampleRows(700) * terms.scheme().ciphertextBytes(terms.keyBits());
    List<Crossed> pieces = crossed.stream().filter(of -> of.argument() == byte[].class).toList();
    // A piece for each tree, and nothing else is as large: not for a level, not for a partition.
    assertThat(pieces).hasSize(2).allMatch(piece -> piece.bytes().length > pieceBytes);
    assertThat(crossed.stream().filter(of -> of.argument() == Accumulation.class))
        .hasSizeGreaterThan(3)
        .allMatch(of -> of.bytes().length < 12_000);
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.config.Overrides;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearnedTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "result = both | which of its own ids are common to all"
            + " | which of its own ids are common to all",
        "result = receiver | which of its own ids are common to all |",
        "result = cardinality | how many ids are common, not which |",
        "result = sum, psi.sum.column = v | how many ids are common, not which"
            + " | how many ids are common; the sum of its own values of these",
        "join = difference | which of its own ids are common to all, and so which are not |",
        "join = left | which of its own ids are common to all"
            + " | which of its own ids are common to all; how many rows of bank have no common id",
        "duplicates = expand | which of its own ids are common to all;"
            + " how many rows the other party has of each common id"
            + " | which of its own ids are common to all;"
            + " how many rows the other party has of each common id",
        "protocol = ecdh-oprf | which of its own ids are common to all;"
            + " whether the other party brings the ids of an earlier run"
            + " | which of its own ids are common to all;"
            + " whether the other party has kept the tags of an earlier run",
      })
  void of_twoParties_tellsWhatEachLearns(
      String psi, String bank, @Nullable String shop, @TempDir Path directory) throws IOException {
    JobConfig job = job(directory, "[bank, shop]", psi);
    PsiProtocol protocol = job.psi().protocol();
    String both = "how many ids the other party brings";

    assertThat(Learned.of(job.psi(), job.parties(), protocol))
        .containsOnlyKeys(BANK, SHOP)
        .containsEntry(BANK, both + "; " + bank)
        .containsEntry(SHOP, shop == null ? both : both + "; " + shop);
  }

  @ParameterizedTest
  @CsvSource({
    "result = both, which of its own ids are common to all",
    "result = receiver, how many ids are common to all",
  })
  void of_threeParties_tellsWhatTheReceiverSeesOfGroups(
      String psi, String others, @TempDir Path directory) throws IOException {
    JobConfig job = job(directory, "[bank, mall, shop]", psi);
    String all = "how many ids each other party brings; ";

    assertThat(Learned.of(job.psi(), job.parties(), PsiProtocol.ECDH))
        .containsOnlyKeys(BANK, new PartyId("mall"), SHOP)
        .containsEntry(
            BANK,
            all
                + "which of its own ids are common to all; how many ids each group of parties has in"
                + " common, and with the help of one of them which")
        .containsEntry(new PartyId("mall"), all + others)
        .containsEntry(SHOP, all + others);
  }

  private static JobConfig job(Path directory, String parties, String psi) throws IOException {
    return JobConfig.load(
        Files.writeString(
            directory.resolve("job.conf"),
            "parties = " + parties + ", psi.receiver = bank, psi." + psi),
        Overrides.NONE);
  }
}

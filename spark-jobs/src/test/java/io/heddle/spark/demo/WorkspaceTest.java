// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.spark.demo.Workspace.PartyFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path dir;

  @Test
  void create_madeUpTables_everyPartyKnowsEveryOther() {
    List<PartyFolder> parties = create().parties();
    PartyConfig bank = PartyConfig.load(parties.get(0).config(), Overrides.NONE);
    PartyConfig retailer = PartyConfig.load(parties.get(1).config(), Overrides.NONE);

    assertThat(bank.peers()).containsOnlyKeys(new PartyId("retailer"));
    assertThat(peer(bank, "retailer").address())
        .hasToString("127.0.0.1:" + retailer.listen().port());
    assertThat(peer(retailer, "bank").address()).hasToString("127.0.0.1:" + bank.listen().port());
    assertThat(bank.listen().port()).isNotEqualTo(retailer.listen().port());
    assertThat(bank.data().label()).isEqualTo("default");
    assertThat(retailer.data().label()).isNull();
    JobConfig.load(parties.get(0).job(), Overrides.NONE).checkFor(bank);
    JobConfig.load(parties.get(1).job(), Overrides.NONE).checkFor(retailer);
  }

  @Test
  void create_madeUpTables_jobIsTheSameAtAll() {
    List<PartyFolder> parties = create("logistic.regParam=0.25").parties();
    JobConfig job = JobConfig.load(parties.get(0).job(), Overrides.NONE);

    assertThat(parties.get(0).job()).hasSameTextualContentAs(parties.get(1).job());
    assertThat(job.labelHolder()).isEqualTo(new PartyId("bank"));
    assertThat(job.testFraction()).isEqualTo(0.4);
    assertThat(job.seed()).isEqualTo(11);
    assertThat(job.logistic().regParam()).isEqualTo(0.25);
  }

  @Test
  void create_consent_reachesEveryParty() {
    for (PartyFolder folder :
        create("privacy.consent.predictor=full", "privacy.consent.labels=10").parties()) {
      PartyConfig config = PartyConfig.load(folder.config(), Overrides.NONE);

      assertThat(config.privacy().labelRowsPerColumn()).isEqualTo(10);
      assertThat(config.privacy().predictor().toString()).isEqualToIgnoringCase("full");
    }
  }

  @Test
  void create_treesThatAreNotCompared_areRefused() {
    for (String setting : List.of("gbt.objective=squared", "gbt.scale_pos_weight=3")) {
      assertThatThrownBy(() -> create(setting))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("the demo compares the AUC of two classes of equal weight");
    }
    JobConfig job = JobConfig.load(create("gbt.eta=0.1").parties().get(0).job(), Overrides.NONE);
    assertThat(job.gbt().stepSize()).isEqualTo(0.1);
  }

  @Test
  void create_trees_allColumnsSplitAllTreesUnlessSetOtherwise() {
    assertThat(trees("algorithm=gbt").firstTreeAlone()).isFalse();
    assertThat(trees("algorithm=gbt", "gbt.firstTreeAlone=true").firstTreeAlone()).isTrue();
  }

  private JobConfig.Gbt trees(String... assignments) {
    return JobConfig.load(create(assignments).parties().get(0).job(), Overrides.NONE).gbt();
  }

  @Test
  void create_listSetting_isAList() {
    JobConfig job =
        JobConfig.load(create("psi.normalise=trim,lower").parties().get(0).job(), Overrides.NONE);

    assertThat(job.psi().normalise()).containsExactly(IdRule.TRIM, IdRule.LOWER);
  }

  @Test
  void create_identities_oneForEachPartyInItsOwnFolder() {
    List<PartyFolder> parties = create().parties();

    for (PartyFolder folder : parties) {
      PartyConfig config = PartyConfig.load(folder.config(), Overrides.NONE);
      assertThat(config.identity().keyStore()).startsWithRaw(folder.directory());
      assertThat(config.traceDirectory()).startsWithRaw(folder.directory());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "party=x",
        "parties=a,b",
        "label-holder=retailer",
        "listen.port=1",
        "identity.key-store=x",
        "peers.retailer.address=h:1",
        "data.id=x",
        "data.label=x",
        "data.weight=x",
        "trace.dir=x",
        "seed=8",
        "test-fraction=0.1"
      })
  void create_settingOfTheDemoItself_refusedByName(String assignment) {
    assertThatThrownBy(() -> create(assignment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(assignment.substring(0, assignment.indexOf('=')));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logistic.regparam=1", "consent=full", "nonsense", "=1"})
  void create_unknownSetting_refused(String assignment) {
    assertThatThrownBy(() -> create(assignment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(assignment.replaceAll("=.*", ""));
  }

  private static PartyConfig.Peer peer(PartyConfig config, String name) {
    return Objects.requireNonNull(config.peers().get(new PartyId(name)));
  }

  private Workspace create(String... assignments) {
    return Workspace.create(
        new DemoRequest(
            null, List.of(), null, null, 0.4, 11, List.of(assignments), dir.resolve("out")),
        (party, directory) -> "sha256:" + "ab".repeat(32));
  }
}

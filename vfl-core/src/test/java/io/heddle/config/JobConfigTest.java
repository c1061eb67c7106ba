// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobConfigTest {
  private static final String SMALL = "parties = [shop, bank], label-holder = bank\n";

  private final Path directory;

  JobConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private JobConfig load(String text, String... settings) throws IOException {
    Path file = Files.writeString(directory.resolve("job.conf"), text);
    return JobConfig.load(file, Overrides.ofArguments(List.of(settings)));
  }

  private PartyConfig party(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("heddle.conf"), text);
    return PartyConfig.load(file, Overrides.NONE);
  }

  @Test
  void load_small_hasDocumentedDefaults() throws IOException {
    JobConfig job = load(SMALL);

    assertThat(job.parties()).containsExactly(new PartyId("bank"), new PartyId("shop"));
    assertThat(job.labelHolder()).isEqualTo(new PartyId("bank"));
    assertThat(job.psi())
        .isEqualTo(
            new JobConfig.Psi(
                JobConfig.PsiProtocol.AUTO,
                new PartyId("bank"),
                JobConfig.PsiResult.BOTH,
                JobConfig.PsiJoin.INNER,
                JobConfig.PsiDuplicates.REFUSE,
                List.of(),
                1));
    assertThat(job.logistic()).isEqualTo(new JobConfig.Logistic(1e-4, 100, 1e-6, true, true, 0.5));
    assertThat(job.keyBits()).isEqualTo(2048);
    assertThat(job.testFraction()).isEqualTo(0.3);
    assertThat(job.seed()).isEqualTo(7);
  }

  @Test
  void load_environmentVariable_isNotReached() {
    assertThat(System.getenv()).containsKey("PATH");
    assertThatThrownBy(() -> load(SMALL + "job.name = ${PATH}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("${PATH}");
    assertThatCode(
            () ->
                assertThat(load(SMALL + "job.name = x${?PATH}").canonicalTerms())
                    .containsEntry("job.name", "x"))
        .doesNotThrowAnyException();
  }

  @Test
  void load_systemProperty_isNotReached() {
    assertThatThrownBy(() -> load(SMALL + "job.name = ${user.home}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("${user.home}");
  }

  @Test
  void load_ownSettings_mayBeUsedAgain() throws IOException {
    assertThat(
            load(SMALL + "job.name = x, seed = 9\nlogistic.maxIter = ${seed}").logistic().maxIter())
        .isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"other.conf\"",
        "include file(\"other.conf\")",
        "include required(file(\"other.conf\"))",
        "include url(\"file:other.conf\")",
        "include classpath(\"reference.conf\")",
        "logistic { include \"other\" }"
      })
  void load_include_refused(String include) throws IOException {
    Files.writeString(directory.resolve("other.conf"), "seed = 9");

    assertThatThrownBy(() -> load(SMALL + include))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Include of ")
        .hasMessageEndingWith("job.conf): a job file must stand alone");
  }

  @Test
  void load_controlCharacterInAName_refused() {
    assertThatThrownBy(() -> load(SMALL + "job.name = \"a\\u001b[2J\""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid job.name")
        .message()
        .doesNotContain("\u001b");
  }

  @Test
  void canonicalTerms_sameMeaningWrittenDifferently_areEqual() throws IOException {
    SortedMap<String, String> first = load(SMALL + "logistic.tol = 0.00000001").canonicalTerms();
    SortedMap<String, String> second =
        load("label-holder = \"bank\"\nparties = [\"bank\", \"shop\"]\nseed = 7, logistic { tol = 1e-8, regParam = 0.0001 }")
            .canonicalTerms();

    assertThat(first).isEqualTo(second);
    assertThat(first.keySet()).allMatch(Keys.JOB::contains);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "job.name=other | job.name",
        "parties=bank,shop,mall | parties",
        "label-holder=shop | label-holder",
        "psi.protocol=ecdh | psi.protocol",
        "psi.protocol=ecdh-oprf | psi.protocol",
        "psi.receiver=shop | psi.receiver",
        "psi.result=receiver | psi.result",
        "psi.result=cardinality | psi.result",
        "psi.join=left | psi.join",
        "psi.join=difference | psi.join",
        "psi.duplicates=first | psi.duplicates",
        "psi.duplicates=expand | psi.duplicates",
        "psi.normalise=trim,strip-leading-zeros | psi.normalise",
        "psi.min-intersection=5 | psi.min-intersection",
        "psi.partition-ids=4096 | psi.partition-ids",
        "logistic.regParam=0 | logistic.regParam",
        "logistic.maxIter=3 | logistic.maxIter",
        "logistic.tol=0.1 | logistic.tol",
        "logistic.fitIntercept=false | logistic.fitIntercept",
        "logistic.standardization=false | logistic.standardization",
        "logistic.threshold=0.4 | logistic.threshold",
        "gbt.objective=poisson | gbt.objective",
        "gbt.classWeight=2 | gbt.classWeight",
        "gbt.scale_pos_weight=2 | gbt.classWeight",
        "gbt.max_depth=2 | gbt.maxDepth",
        "gbt.max_bin=8 | gbt.maxBins",
        "gbt.n_estimators=3 | gbt.maxIter",
        "gbt.num_round=3 | gbt.maxIter",
        "gbt.eta=0.1 | gbt.stepSize",
        "gbt.learning_rate=0.1 | gbt.stepSize",
        "gbt.reg_lambda=2 | gbt.lambda",
        "gbt.min_split_loss=0.5 | gbt.gamma",
        "gbt.min_child_weight=0 | gbt.minChildWeight",
        "gbt.subsample=0.5 | gbt.subsamplingRate",
        "gbt.colsample_bytree=0.5 | gbt.featureSubsetStrategy",
        "gbt.early_stopping_rounds=5 | gbt.earlyStoppingRounds",
        "gbt.maxIter=3 | gbt.maxIter",
        "gbt.maxDepth=2 | gbt.maxDepth",
        "gbt.maxBins=8 | gbt.maxBins",
        "gbt.stepSize=0.1 | gbt.stepSize",
        "gbt.lambda=2 | gbt.lambda",
        "gbt.gamma=0.5 | gbt.gamma",
        "gbt.minChildWeight=0 | gbt.minChildWeight",
        "gbt.minInstancesPerNode=20 | gbt.minInstancesPerNode",
        "gbt.subsamplingRate=0.5 | gbt.subsamplingRate",
        "gbt.gossTopRate=0.2 | gbt.gossTopRate",
        "gbt.gossOtherRate=0.2 | gbt.gossOtherRate",
        "gbt.featureSubsetStrategy=sqrt | gbt.featureSubsetStrategy",
        "gbt.validationFraction=0.2 | gbt.validationFraction",
        "gbt.earlyStoppingRounds=5 | gbt.earlyStoppingRounds",
        "gbt.firstTreeAlone=false | gbt.firstTreeAlone",
        "gbt.sharedTrees=alternate | gbt.sharedTrees",
        "gbt.scheme=okamoto-uchiyama | gbt.scheme",
        "gbt.rowPacking=off | gbt.rowPacking",
        "gbt.threshold=0.4 | gbt.threshold",
        "algorithm=gbt | algorithm",
        "paillier.key-bits=3072 | paillier.key-bits",
        "test-fraction=0 | test-fraction",
        "seed=-8 | seed",
      })
  void canonicalTerms_everyKeyChanged_differAtThatKey(String setting, String key)
      throws IOException {
    SortedMap<String, String> before = load(SMALL).canonicalTerms();
    SortedMap<String, String> after = load(SMALL, setting).canonicalTerms();

    assertThat(after.keySet()).isEqualTo(before.keySet());
    assertThat(after.get(key)).isNotEqualTo(before.get(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parties = [bank] | parties | a list of 2 to 8",
        "parties = [bank, bank] | parties | none twice",
        "parties = [a,b,c,d,e,f,g,h,bank] | parties | a list of 2 to 8",
        "parties = [bank, SHOP] | parties | lower-case",
        "label-holder = mall | label-holder | one of the parties [bank, shop]",
        "algorithm = forest | algorithm | logistic",
        "psi.protocol = hash | psi.protocol | auto, ecdh, kkrt, rr22, ecdh-oprf",
        "psi.protocol = ecdh_oprf | psi.protocol | auto, ecdh, kkrt, rr22, ecdh-oprf",
        "parties = [bank, mall, shop], psi.protocol = rr22 | psi.protocol | auto or ecdh with more than two",
        "parties = [bank, mall, shop], psi.protocol = kkrt | psi.protocol | auto or ecdh with more than two",
        "psi.result = all | psi.result | both, receiver, cardinality, sum",
        "psi.join = outer | psi.join | inner, left, difference",
        "psi.duplicates = last | psi.duplicates | refuse, first, expand",
        "psi { join = left, result = receiver } | psi.result | both with psi.join = left",
        "psi { join = left, result = sum, sum.column = v } | psi.join | inner with psi.result = sum",
        "psi { duplicates = expand, result = sum, sum.column = v } | psi.duplicates | refuse or first",
        "psi { protocol = kkrt, result = sum, sum.column = v } | psi.protocol | auto or ecdh with psi.result",
        "psi.sum.column = v | psi.sum.column | left out where psi.result is not sum",
        "psi { result = sum, sum { column = v, scale = 10 } } | psi.sum.scale | from 0 to 9",
        "psi { result = sum, sum.column = v, min-intersection = 9 } | psi.min-intersection = 9 | 10 or more with psi.result = sum: a sum of few values tells the sender which",
        "psi { join = left, result = cardinality } | psi.join | inner with psi.result = cardinality",
        "psi { join = difference, result = both } | psi.result | receiver with psi.join = difference",
        "psi { duplicates = expand, result = receiver } | psi.duplicates | refuse or first",
        "psi { duplicates = expand, result = cardinality } | psi.duplicates | refuse or first",
        "psi { protocol = rr22, result = cardinality } | psi.protocol | auto or ecdh with psi.result",
        "psi { protocol = kkrt, result = cardinality } | psi.protocol | auto or ecdh with psi.result",
        "parties = [bank, mall, shop], psi.protocol = ecdh-oprf | psi.protocol | auto or ecdh with more than two",
        "psi { protocol = ecdh-oprf, result = cardinality } | psi.protocol | auto or ecdh with psi.result",
        "psi.partition-ids = 4095 | psi.partition-ids | from 4096 to 2097152",
        "psi.partition-ids = 2097153 | psi.partition-ids | from 4096 to 2097152",
        "psi.normalise = [trim, upper] | psi.normalise | trim, lower, nfc, strip-leading-zeros",
        "logistic.regParam = -1 | logistic.regParam | a number from 0",
        "logistic.regParam = NaN | logistic.regParam | a number from 0",
        "logistic.maxIter = 0 | logistic.maxIter | from 1",
        "gbt.objective = softmax | gbt.objective | logistic, squared, poisson",
        "gbt.classes = 3 | gbt.classes | left out with gbt.objective = logistic",
        "gbt { objective = multi-class, classes = 2 } | gbt.classes | a whole number from 3 to 64",
        "gbt { objective = multi-class, num_class = 65 } | gbt.classes | a whole number from 3 to 64",
        "gbt { objective = multi-class, classes = 3, classWeight = 2 } | gbt.classWeight | none or balanced with gbt.objective = multi-class",
        "gbt.classWeight = 0 | gbt.classWeight | none, balanced, or a number above 0",
        "gbt.classWeight = heavy | gbt.classWeight | none, balanced, or a number above 0",
        "gbt { objective = squared, classWeight = balanced } | gbt.classWeight | none with gbt.objective = squared",
        "gbt.eta = 2 | gbt.stepSize | a number from 0.0 to 1.0",
        "gbt { eta = 0.1, stepSize = 0.1 } | Both gbt.stepSize and gbt.eta are set | give one",
        "gbt { eta = 0.1, learning_rate = 0.1 } | Both gbt.eta and gbt.learning_rate are set | give one",
        "gbt.max_dept = 3 | gbt.max_dept | did you mean gbt.maxDepth?",
        "gbt.maxDepth = 13 | gbt.maxDepth | from 1 to 12",
        "gbt.growth = best-first | gbt.growth | level-wise (or depthwise) or leaf-wise (or lossguide)",
        "gbt.maxLeaves = 7 | gbt.maxLeaves | left out with gbt.growth = level-wise",
        "gbt { grow_policy = lossguide, max_leaves = 1 } | gbt.maxLeaves | a whole number from 2 to 2048",
        "gbt.rowPacking = yes | gbt.rowPacking | auto, on, off",
        "gbt.featureSubsetStrategy = some | gbt.featureSubsetStrategy | all, auto, sqrt, log2,",
        "gbt.featureSubsetStrategy = 0.0 | gbt.featureSubsetStrategy | a share above 0",
        "gbt.featureSubsetStrategy = 1 | gbt.featureSubsetStrategy = 1 | a share above 0 and at most 1.0",
        "gbt.colsample_bytree = 0 | gbt.featureSubsetStrategy = 0 | a share above 0 and at most 1.0",
        "gbt.colsample_bytree = 2 | gbt.featureSubsetStrategy = 2 | a share above 0 and at most 1.0",
        "gbt.colsample_bytree = 10 | gbt.featureSubsetStrategy = 10 | a share above 0 and at most 1.0",
        "gbt.colsample_bytree = [1] | gbt.featureSubsetStrategy = [1] | a share above 0 and at most 1.0",
        "gbt.subsample = 0 | gbt.subsamplingRate = 0 | a number from",
        "gbt { subsample = 0.5, subsamplingRate = 0.5 } | Both gbt.subsamplingRate and gbt.subsample are set | give one",
        "gbt.validationFraction = 0.95 | gbt.validationFraction | from 0",
        "gbt.maxBins = 1 | gbt.maxBins | from 2 to 255",
        "gbt.stepSize = 0 | gbt.stepSize | above 0 and at most 1",
        "logistic.maxIter = 1.5 | logistic.maxIter | a whole number",
        "logistic.fitIntercept = 1 | logistic.fitIntercept | true or false",
        "paillier.key-bits = 1024 | paillier.key-bits | from 2048",
        "test-fraction = 1 | test-fraction | from 0.0 to 0.9",
        "seed = x | seed | a whole number",
        "logistic.regparam = 1 | logistic.regparam | did you mean logistic.regParam?",
        "listen.port = 1 | listen.port | this key belongs into heddle.conf",
        "gbt.leafCol = leaves | gbt.leafCol | this key belongs into heddle.conf",
      })
  void load_badSetting_namesKeyPlaceAndWhatIsAllowed(String line, String key, String allowed) {
    assertThatThrownBy(() -> load(SMALL + line))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("job.conf:2")
        .hasMessageContaining(allowed);
  }

  @Test
  void load_leafWise_hasTheSameTermsByEitherName() throws IOException {
    JobConfig ours = load(SMALL + "gbt { growth = leaf-wise, maxLeaves = 20 }");
    JobConfig theirs = load(SMALL + "gbt { grow_policy = lossguide, max_leaves = 20 }");
    assertThat(ours.gbt().maxLeaves()).isEqualTo(20);
    assertThat(theirs.canonicalTerms())
        .isEqualTo(ours.canonicalTerms())
        .containsEntry("gbt.growth", "leaf-wise")
        .containsEntry("gbt.maxLeaves", "20");
    assertThat(load(SMALL + "gbt.growth = leaf-wise").gbt().maxLeaves()).isEqualTo(31);
    assertThat(load(SMALL + "gbt.growth = depthwise").gbt().maxLeaves()).isZero();
    assertThat(load(SMALL).canonicalTerms()).doesNotContainKeys("gbt.growth", "gbt.maxLeaves");
  }

  @Test
  void load_severalClasses_needsTheirNumberAndTellsIt() throws IOException {
    JobConfig ours =
        load(SMALL + "gbt { objective = multi-class, classes = 3, classWeight = balanced }");
    JobConfig theirs =
        load(SMALL + "gbt { objective = multi-class, num_class = 3, classWeight = balanced }");
    assertThat(ours.gbt().classes()).isEqualTo(3);
    assertThat(theirs.canonicalTerms())
        .isEqualTo(ours.canonicalTerms())
        .containsEntry("gbt.objective", "multi-class")
        .containsEntry("gbt.classes", "3");
    assertThat(load(SMALL).canonicalTerms()).doesNotContainKey("gbt.classes");
    assertThatThrownBy(() -> load(SMALL + "gbt.objective = multi-class"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Missing setting gbt.classes")
        .hasMessageContaining("must be the number of classes");
  }

  @Test
  void load_aliases_giveTheTermsOfOurOwnNames() throws IOException {
    JobConfig ours =
        load(
            SMALL
                + "gbt { maxIter = 7, maxDepth = 3, maxBins = 16, stepSize = 0.1, lambda = 2,"
                + " gamma = 1, minChildWeight = 4, classWeight = 9, subsamplingRate = 0.5,"
                + " featureSubsetStrategy = 0.5, earlyStoppingRounds = 5 }");
    JobConfig theirs =
        load(
            SMALL
                + "gbt { num_round = 7, max_depth = 3, max_bin = 16, eta = 0.1, reg_lambda = 2,"
                + " min_split_loss = 1, min_child_weight = 4, scale_pos_weight = 9.0,"
                + " subsample = 0.5, colsample_bytree = 0.5, early_stopping_rounds = 5 }");

    assertThat(theirs.canonicalTerms()).isEqualTo(ours.canonicalTerms());
    assertThat(theirs.canonicalTerms().keySet()).allMatch(Keys.JOB::contains);
  }

  /** XGBoost's number is a share; MLlib's 1 would be one column. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "1.0", "1.00", "1e0", "1E+0", " 1 "})
  void load_colsampleBytreeOfOne_isAllColumns(String one) throws IOException {
    JobConfig inTheFile = load(SMALL + "gbt.colsample_bytree = \"" + one + '"');
    JobConfig inASetting = load(SMALL, "gbt.colsample_bytree=" + one);

    assertThat(load(SMALL + "gbt.colsample_bytree = " + one).canonicalTerms())
        .isEqualTo(inTheFile.canonicalTerms());

    assertThat(inTheFile.gbt().featureSubsetStrategy()).isEqualTo("1.0");
    assertThat(FeatureSubset.columns(inTheFile.gbt().featureSubsetStrategy(), 7)).isEqualTo(7);
    assertThat(inTheFile.canonicalTerms()).isEqualTo(inASetting.canonicalTerms());
    assertThatThrownBy(() -> load(SMALL, "gbt.featureSubsetStrategy=1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid gbt.featureSubsetStrategy");
  }

  @Test
  void load_overrideByAnotherName_goesBeforeTheFile() throws IOException {
    assertThat(load(SMALL + "gbt.eta = 0.2", "gbt.stepSize=0.1").gbt().stepSize()).isEqualTo(0.1);
    assertThat(load(SMALL + "gbt.stepSize = 0.2", "gbt.eta=0.1").gbt().stepSize()).isEqualTo(0.1);
    assertThat(load(SMALL, "gbt.eta=0.1", "gbt.eta=0.2").gbt().stepSize()).isEqualTo(0.2);
    assertThat(JobConfig.isSetting("gbt.eta")).isTrue();
    assertThatThrownBy(() -> load(SMALL, "gbt.eta=0.1", "gbt.stepSize=0.1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Both gbt.eta and gbt.stepSize are set (--set): they are one setting, give one");
  }

  @Test
  void load_cardinalityOfThreeParties_isRefused() {
    assertThatThrownBy(
            () -> load("parties = [a, bank, shop], psi { receiver = a, result = cardinality }"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid psi.result = \"cardinality\"")
        .hasMessageContaining("a job of 3 parties; cardinality is for 2");
  }

  @Test
  void load_sum_hasDefaultsThatAllPartiesShare() throws IOException {
    JobConfig job = load(SMALL, "psi.result=sum", "psi.sum.column=amount");

    assertThat(job.psi().sum()).isEqualTo(new JobConfig.Sum("amount", 2));
    assertThat(job.psi().minIntersection()).isEqualTo(10);
    assertThat(job.canonicalTerms())
        .containsEntry("psi.sum.column", "amount")
        .containsEntry("psi.sum.scale", "2");
    assertThat(load(SMALL).canonicalTerms()).doesNotContainKey("psi.sum.column");
    assertThatThrownBy(() -> load(SMALL, "psi.result=sum"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Missing setting psi.sum.column")
        .hasMessageContaining("the sender's column of values");
  }

  @Test
  void load_difference_isForTheReceiverAlone() throws IOException {
    assertThat(load(SMALL, "psi.join=difference").psi().result())
        .isEqualTo(JobConfig.PsiResult.RECEIVER);
    assertThat(load(SMALL, "psi.join=difference", "psi.duplicates=expand").psi().duplicates())
        .isEqualTo(JobConfig.PsiDuplicates.EXPAND);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "psi.result=receiver | psi.result = receiver",
        "psi.result=cardinality | psi.result = cardinality",
        "psi.result=sum;psi.sum.column=v | psi.result = sum",
        "psi.join=left | psi.join = left",
        "psi.join=difference | psi.result = receiver",
        "psi.duplicates=expand | psi.duplicates = expand",
      })
  void checkForTraining_otherRowsThanTheCommonOnesOnce_isRefused(String setting, String named)
      throws IOException {
    JobConfig job = load(SMALL, setting.split(";"));

    assertThatThrownBy(job::checkForTraining)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid " + named + " (")
        .hasMessageContaining("where parties train or score");
    assertThatCode(() -> load(SMALL, "psi.duplicates=first").checkForTraining())
        .doesNotThrowAnyException();
  }

  @Test
  void load_noParties_isRefused() {
    assertThatThrownBy(() -> load("label-holder = bank"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Missing setting parties");
  }

  @Test
  void labelHolder_jobThatOnlyAligns_isMissed() throws IOException {
    JobConfig job = load("parties = [bank, shop], psi.receiver = shop");

    assertThat(job.psi().receiver()).isEqualTo(new PartyId("shop"));
    assertThatThrownBy(job::labelHolder).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> load("parties = [bank, shop]"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("psi.receiver");
  }

  @Test
  void checkFor_partyThatFits_passes() throws IOException {
    PartyConfig bank =
        party(
            "party=bank, peers.shop{address=\"h:1\",fingerprint=\"sha256:"
                + "00".repeat(32)
                + "\"}");

    assertThatCode(() -> load(SMALL).checkFor(bank)).doesNotThrowAnyException();
  }

  @Test
  void checkFor_partyThatDoesNotFit_saysWhy() throws IOException {
    JobConfig job = load(SMALL);

    assertThatThrownBy(() -> job.checkFor(party("party = mall")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Party mall")
        .hasMessageContaining("[bank, shop]");
    assertThatThrownBy(() -> job.checkFor(party("party = bank")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("peers.shop")
        .hasMessageContaining("heddle peer add shop");
  }

  @Test
  void checkFor_okamotoUchiyamaWithAPeerThatIsNotTrusted_namesBothKeys() throws IOException {
    String bank =
        "party=bank, peers.shop{address=\"h:1\",fingerprint=\"sha256:" + "00".repeat(32) + "\"}";
    JobConfig trees = load(SMALL, "algorithm=gbt", "gbt.scheme=okamoto-uchiyama");

    assertThatThrownBy(() -> trees.checkFor(party(bank + "\npeers.shop.semi-honest = false")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("gbt.scheme = okamoto-uchiyama")
        .hasMessageContaining("must be paillier where peers.shop.semi-honest = false");
    assertThatCode(() -> trees.checkFor(party(bank))).doesNotThrowAnyException();
    assertThatCode(
            () ->
                load(SMALL, "algorithm=gbt")
                    .checkFor(party(bank + "\npeers.shop.semi-honest = false")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kkrt", "rr22"})
  void checkFor_semiHonestProtocolWithAPeerThatIsNotTrusted_namesBothKeys(String protocol)
      throws IOException {
    String bank =
        "party=bank, peers.shop{address=\"h:1\",fingerprint=\"sha256:" + "00".repeat(32) + "\"}";

    assertThatThrownBy(
            () ->
                load(SMALL, "psi.protocol=" + protocol)
                    .checkFor(party(bank + "\npeers.shop.semi-honest = false")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("psi.protocol = " + protocol)
        .hasMessageContaining("peers.shop.semi-honest = false");
    assertThatCode(() -> load(SMALL, "psi.protocol=" + protocol).checkFor(party(bank)))
        .doesNotThrowAnyException();
    assertThatCode(() -> load(SMALL).checkFor(party(bank + "\npeers.shop.semi-honest = false")))
        .doesNotThrowAnyException();
  }

  @Test
  void checkFor_intersectionBelowOwnFloor_namesTheRule() throws IOException {
    PartyConfig bank =
        party(
            "party=bank, privacy.min-intersection=3, peers.shop{address=\"h:1\",fingerprint=\"sha256:"
                + "00".repeat(32)
                + "\"}");

    assertThatThrownBy(() -> load(SMALL, "psi.min-intersection=2").checkFor(bank))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("psi.min-intersection = 2")
        .hasMessageContaining("privacy.min-intersection = 3");
    assertThatCode(() -> load(SMALL, "psi.min-intersection=3").checkFor(bank))
        .doesNotThrowAnyException();
  }

  @Test
  void checkFor_keyBelowOwnFloor_namesTheRule() throws IOException {
    PartyConfig bank =
        party(
            "party=bank, privacy.min-key-bits=3072, peers.shop{address=\"h:1\",fingerprint=\"sha256:"
                + "00".repeat(32)
                + "\"}");

    assertThatThrownBy(() -> load(SMALL).checkFor(bank))
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("paillier.key-bits = 2048")
        .hasMessageContaining("privacy.min-key-bits = 3072");
  }

  static Stream<Arguments> greedy() {
    String doubling =
        IntStream.rangeClosed(1, 40)
            .mapToObj(i -> "a%d = ${a%d}${a%d}\n".formatted(i, i - 1, i - 1))
            .collect(Collectors.joining("", "a0 = x\n", ""));
    return Stream.of(
        Arguments.of(doubling, "it has 80 references ${...}, and may have at most 16"),
        Arguments.of("x = " + "[".repeat(30_000), "it is nested too deeply"),
        Arguments.of("x" + ".x".repeat(30_000) + " = 1", "it is nested too deeply"),
        Arguments.of("#" + " ".repeat(1 << 16), "it must have at most 65536 bytes"));
  }

  @ParameterizedTest
  @MethodSource("greedy")
  void load_fileThatTakesMoreThanItHas_isRefused(String more, String why) {
    assertThatThrownBy(() -> load(SMALL + more))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Cannot read " + directory.resolve("job.conf") + ": " + why);
  }

  @Test
  void load_asManyReferencesAsMayBe_isRead() throws IOException {
    String doubled = "job.name = ${job.name}${job.name}\n".repeat(8);

    assertThat(load(SMALL + "job.name = x\n" + doubled).name()).isEqualTo("x".repeat(1 << 8));
  }
}

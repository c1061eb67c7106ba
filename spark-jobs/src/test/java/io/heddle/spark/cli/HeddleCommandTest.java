// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeddleCommandTest {
  private static final String PRINT = "sha256:" + "0a".repeat(32);

  private final Path directory;
  private String out = "";
  private String err = "";

  HeddleCommandTest(@TempDir Path directory) {
    this.directory = directory.resolve("bank");
  }

  private int run(String... arguments) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    int code =
        HeddleCommand.execute(
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8),
            arguments);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private int init(String... more) {
    String[] arguments = new String[5 + more.length];
    System.arraycopy(
        new String[] {"init", "--party", "bank", "--dir", directory.toString()},
        0,
        arguments,
        0,
        5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return run(arguments);
  }

  private String config() {
    return directory.resolve("heddle.conf").toString();
  }

  @Test
  void init_freshDirectory_makesAnIdentityOnlyItsOwnerReads() throws IOException {
    assertThat(init("--port", "4443")).isZero();

    PartyConfig config = PartyConfig.load(directory.resolve("heddle.conf"), Overrides.NONE);
    Identity identity =
        Identity.load(config.identity().keyStore(), config.identity().passwordFile());
    assertThat(config.party()).isEqualTo(new PartyId("bank"));
    assertThat(config.listen().port()).isEqualTo(4443);
    assertThat(out).contains(identity.fingerprint()).contains("HOST:4443");
    assertThat(Files.getPosixFilePermissions(config.identity().keyStore()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(config.identity().passwordFile()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(config.identity().passwordFile())).hasSize(65);
    assertThat(identity.certificate().getNotAfter().toInstant())
        .isBetween(
            Instant.now().plus(Duration.ofDays(3 * 365 - 2)),
            Instant.now().plus(Duration.ofDays(3 * 365 + 2)));
    assertThat(identity.privateKey().getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void init_again_replacesNothingUnlessForced() throws IOException {
    assertThat(init()).isZero();
    byte[] keyStore = Files.readAllBytes(directory.resolve("identity.p12"));

    assertThat(init()).isEqualTo(3);
    assertThat(err).contains("heddle.conf already").contains("--force").hasLineCount(1);
    Files.delete(directory.resolve("heddle.conf"));
    assertThat(init()).isEqualTo(3);
    assertThat(err).contains("--force");
    assertThat(Files.readAllBytes(directory.resolve("identity.p12"))).isEqualTo(keyStore);

    assertThat(init("--force")).isZero();
    assertThat(Files.readAllBytes(directory.resolve("identity.p12"))).isNotEqualTo(keyStore);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "init",
        "init --party The-Bank",
        "init --party bank --port 0",
        "peer",
        "config",
        "nonsense",
        "psi",
        "psi --local --sender x --id y",
        "psi --local --receiver x --sender y",
        "psi --local --receiver x --sender y --id z --protocol fastest",
        "psi --local --receiver x --sender y --id z --config c",
        "psi --config c --job j --data d --receiver r",
        "config check --fast",
      })
  void execute_wrongUsage_isTwoWithOneLine(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err).startsWith("heddle: ").contains("--help").hasLineCount(1);
  }

  @Test
  void execute_eachSubcommandByItsName_isTheOneOfThatName() {
    // A command line has only the subcommand that it asks for: under another name it would be none.
    for (String name : HeddleCommand.SUBCOMMANDS.keySet()) {
      assertThat(run(name, "--help")).as(name).isZero();
      assertThat(out).contains("Usage: heddle " + name + " ");
    }
    assertThat(run("--help")).isZero();
    assertThat(out).contains(HeddleCommand.SUBCOMMANDS.keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "psi", "init", "peer", "peer add", "config", "config check"})
  void execute_help_isShown(String command) {
    assertThat(run((command + " --help").strip().split(" "))).isZero();
    assertThat(out).contains("Usage: heddle " + command);
  }

  @Test
  void peer_addListRemove_keepsTheCommentsOfTheConfiguration() throws IOException {
    init();
    String before = Files.readString(Path.of(config()));

    assertThat(
            run(
                "peer",
                "add",
                "shop",
                "--address",
                "shop.example:7717",
                "--fingerprint",
                PRINT,
                "--config",
                config()))
        .isZero();
    assertThat(
            run(
                "peer",
                "add",
                "mall",
                "--address",
                "[::1]:1",
                "--fingerprint",
                PRINT,
                "--config",
                config()))
        .isZero();
    assertThat(run("peer", "list", "--config", config())).isZero();
    assertThat(out.lines())
        .containsExactly("mall  [::1]:1  " + PRINT, "shop  shop.example:7717  " + PRINT);

    assertThat(run("peer", "remove", "mall", "--config", config())).isZero();
    assertThat(PartyConfig.load(Path.of(config()), Overrides.NONE).peers())
        .containsOnlyKeys(new PartyId("shop"));
    assertThat(Files.readString(Path.of(config()))).isEqualTo(before);
    assertThat(run("peer", "remove", "mall", "--config", config())).isEqualTo(3);
    assertThat(err).contains("No peer mall").contains("[shop]");
  }

  @Test
  void peer_addDial_isKeptUntilItIsChanged() throws IOException {
    init();
    assertThat(add("--dial", "never")).isZero();
    assertThat(run("peer", "list", "--config", config())).isZero();
    assertThat(out.strip()).isEqualTo("shop  -  " + PRINT + "  dial=never");

    assertThat(add("--address", "h:1")).isZero();
    assertThat(Files.readString(directory.resolve("peers.conf"))).contains("dial = \"never\"");
    assertThat(add("--address", "h:1", "--dial", "both")).isZero();
    assertThat(run("config", "check", "--config", config())).isZero();
    assertThat(out).contains("peers.shop.dial").contains("both").doesNotContain("listen.port");

    assertThat(add("--address", "h:1", "--dial", "sometimes")).isEqualTo(2);
    assertThat(err).contains("must be own, both or never");
    assertThat(add()).isEqualTo(2);
    assertThat(err).contains("Missing address").contains("host:port");
  }

  @Test
  void peer_addQuota_isKeptUntilItIsChanged() throws IOException {
    init();
    assertThat(add("--address", "h:1", "--psi-quota", "1000")).isZero();
    assertThat(add("--address", "h:2")).isZero();
    assertThat(run("peer", "list", "--config", config())).isZero();
    assertThat(out.strip()).isEqualTo("shop  h:2  " + PRINT + "  psi-quota=1000");

    String before = Files.readString(directory.resolve("peers.conf"));
    for (String wrong : List.of("0", "-1", "1099511627777", "many", "")) {
      assertThat(add("--address", "h:1", "--psi-quota", wrong)).isEqualTo(2);
      assertThat(err).contains("--psi-quota").contains("1 to 1099511627776, or none");
      assertThat(Files.readString(directory.resolve("peers.conf"))).isEqualTo(before);
    }
    assertThat(add("--address", "h:1", "--psi-quota", "none")).isZero();
    assertThat(Files.readString(directory.resolve("peers.conf"))).doesNotContain("quota");
  }

  @Test
  void peer_addQuotaWithoutALedger_leavesTheFilesAsTheyWere() throws IOException {
    init();
    Files.writeString(
        Path.of(config()),
        Files.readString(Path.of(config())) + System.lineSeparator() + "psi.ledger = none");
    assertThat(add("--address", "h:1", "--psi-quota", "7")).isEqualTo(3);
    assertThat(err).contains("psi-quota").contains("psi.ledger = none");
    assertThat(directory.resolve("peers.conf")).doesNotExist();

    assertThat(add("--address", "h:1")).isZero();
    String before = Files.readString(directory.resolve("peers.conf"));
    assertThat(add("--address", "h:2", "--psi-quota", "7")).isEqualTo(3);
    assertThat(Files.readString(directory.resolve("peers.conf"))).isEqualTo(before);
  }

  private int add(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("peer", "add", "shop", "--fingerprint", PRINT, "--config", config()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void peer_addWrong_changesNothing() throws IOException {
    init();
    assertThat(
            run(
                "peer",
                "add",
                "shop",
                "--address",
                "nowhere",
                "--fingerprint",
                PRINT,
                "--config",
                config()))
        .isEqualTo(2);
    assertThat(
            run(
                "peer",
                "add",
                "shop",
                "--address",
                "h:1",
                "--fingerprint",
                "abc",
                "--config",
                config()))
        .isEqualTo(2);
    assertThat(
            run(
                "peer",
                "add",
                "bank",
                "--address",
                "h:1",
                "--fingerprint",
                PRINT,
                "--config",
                config()))
        .isEqualTo(2);
    assertThat(directory.resolve("peers.conf")).doesNotExist();

    Files.writeString(Path.of(config()), "party = bank\n");
    assertThat(
            run(
                "peer",
                "add",
                "shop",
                "--address",
                "h:1",
                "--fingerprint",
                PRINT,
                "--config",
                config()))
        .isEqualTo(3);
    assertThat(err).contains("include \"peers.conf\"");
  }

  @Test
  void configCheck_goodFiles_printsEverySettingAndNoSecret() throws IOException {
    init();
    run("peer", "add", "shop", "--address", "h:1", "--fingerprint", PRINT, "--config", config());
    Path job =
        Files.writeString(
            directory.resolve("job.conf"), "parties = [bank, shop], label-holder = bank");

    assertThat(
            run(
                "config",
                "check",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--set",
                "logistic.tol=1e-8",
                "--set",
                "data.id=a,b"))
        .isZero();

    assertThat(out)
        .contains("peers.shop.address = h:1")
        .contains("data.id = a,b")
        .contains("logistic.tol = 1.0E-8")
        .contains("seed = 7")
        .contains("fingerprint: sha256:")
        .doesNotContain(Files.readString(directory.resolve("identity.password")).strip());
  }

  @Test
  void plan_quotaAndLedger_areToldWithWhatEachLearns() throws IOException {
    init();
    assertThat(add("--address", "h:1")).isZero();
    Path job = directory.resolve("job.conf");
    Files.writeString(job, "parties = [bank, shop], label-holder = bank");

    assertThat(
            run(
                "plan",
                "psi",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--rows",
                "9",
                "--set",
                "peers.shop.psi-quota=100",
                "--set",
                "psi.quota-period=2 d"))
        .as(err)
        .isZero();

    assertThat(out)
        .contains("peers.shop.psi-quota = 100")
        .contains("psi.quota-period = 172800 s")
        .contains("psi.ledger = " + directory.resolve("psi-ledger.jsonl"));
    assertThat(out.replaceAll("\\s+", " "))
        .contains("bank learns how many ids the other party brings; which of its own ids are")
        .contains("shop learns how many ids the other party brings; which of its own ids are");
  }

  @Test
  void plan_trees_saysWhatTheyPredict() throws IOException {
    init();
    assertThat(add("--address", "h:1")).isZero();
    Path job = directory.resolve("job.conf");
    Files.writeString(job, "parties = [bank, shop], label-holder = bank, algorithm = gbt");
    for (String objective : List.of("logistic", "squared", "poisson")) {
      assertThat(
              run(
                  "plan",
                  "train",
                  "--config",
                  config(),
                  "--job",
                  job.toString(),
                  "--rows",
                  "900",
                  "--set",
                  "gbt.num_round=7",
                  "--set",
                  "gbt.objective=" + objective))
          .as(err)
          .isZero();
      assertThat(out)
          .contains(
              "7 trees for "
                  + Map.of("logistic", "two classes", "squared", "numbers", "poisson", "counts")
                      .get(objective));
    }
    assertThat(
            run(
                "plan",
                "train",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--rows",
                "9000",
                "--set",
                "gbt.objective=multi-class",
                "--set",
                "gbt.num_class=5"))
        .as(err)
        .isZero();
    assertThat(out).contains("20 trees for 5 classes");
    assertThat(
            run(
                "plan",
                "train",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--rows",
                "9000",
                "--set",
                "gbt.grow_policy=lossguide",
                "--set",
                "gbt.max_leaves=6"))
        .as(err)
        .isZero();
    assertThat(
            run(
                "plan",
                "train",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--rows",
                "900",
                "--set",
                "gbt.sharedTrees=alternate",
                "--set",
                "gbt.earlyStoppingRounds=3"))
        .as(err)
        .isZero();
    assertThat(out).contains("20 trees for two classes, of which 10 ask feature holders");
    assertThat(out).contains("how many trees were grown and after how many");
    assertThat(
            run(
                "plan",
                "train",
                "--config",
                config(),
                "--job",
                job.toString(),
                "--rows",
                "9000",
                "--set",
                "gbt.objective=multi-class",
                "--set",
                "gbt.classes=40"))
        .isEqualTo(3);
    assertThat(err)
        .contains("Invalid number of classes 40 for 6300 training rows: must be at most");
  }

  private int planOfTable(String command, String holder, String... settings) throws IOException {
    Path job = directory.resolve("job.conf");
    Files.writeString(job, "parties = [bank, shop], label-holder = " + holder);
    Path data = directory.resolve("data.csv");
    Files.writeString(data, "id,w,age,income,y\na,1,2,3,0\nb,2,3,4,1\n");
    List<String> arguments = new ArrayList<>(List.of("plan", command, "--config", config()));
    arguments.addAll(List.of("--job", job.toString(), "--data", data.toString()));
    arguments.addAll(List.of("--set", "data.id=id"));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void plan_rowWeights_areNoColumnThatTakesPart() throws IOException {
    init();
    assertThat(add("--address", "h:1")).isZero();

    assertThat(planOfTable("train", "bank", "data.label=y")).as(err).isZero();
    assertThat(out).contains("reckoned with 2 rows and 3 columns");
    assertThat(planOfTable("train", "bank", "data.label=y", "data.weight=w")).as(err).isZero();
    assertThat(out).contains("reckoned with 2 rows and 2 columns");
    assertThat(planOfTable("train", "bank", "data.label=y", "data.weight=w", "data.columns=age"))
        .as(err)
        .isZero();
    assertThat(out).contains("reckoned with 2 rows and 1 columns");
  }

  /** Scoring needs neither, nor does a party without the labels. */
  @Test
  void plan_rowWeightsOrLabelsMissing_isRefusedNamingTheColumn() throws IOException {
    init();
    assertThat(add("--address", "h:1")).isZero();

    assertThat(planOfTable("train", "bank", "data.label=y", "data.weight=heavy")).isEqualTo(4);
    assertThat(err).contains("No column heavy in ").contains("data.csv: it has ");
    assertThat(planOfTable("train", "bank", "data.label=no", "data.weight=w")).isEqualTo(4);
    assertThat(err).contains("No column no in ");
    assertThat(planOfTable("train", "bank")).isEqualTo(3);
    assertThat(err).contains("Missing setting data.label: the label holder must name");
    assertThat(planOfTable("score", "bank", "data.weight=heavy")).as(err).isZero();
    assertThat(planOfTable("train", "shop", "data.weight=heavy")).as(err).isZero();
  }

  /** Scoring looks at the model's columns. */
  @Test
  void plan_columnsMissing_isRefusedNamingTheColumn() throws IOException {
    init();
    assertThat(add("--address", "h:1")).isZero();

    assertThat(planOfTable("train", "shop", "data.columns=age,no")).isEqualTo(4);
    assertThat(err).contains("No column no in ").contains("data.csv: it has ");
    assertThat(planOfTable("psi", "shop", "data.columns=age,no")).isEqualTo(4);
    assertThat(planOfTable("score", "shop", "data.columns=age,no")).as(err).isZero();
    assertThat(out).contains("reckoned with 2 rows and 1 columns");
  }

  @Test
  void configCheck_badFile_isThreeAndNamesTheLine() throws IOException {
    init();
    Files.writeString(Path.of(config()), "party = bank\nlisten.prot = 1\n");

    assertThat(run("config", "check", "--config", config())).isEqualTo(3);
    assertThat(err)
        .contains("listen.prot")
        .contains("heddle.conf:2")
        .contains("did you mean listen.port?")
        .hasLineCount(1);
  }

  @Test
  void configCheck_verbose_addsTheStackTrace() {
    assertThat(run("config", "check", "--config", "none.conf", "--verbose")).isEqualTo(3);
    assertThat(err).contains("No configuration file none.conf").contains("\tat io.heddle");
  }
}

// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyExchangeBuilder;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two parties whose files differ in one key, for every key there is. */
class KeyMatrixTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final String JOB = "parties = [bank, shop], label-holder = bank\n";
  private static final String PEER =
      "%s { address = \"h:1\", fingerprint = \"sha256:" + "0".repeat(64) + "\" }\n";
  private static final String PROXY = "proxy { address = \"http://p:1\", user = u }\n";

  /** What the second party's file says instead of the default. */
  private static final Map<String, String> CHANGED =
      Map.ofEntries(
          entry("job.name", "other"),
          entry("label-holder", "shop"),
          entry("algorithm", "gbt"),
          entry("psi.protocol", "ecdh"),
          entry("psi.receiver", "shop"),
          entry("psi.result", "receiver"),
          entry("psi.join", "left"),
          entry("psi.duplicates", "first"),
          entry("psi.normalise", "trim"),
          entry("psi.min-intersection", "5"),
          entry("psi.sum.column", "w"),
          entry("psi.sum.scale", "0"),
          entry("psi.partition-ids", "4096"),
          entry("logistic.regParam", "0"),
          entry("logistic.maxIter", "3"),
          entry("logistic.tol", "0.1"),
          entry("logistic.fitIntercept", "false"),
          entry("logistic.standardization", "false"),
          entry("logistic.threshold", "0.4"),
          entry("gbt.objective", "squared"),
          entry("gbt.classes", "4"),
          entry("gbt.classWeight", "balanced"),
          entry("gbt.maxIter", "3"),
          entry("gbt.maxDepth", "2"),
          entry("gbt.growth", "leaf-wise"),
          entry("gbt.maxLeaves", "8"),
          entry("gbt.maxBins", "8"),
          entry("gbt.stepSize", "0.1"),
          entry("gbt.lambda", "2"),
          entry("gbt.gamma", "0.5"),
          entry("gbt.minChildWeight", "0"),
          entry("gbt.minInstancesPerNode", "20"),
          entry("gbt.subsamplingRate", "0.5"),
          entry("gbt.gossTopRate", "0.2"),
          entry("gbt.gossOtherRate", "0.2"),
          entry("gbt.featureSubsetStrategy", "sqrt"),
          entry("gbt.validationFraction", "0.2"),
          entry("gbt.earlyStoppingRounds", "5"),
          entry("gbt.firstTreeAlone", "false"),
          entry("gbt.sharedTrees", "alternate"),
          entry("gbt.scheme", "okamoto-uchiyama"),
          entry("gbt.rowPacking", "on"),
          entry("gbt.threshold", "0.4"),
          entry("paillier.key-bits", "3072"),
          entry("test-fraction", "0"),
          entry("seed", "-8"));

  /** What a party decides for itself, by which it changes nobody's result or only refuses. */
  private record Local(String value, String why) {}

  private static final Map<String, Local> LOCAL =
      Map.ofEntries(
          entry("listen.host", new Local("127.0.0.1", "where the own machine listens")),
          entry("listen.port", new Local("7000", "where the own machine listens")),
          entry("listen.websocket", new Local("true", "where the own machine listens")),
          entry("identity.key-store", new Local("k.p12", "own file; peers pin its public key")),
          entry("identity.password-file", new Local("k.txt", "own file")),
          entry("proxy.address", new Local("socks5://h:1", "the own gateway")),
          entry("proxy.user", new Local("me", "the own gateway")),
          entry("proxy.password-file", new Local("p.txt", "own file")),
          entry("channel.connect-timeout", new Local("20s", "own patience")),
          entry("channel.handshake-timeout", new Local("5s", "own patience")),
          entry("channel.idle-timeout", new Local("70s", "own patience")),
          entry("channel.receive-timeout", new Local("50s", "own patience")),
          entry("channel.reconnect-timeout", new Local("30s", "own patience")),
          entry("privacy.min-key-bits", new Local("3072", "a floor: refuses jobs below it")),
          entry("privacy.min-intersection", new Local("2", "a floor: refuses jobs below it")),
          entry("privacy.max-peer-set-size", new Local("1000", "a quota against the peer")),
          entry("privacy.consent.labels", new Local("60", "own consent; each asks for its own")),
          entry("privacy.consent.predictor", new Local("full", "own consent")),
          entry("privacy.consent.bins", new Local("full", "own consent")),
          entry("data.id", new Local("customer", "names of columns differ between parties")),
          entry("data.label", new Local("y", "the label holder's column")),
          entry("data.weight", new Local("w", "the label holder's column")),
          entry("data.columns", new Local("age", "own columns; what is said of them is in steps")),
          entry(
              "gbt.monotoneConstraints",
              new Local("age=1,income=-1", "own columns, and the label holder's trees only")),
          entry("gbt.leafCol", new Local("leaves", "a column of the label holder's own scores")),
          entry("data.format", new Local("orc", "what the own file is")),
          entry("data.table", new Local("t", "where the own rows are")),
          entry("data.jdbc.url", new Local("jdbc:other", "where the own rows are")),
          entry("data.jdbc.table", new Local("other", "where the own rows are")),
          entry("data.jdbc.query", new Local("SELECT 2", "where the own rows are")),
          entry("data.jdbc.user", new Local("me", "who reads the own rows")),
          entry("data.jdbc.password-file", new Local("q.txt", "own file")),
          entry("data.jdbc.driver", new Local("a.Driver", "how the own rows are read")),
          entry("data.jdbc.fetch-size", new Local("5", "how the own rows are read")),
          entry("data.jdbc.partition-column", new Local("b", "how the own rows are read")),
          entry("data.jdbc.lower-bound", new Local("2", "how the own rows are read")),
          entry("data.jdbc.upper-bound", new Local("8", "how the own rows are read")),
          entry("data.jdbc.partitions", new Local("3", "how the own rows are read")),
          entry("checkpoint.dir", new Local("kept", "where the own disk keeps the session")),
          entry("blobs.from-bytes", new Local("1", "what goes beside the links")),
          entry("blobs.quota-bytes", new Local("1048576", "how much the own disk takes")),
          entry("blobs.exchanges", new Local("x:1", "own processes at own places")),
          entry("psi.oprf.directory", new Local("kept", "what the own disk keeps of a peer")),
          entry("psi.oprf.key-lifetime", new Local("1h", "for how long the own key is used")),
          entry("psi.oprf.max-queries", new Local("50", "a quota against the peer")),
          entry("psi.ledger", new Local("l.jsonl", "own notes on the own disk")),
          entry("psi.quota-period", new Local("2 d", "a quota against the peer")),
          entry("checkpoint.keep", new Local("false", "whether the own disk keeps the session")),
          entry("trace.dir", new Local("trace", "own notes on the own disk")),
          entry("peers.mall.exchanges", new Local("h:3", "how to reach a peer from here")),
          entry("peers.mall.address", new Local("h:2", "how to reach a peer from here")),
          entry(
              "peers.mall.dial", new Local("both", "who dials; a peer with another idea says so")),
          entry("peers.mall.transport", new Local("websocket", "how to reach a peer from here")),
          entry(
              "peers.mall.semi-honest",
              new Local(
                  "false", "own trust; what it makes of an intersection is told in its step")),
          entry("peers.mall.psi-quota", new Local("1000", "a quota against the peer")),
          entry("peers.mall.proxy", new Local("false", "how to reach a peer from here")),
          entry(
              "peers.mall.fingerprint",
              new Local("sha256:" + "1".repeat(64), "whom this party trusts")));

  private final Path directory;

  KeyMatrixTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private JobConfig job(String text, String... settings) throws IOException {
    Path file = Files.writeString(directory.resolve("job.conf"), text);
    return JobConfig.load(file, Overrides.ofArguments(List.of(settings)));
  }

  private PartyConfig party(PartyId self, String... settings) throws IOException {
    String peers =
        String.format(
            PEER + PEER + PEER,
            "peers." + (self.equals(BANK) ? SHOP : BANK),
            "peers.mall",
            "peers.port");
    Path file =
        Files.writeString(
            directory.resolve(self + ".conf"),
            "party = " + self + "\n" + PROXY + peers + String.join("\n", settings));
    return PartyConfig.load(file, Overrides.NONE);
  }

  /** As a session for training is opened, or as one for an intersection only. */
  private static SessionTerms terms(String kind, JobConfig job, PartyConfig party) {
    job.checkFor(party);
    SortedMap<PartyId, String> roles = new TreeMap<>();
    for (PartyId each : job.parties()) {
      roles.put(
          each,
          kind.equals("train")
              ? each.equals(job.labelHolder()) ? "label-holder" : "feature-holder"
              : each.equals(job.psi().receiver()) ? "receiver" : "sender");
    }
    SortedMap<String, Long> floors = new TreeMap<>();
    floors.put("paillier.key-bits", (long) party.privacy().minKeyBits());
    floors.put("psi.min-intersection", (long) party.privacy().minIntersection());
    return SessionTerms.of(kind, roles, job.canonicalTerms()).withFloors(floors);
  }

  /** How opening a session ends at each of the two; null where it went well. */
  private static Map<PartyId, Throwable> open(SessionTerms ofBank, SessionTerms ofShop) {
    Map<PartyId, SessionTerms> terms = Map.of(BANK, ofBank, SHOP, ofShop);
    SortedMap<PartyId, Exchange> exchanges =
        InMemoryExchange.network(terms.keySet(), Parties.codec(List.of()));
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    exchanges.forEach(
        (party, exchange) ->
            calls.put(
                party,
                () ->
                    catchThrowable(
                        () ->
                            Session.open(
                                    exchange,
                                    Objects.requireNonNull(terms.get(party)),
                                    Progress.NONE)
                                .finish())));
    return Parties.together(calls);
  }

  private static void assertBothName(String key, Map<PartyId, Throwable> failures) {
    assertThat(failures.get(BANK))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("The parties' terms differ in " + key + ": bank has ");
    assertThat(failures.get(SHOP))
        .isInstanceOf(ProtocolException.class)
        .hasMessageStartingWith("The parties' terms differ in " + key + ": shop has ");
  }

  static Stream<Arguments> jobKeys() {
    List<Arguments> all = new ArrayList<>();
    Set<String> keys = new TreeSet<>(Keys.JOB.names());
    assertThat(keys.remove("parties")).isTrue();
    for (String key : keys) {
      all.add(Arguments.of(key, "train"));
      all.add(Arguments.of(key, "psi"));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} in a session to {1}")
  @MethodSource("jobKeys")
  void open_jobsDifferInOneKey_bothRefuseAndNameIt(String key, String kind) throws IOException {
    String text =
        key.startsWith("psi.sum.")
            ? JOB + "psi { result = sum, sum.column = v }"
            : key.equals("gbt.classes")
                ? JOB + "gbt { objective = multi-class, classes = 3 }"
                : key.equals("gbt.maxLeaves") ? JOB + "gbt.growth = leaf-wise" : JOB;
    JobConfig ofBank = job(text);
    SessionTerms ofShop;
    assertThat(CHANGED).as("a changed value of every key of a job").containsKey(key);
    ofShop = terms(kind, job(text, key + "=" + CHANGED.get(key)), party(SHOP));

    assertBothName(key, open(terms(kind, ofBank, party(BANK)), ofShop));
  }

  /**
   * Each waits for all whom its own job names, and at least one never comes.
   *
   * @param ofBank the parties of the bank's job; those of the shop's are the bank, it and the mall
   * @param seconds how long they wait for a party
   */
  @ParameterizedTest(name = "bank has {0}")
  @CsvSource({"'bank,shop', 30", "'bank,port,shop', 6"})
  void open_jobsDifferInTheParties_bothRefuseAndNameIt(String ofBank, int seconds)
      throws IOException {
    TestIdentity bankId = TestIdentity.generate();
    TestIdentity shopId = TestIdentity.generate();
    int bankPort = NettyNetwork.freePort();
    int shopPort = NettyNetwork.freePort();
    NettyExchangeBuilder bank =
        netty(BANK, bankPort, bankId, seconds)
            .peer(SHOP, NettyNetwork.HOST, shopPort, shopId.fingerprint());
    NettyExchangeBuilder shop =
        netty(SHOP, shopPort, shopId, seconds)
            .peer(BANK, NettyNetwork.HOST, bankPort, bankId.fingerprint());
    missing(shop, "mall");
    if (ofBank.contains("port")) {
      missing(bank, "port");
    }
    Map<PartyId, Callable<Throwable>> calls = new TreeMap<>();
    SessionTerms bankTerms = terms("train", job(JOB, "parties=" + ofBank), party(BANK));
    SessionTerms shopTerms = terms("train", job(JOB, "parties=bank,mall,shop"), party(SHOP));
    calls.put(BANK, () -> failure(bank, bankTerms));
    calls.put(SHOP, () -> failure(shop, shopTerms));

    assertBothName("parties", Parties.together(calls));
  }

  private static void missing(NettyExchangeBuilder exchange, String party) {
    String fingerprint = TestIdentity.generate().fingerprint();
    exchange.peer(new PartyId(party), NettyNetwork.HOST, NettyNetwork.freePort(), fingerprint);
  }

  private static Throwable failure(NettyExchangeBuilder exchange, SessionTerms terms) {
    try (NettyExchange open = exchange.open()) {
      return catchThrowable(() -> Session.open(open, terms, Progress.NONE));
    }
  }

  private static NettyExchangeBuilder netty(
      PartyId self, int port, TestIdentity identity, int seconds) {
    Duration patience = Duration.ofSeconds(30);
    return NettyExchange.builder(self, Parties.codec(List.of()))
        .identity(identity.key(), List.of(identity.certificate()))
        .listen(NettyNetwork.HOST, port)
        .timeouts(
            new ExchangeTimeouts(
                Duration.ofSeconds(seconds), patience, patience, patience, patience));
  }

  @Test
  void open_sameJobWrittenDifferently_opens() throws IOException {
    SessionTerms ofBank = terms("train", job(JOB), party(BANK));
    SessionTerms ofShop =
        terms(
            "train",
            job("label-holder = bank, parties = [shop, bank], seed = 7, gbt.eta = 0.3"),
            party(SHOP));

    assertThat(open(ofBank, ofShop)).containsOnlyKeys(BANK, SHOP).containsValues(null, null);
  }

  static Set<String> partyKeys() {
    Set<String> keys = new TreeSet<>(Keys.PARTY.names());
    // Nobody can be someone else and the same.
    keys.remove("party");
    keys.addAll(LOCAL.keySet());
    return keys;
  }

  /** What some keys need beside them, and others must not have. */
  private static String database(String key) {
    return key.startsWith("data.jdbc.")
        ? """
          data.jdbc {
            url = "jdbc:some", user = u, password-file = p, %s
            partition-column = a, lower-bound = 1, upper-bound = 9, partitions = 2
          }
          """
            .formatted(key.endsWith("query") ? "query = \"SELECT 1\"" : "table = t")
        : "";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("partyKeys")
  void open_partiesDifferInOneKeyOfTheirOwn_opens(String key) throws IOException {
    assertThat(LOCAL).as("why every key of a party is not compared").containsKey(key);
    Local local = Objects.requireNonNull(LOCAL.get(key));
    assertThat(local.why()).isNotBlank();
    JobConfig job = job(JOB, "paillier.key-bits=3072", "psi.min-intersection=2");
    PartyConfig before = party(SHOP, database(key));
    PartyConfig after = party(SHOP, database(key), key + " = \"" + local.value() + "\"");

    assertThat(after.effective().get(key)).isNotNull().isNotEqualTo(before.effective().get(key));
    assertThat(open(terms("train", job, party(BANK)), terms("train", job, after)))
        .containsOnlyKeys(BANK, SHOP)
        .containsValues(null, null);
  }
}
